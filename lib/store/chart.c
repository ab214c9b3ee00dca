#include "store/chart.h"

#include <stdlib.h>

#include "base/out.h"
#include "text/fold.h"

enum { BAR_MAX = 40 };

/* Eighths of a column, so that small differences show. */
static void
draw_bar(struct buf *out, int64_t n, int64_t most, int room)
{
	int eighths = most > 0 ? (int)(n * room * 8 / most) : 0;

	if (n > 0 && eighths == 0)
		eighths = 1;
	for (; eighths >= 8; eighths -= 8)
		buf_puts(out, "\xe2\x96\x88");
	if (eighths > 0)
		buf_printf(out, "\xe2\x96%c", (char)(0x90 - eighths));
}

void
chart_draw(
    const struct stats_form *form, const char *title, const struct bar *bars, size_t n, struct buf *out)
{
	int widest = 1, room, limit = form->columns / 3;
	int64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		int width = text_width(bars[i].label, bars[i].len);

		widest = width > widest ? width : widest;
		most = bars[i].n > most ? bars[i].n : most;
	}
	if (widest > limit)
		widest = limit > 1 ? limit : 1;
	room = form->columns - widest - 14;
	if (room > BAR_MAX)
		room = BAR_MAX;
	buf_printf(out, "%c%s%s%s%c", form->end, form->color ? "\033[1m" : "", title,
	    form->color ? "\033[0m" : "", form->end);
	for (size_t i = 0; i < n; i++) {
		size_t fits = text_fit(bars[i].label, bars[i].len, widest);

		out_printable(out, bars[i].label, fits);
		for (int w = text_width(bars[i].label, fits); w < widest; w++)
			buf_putc(out, ' ');
		buf_printf(out, " %9lld  ", (long long)bars[i].n);
		draw_bar(out, bars[i].n, most, room > 0 ? room : 0);
		buf_putc(out, form->end);
	}
}

void
chart_json(const char *title, const char *key, const struct bar *bars, size_t n, bool number, struct buf *out)
{
	json_array_begin(out, title);
	for (size_t i = 0; i < n; i++) {
		json_object_begin(out, NULL);
		if (number)
			json_int(out, "value", strtoll(bars[i].label, NULL, 10));
		else
			json_text_n(out, "value", bars[i].label, bars[i].len);
		json_int(out, key, bars[i].n);
		json_object_end(out);
	}
	json_array_end(out);
}
