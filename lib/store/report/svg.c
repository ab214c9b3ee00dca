/* SPDX-License-Identifier: MIT */
/* Charts of a page, as inline SVG; their colours are the page's. */
#include <string.h>

#include "base/amount.h"
#include "base/out.h"
#include "store/report/chart.h"
#include "text/fold.h"

enum {
	WIDE = 640,         /* of every figure, in units of its drawing */
	ROW = 24,           /* of a bar that lies */
	LABEL = 200,        /* its label ends here */
	BAR = 340,          /* the longest */
	LABEL_COLUMNS = 26, /* that fit before LABEL */
	HIGH = 200,         /* of columns and lines, without the names below */
	LEFT = 56,          /* of these, for the numbers of the grid */
	NAMES = 28,         /* below */
	NAMES_MAX = 10      /* along the axis */
};

static void
begin(const struct chart *c, const char *title, int high, struct buf *out)
{
	buf_printf(out,
	    "<figure><figcaption>%s</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s: "
	    "%s\">\n",
	    title, WIDE, high, c->what, title);
}

static void
end(struct buf *out)
{
	buf_puts(out, "</svg></figure>\n");
}

/* What a pointer that rests on a mark is told. */
static void
tell(const struct chart *c, const struct bar *b, int64_t n, struct buf *out)
{
	buf_puts(out, "<title>");
	out_xml(out, b->label, b->len);
	buf_printf(out, ": %lld %s</title>", (long long)n, c->what);
}

static int64_t
largest(const struct bar *bars, size_t n)
{
	int64_t most = 1;

	for (size_t i = 0; i < n; i++)
		most = bars[i].n > most ? bars[i].n : most;
	return most;
}

/* In the largest unit of which there is one at least. */
static void
in_unit(double n, const char *const *units, const double *sizes, size_t nunits, struct buf *out)
{
	size_t i = 0;

	while (i + 1 < nunits && n >= sizes[i + 1])
		i++;
	buf_printf(out, n / sizes[i] < 100 ? "%.1f %s" : "%.0f %s", n / sizes[i], units[i]);
}

void
svg_total(const char *name, int64_t n, struct buf *out)
{
	static const char *const times[] = { "min", "h", "days" };
	static const double time_sizes[] = { 60e3, 3600e3, 86400e3 };
	char size[AMOUNT_TEXT];

	buf_puts(out, "<div class=\"total\"><b>");
	if (strlen(name) > 3 && strcmp(name + strlen(name) - 3, "_ms") == 0)
		in_unit((double)n, times, time_sizes, 3, out);
	else if (strcmp(name, "size") == 0)
		buf_puts(out, amount_bytes(n, size));
	else
		buf_printf(out, "%lld", (long long)n);
	buf_printf(out, "</b> %.*s</div>\n", (int)strcspn(name, "_"), name);
}

void
svg_bars(const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
{
	int64_t most = largest(bars, n);

	begin(c, c->title, (int)n * ROW, out);
	for (size_t i = 0; i < n; i++) {
		size_t fits = text_fit(bars[i].label, bars[i].len, LABEL_COLUMNS);
		double length = (double)bars[i].n * BAR / (double)most;
		int y = (int)i * ROW;

		buf_puts(out, "<g>");
		tell(c, &bars[i], bars[i].n, out);
		buf_printf(out, "<text class=\"label\" x=\"%d\" y=\"%d\">", LABEL - 10, y + 16);
		out_xml(out, bars[i].label, fits);
		buf_puts(out, fits < bars[i].len ? "\xe2\x80\xa6</text>" : "</text>");
		buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>", LABEL,
		    y + 3, length < 1 ? 1 : length, ROW - 6);
		buf_printf(out, "<text x=\"%.1f\" y=\"%d\">%lld</text></g>\n", LABEL + length + 8, y + 16,
		    (long long)bars[i].n);
	}
	end(out);
}

/* The least of 1, 2, 5, 10, 20 ... that makes at most four lines above zero. */
static int64_t
step_of(int64_t most)
{
	static const int steps[] = { 1, 2, 5 };
	int64_t ten = 1;
	int i = 0;

	while (most / (ten * steps[i]) > 4) {
		i = (i + 1) % 3;
		ten *= i == 0 ? 10 : 1;
	}
	return ten * steps[i];
}

/* Lines across, with their numbers; returns what the upper edge stands for. */
static double
grid(int64_t most, struct buf *out)
{
	int64_t step = step_of(most);
	double top = (double)most * 1.04;

	for (int64_t n = 0; n <= most; n += step) {
		double y = HIGH - (double)n * (HIGH - 8) / top;

		buf_printf(out,
		    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
		    "<text class=\"label\" x=\"%d\" y=\"%.1f\">%lld</text>\n",
		    LEFT, WIDE, y, y, LEFT - 8, y + 4, (long long)n);
	}
	return top;
}

/* Some of the labels below the axis, so that they do not touch. */
static void
names(const struct bar *bars, size_t n, double room, struct buf *out)
{
	size_t every = n / NAMES_MAX + 1;

	if (bars[0].len <= 2 && n <= 24)
		every = 1;
	for (size_t i = 0; i < n; i += every) {
		buf_printf(out, "<text class=\"name\" x=\"%.1f\" y=\"%d\">", LEFT + ((double)i + .5) * room,
		    HIGH + 18);
		out_xml(out, bars[i].label, bars[i].len);
		buf_puts(out, "</text>\n");
	}
}

void
svg_columns(const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
{
	double room = (double)(WIDE - LEFT) / (double)(n > 6 ? n : 6), gap = room > 3 ? room * .15 : 0;
	double top;

	begin(c, c->title, HIGH + NAMES, out);
	top = grid(largest(bars, n), out);
	for (size_t i = 0; i < n; i++) {
		double high = (double)bars[i].n * (HIGH - 8) / top;

		if (bars[i].n == 0)
			continue;
		buf_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
		    LEFT + (double)i * room + gap, HIGH - high, room - 2 * gap, high);
		tell(c, &bars[i], bars[i].n, out);
		buf_puts(out, "</rect>\n");
	}
	names(bars, n, room, out);
	end(out);
}

void
svg_growth(const struct chart *c, const struct bar *bars, size_t n, struct buf *out)
{
	double room = (double)(WIDE - LEFT) / (double)n, top;
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += bars[i].n;
	begin(c, "growth", HIGH + NAMES, out);
	top = grid(sum > 0 ? sum : 1, out);
	buf_printf(out, "<path d=\"M%d %d", LEFT, HIGH);
	sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += bars[i].n;
		buf_printf(
		    out, " L%.1f %.1f", LEFT + ((double)i + 1) * room, HIGH - (double)sum * (HIGH - 8) / top);
	}
	buf_printf(out, " L%d %d Z\"/>\n", WIDE, HIGH);
	names(bars, n, room, out);
	end(out);
}
