/* Tracks as a table that fits a terminal. */
#include <string.h>

#include "store/listing/priv.h"
#include "text/fold.h"

static const char *const heads[CELLS] = { "id", "artist", "title", "album", "year", "length" };
enum { GAP = 2, LEAST = 8 };

static int
cell_width(const struct buf *cell)
{
	return cell->data != NULL ? text_width(cell->data, cell->len) : 0;
}

/* As wide as the rows want, then the widest of the three text columns gives way. */
static void
set_widths(struct listing *l, const struct listing_row *rows, size_t n)
{
	int total = GAP * (CELLS - 1);

	for (int c = 0; c < CELLS; c++) {
		l->width[c] = (int)strlen(heads[c]);
		for (size_t i = 0; i < n; i++)
			if (cell_width(&rows[i].cell[c]) > l->width[c])
				l->width[c] = cell_width(&rows[i].cell[c]);
		total += l->width[c];
	}
	while (total > l->columns) {
		int widest = CELL_ARTIST;

		for (int c = CELL_TITLE; c <= CELL_ALBUM; c++)
			if (l->width[c] > l->width[widest])
				widest = c;
		if (l->width[widest] <= LEAST)
			break;
		l->width[widest]--;
		total--;
	}
}

/* Text cut and filled up to a column's width; numbers stand at its right. */
static void
add_cell(const struct listing *l, int c, const char *s, size_t len, struct buf *out)
{
	bool right = c == CELL_ID || c == CELL_LENGTH;
	int width = text_width(s, len), room;
	bool cut = width > l->width[c];

	if (cut) {
		len = text_fit(s, len, l->width[c] - 1);
		width = text_width(s, len) + 1;
	}
	room = l->width[c] - width;
	for (int i = 0; right && i < room; i++)
		buf_putc(out, ' ');
	buf_add(out, s, len);
	if (cut)
		buf_puts(out, "\xe2\x80\xa6");
	for (int i = 0; !right && c < CELLS - 1 && i < room; i++)
		buf_putc(out, ' ');
	buf_puts(out, c < CELLS - 1 ? "  " : "");
}

void
table_add(struct listing *l, const struct listing_row *rows, size_t n, struct buf *out)
{
	if (!l->started) {
		l->started = true;
		set_widths(l, rows, n);
		buf_puts(out, l->color ? "\033[1m" : "");
		for (int c = 0; c < CELLS; c++)
			add_cell(l, c, heads[c], strlen(heads[c]), out);
		buf_puts(out, l->color ? "\033[0m" : "");
		buf_putc(out, l->end);
	}
	for (size_t i = 0; i < n; i++) {
		for (int c = 0; c < CELLS; c++) {
			const struct buf *cell = &rows[i].cell[c];

			add_cell(l, c, cell->data != NULL ? cell->data : "", cell->len, out);
		}
		buf_putc(out, l->end);
	}
}
