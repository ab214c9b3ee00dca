/* SPDX-License-Identifier: MIT */
/* Tracks as a table that fits a terminal. */
#include <limits.h>
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

/* The columns' width together, text cut to `most`. */
static int
total_width(const struct listing *l, int most)
{
	int total = -GAP;

	for (int c = 0; c < CELLS; c++) {
		bool cut = c >= CELL_ARTIST && c <= CELL_ALBUM && l->width[c] > most;

		if (l->width[c] > 0)
			total += GAP + (cut ? most : l->width[c]);
	}
	return total;
}

/* Leave out what there is no room for, the least telling first; ids and titles stay. */
static void
drop_columns(struct listing *l)
{
	static const int order[] = { CELL_LENGTH, CELL_YEAR, CELL_ALBUM, CELL_ARTIST };

	for (size_t i = 0; i < sizeof order / sizeof order[0] && total_width(l, LEAST) > l->columns; i++)
		l->width[order[i]] = 0;
}

/* As wide as the rows want, then the widest of the text columns gives way. */
static void
set_widths(struct listing *l, const struct listing_row *rows, size_t n)
{
	int total;

	for (int c = 0; c < CELLS; c++) {
		l->width[c] = (int)strlen(heads[c]);
		for (size_t i = 0; i < n; i++)
			if (cell_width(&rows[i].cell[c]) > l->width[c])
				l->width[c] = cell_width(&rows[i].cell[c]);
	}
	drop_columns(l);
	total = total_width(l, INT_MAX);
	while (total > l->columns) {
		int widest = CELL_ARTIST;

		for (int c = CELL_TITLE; c <= CELL_ALBUM; c++)
			if (l->width[c] > l->width[widest])
				widest = c;
		if (l->width[widest] <= 1)
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
	bool cut = width > l->width[c], last = true;

	if (l->width[c] == 0)
		return;
	for (int i = c + 1; i < CELLS; i++)
		last &= l->width[i] == 0;
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
	for (int i = 0; !right && !last && i < room; i++)
		buf_putc(out, ' ');
	buf_puts(out, last ? "" : "  ");
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
