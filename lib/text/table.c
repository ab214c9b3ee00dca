/* SPDX-License-Identifier: MIT */
#include "text/table.h"

#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/out.h"
#include "text/fold.h"

enum { WIDEST = 60 }; /* a longer cell runs over: one title must not push every row off the screen */

/* A cell begins; what is added to the result is it. */
static struct buf *
begin(struct table *t, size_t *start)
{
	if (!t->aligned && t->column++ > 0)
		buf_putc(t->out, '\t');
	*start = t->cells.len;
	return t->aligned ? &t->cells : t->out;
}

static void
end(struct table *t, size_t start)
{
	int width;

	if (!t->aligned)
		return;
	buf_putc(&t->cells, '\0');
	if (t->cells.failed || t->column >= TABLE_COLUMNS)
		return;
	width = text_width(t->cells.data + start, t->cells.len - start - 1);
	if (width > WIDEST)
		width = WIDEST;
	if (width > t->width[t->column])
		t->width[t->column] = width;
	t->column++;
}

void
table_cell(struct table *t, const char *bytes, size_t len)
{
	size_t start;

	out_escape(begin(t, &start), bytes, len);
	end(t, start);
}

void
table_escaped(struct table *t, const char *s)
{
	size_t start;

	buf_puts(begin(t, &start), s != NULL ? s : "");
	end(t, start);
}

void
table_text(struct table *t, const char *s)
{
	table_cell(t, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

void
table_int(struct table *t, long long n)
{
	char text[24];

	table_cell(t, text, (size_t)snprintf(text, sizeof text, "%lld", n));
}

void
table_count(struct table *t, long long n, const char *what)
{
	char text[64] = "";

	if (!t->aligned)
		table_int(t, n);
	else if (n == 0)
		table_text(t, "");
	else
		table_cell(t, text, (size_t)snprintf(text, sizeof text, "%lld %s", n, what));
}

void
table_bytes(struct table *t, long long n, const char *per)
{
	char size[AMOUNT_TEXT], text[AMOUNT_TEXT + 8];

	if (!t->aligned)
		table_int(t, n);
	else if (n == 0)
		table_text(t, "");
	else
		table_cell(t, text, (size_t)snprintf(text, sizeof text, "%s%s", amount_bytes(n, size), per));
}

void
table_row(struct table *t)
{
	if (!t->aligned)
		buf_putc(t->out, t->separator);
	t->columns = t->column;
	t->column = 0;
	t->rows++;
}

static void
pad(struct buf *out, int n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

/* The widest of the columns of text gives way until all fit, or nothing is left to give. */
static void
fit(struct table *t)
{
	int total = 2 * (t->columns - 1);

	for (int c = 0; c < t->columns; c++)
		total += t->width[c];
	while (t->fit > 0 && total > t->fit) {
		int widest = -1;

		for (int c = 0; c < t->columns; c++)
			if ((t->right >> c & 1) == 0 && (widest < 0 || t->width[c] > t->width[widest]))
				widest = c;
		if (widest < 0 || t->width[widest] <= 1)
			break;
		t->width[widest]--;
		total--;
	}
}

static void
lay_out(struct table *t, int c, const char *cell)
{
	size_t len = strlen(cell);
	int width = text_width(cell, len);
	bool cut = t->fit > 0 && width > t->width[c];
	bool right = (t->right >> c & 1) != 0;

	if (cut) {
		len = text_fit(cell, len, t->width[c] - 1);
		width = text_width(cell, len) + 1;
	}
	if (c > 0)
		pad(t->out, 2);
	if (right)
		pad(t->out, t->width[c] - width);
	buf_add(t->out, cell, len);
	if (cut)
		buf_puts(t->out, "\xe2\x80\xa6");
	if (!right && c + 1 < t->columns)
		pad(t->out, t->width[c] - width);
}

void
table_end(struct table *t)
{
	const char *cell = t->cells.data;

	if (t->cells.failed)
		t->out->failed = true;
	fit(t);
	for (size_t r = 0; t->aligned && !t->cells.failed && r < t->rows; r++) {
		bool bold = r == 0 && t->head && t->color;
		size_t start = t->out->len;

		buf_puts(t->out, bold ? "\033[1m" : "");
		for (int c = 0; c < t->columns; c++) {
			lay_out(t, c, cell);
			cell += strlen(cell) + 1;
		}
		while (t->out->len > start && t->out->data[t->out->len - 1] == ' ')
			t->out->len--; /* no blanks before the end of a line */
		buf_puts(t->out, bold ? "\033[0m" : "");
		buf_putc(t->out, t->separator);
	}
	buf_free(&t->cells);
	*t = (struct table){ .out = t->out, .separator = t->separator, .aligned = t->aligned };
}
