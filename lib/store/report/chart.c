/* SPDX-License-Identifier: MIT */
#include "store/report/chart.h"

#include <stdio.h>
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

static void
draw_title(const struct stats_form *form, const char *title, struct buf *out)
{
	buf_printf(out, "%c%s%s%s%c", form->end, form->color ? "\033[1m" : "", title,
	    form->color ? "\033[0m" : "", form->end);
}

/* A line for each bar, the longest bar as wide as the terminal allows. */
static void
draw(const struct stats_form *form, const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
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
	draw_title(form, c->title, out);
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

static void
list(const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
{
	json_array_begin(out, c->title);
	for (size_t i = 0; i < n; i++) {
		json_object_begin(out, NULL);
		if (c->number)
			json_int(out, "value", strtoll(bars[i].label, NULL, 10));
		else
			json_text_n(out, "value", bars[i].label, bars[i].len);
		json_int(out, c->what, bars[i].n);
		json_object_end(out);
	}
	json_array_end(out);
}

void
chart_add(
    const struct stats_form *form, const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
{
	size_t shown;

	if (c->most > 0 && n > c->most) {
		bars += c->times ? n - c->most : 0;
		n = c->most;
	}
	shown = c->shown > 0 && n > c->shown ? c->shown : n;
	if (form->as == STATS_JSON)
		list(c, bars, n, out);
	else if (n == 0)
		return;
	else if (form->as == STATS_LINES)
		draw(form, c, c->times ? bars + (n - shown) : bars, shown, out);
	else if (c->times)
		svg_columns(c, bars, n, out);
	else
		svg_bars(c, bars, shown, out);
}

void
chart_total(const struct stats_form *form, const char *name, int64_t n, struct buf *out)
{
	if (form->as == STATS_JSON)
		json_int(out, name, n);
	else if (form->as == STATS_LINES)
		buf_printf(out, "%-12s %lld%c", name, (long long)n, form->end);
	else
		svg_total(name, n, out);
}

enum err_code
chart_months(const struct stats_form *form, const struct chart *c, const int64_t *month, size_t n,
    int first_year, struct buf *out, struct err *e)
{
	struct bar *bars = calloc(n + 1, sizeof *bars);
	char(*label)[16] = calloc(n + 1, sizeof *label);
	size_t used = 0, end = n;

	if (bars == NULL || label == NULL)
		err_memory(e);
	while (end > 0 && month[end - 1] == 0)
		end--;
	for (size_t i = 0; i < end && e->code == ERR_NONE; i++) {
		if (month[i] == 0 && (used == 0 || form->as != STATS_HTML))
			continue;
		snprintf(label[used], sizeof label[used], "%04d-%02d", first_year + (int)(i / 12),
		    (int)(i % 12) + 1);
		bars[used] = (struct bar){ label[used], 7, month[i] };
		used++;
	}
	if (e->code == ERR_NONE)
		chart_add(form, c, bars, used, out);
	if (e->code == ERR_NONE && form->as == STATS_HTML && c->grows && used > 1)
		svg_growth(c, bars, used, out);
	free(bars);
	free(label);
	return e->code;
}
