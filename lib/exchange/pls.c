/* SPDX-License-Identifier: MIT */
/* PLS: an ini file whose keys have numbers, in any order, with gaps, whatever NumberOfEntries says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/extra.h"
#include "exchange/priv.h"

struct pls_row {
	long long n;
	size_t at; /* in the file */
	const char *key, *value;
	int nkey, nvalue;
};

struct rows {
	struct pls_row *v;
	size_t n, cap;
};

static enum err_code
add_row(struct rows *rows, const struct pls_row *row, struct err *e)
{
	if (rows->n == rows->cap) {
		size_t cap = rows->cap > 0 ? 2 * rows->cap : 64;
		struct pls_row *more = realloc(rows->v, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		rows->v = more;
		rows->cap = cap;
	}
	rows->v[rows->n++] = *row;
	return ERR_NONE;
}

static void
trim(const char **s, int *len)
{
	while (*len > 0 && (**s == ' ' || **s == '\t'))
		++*s, --*len;
	while (*len > 0 && ((*s)[*len - 1] == ' ' || (*s)[*len - 1] == '\t'))
		--*len;
}

/* "File12=x": the number goes apart; 0 where there is none. */
static bool
split(const char *line, size_t len, struct pls_row *row)
{
	const char *equals = memchr(line, '=', len);
	long long unit = 1;

	if (equals == NULL || len > 1 << 20)
		return false;
	row->key = line;
	row->nkey = (int)(equals - line);
	row->value = equals + 1;
	row->nvalue = (int)(line + len - row->value);
	trim(&row->key, &row->nkey);
	trim(&row->value, &row->nvalue);
	row->n = 0;
	while (row->nkey > 0 && row->key[row->nkey - 1] >= '0' && row->key[row->nkey - 1] <= '9' &&
	    unit <= 1000000000000000) {
		row->n += unit * (row->key[--row->nkey] - '0');
		unit *= 10;
	}
	return row->nkey > 0;
}

static bool
is(const struct pls_row *row, const char *key)
{
	return row->nkey == (int)strlen(key) && strncasecmp(row->key, key, strlen(key)) == 0;
}

static int
compare(const void *a, const void *b)
{
	const struct pls_row *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void
keep(struct buf *extra, const struct pls_row *row)
{
	struct buf line = { 0 };

	buf_printf(&line, "%.*s=%.*s", row->nkey, row->key, row->nvalue, row->value);
	if (!line.failed)
		extra_add(extra, "pls", line.data, line.len);
	extra->failed |= line.failed;
	buf_free(&line);
}

/* The rows of one number. */
static enum err_code
one_item(struct list_reader *r, const struct pls_row *rows, size_t n, struct err *e)
{
	struct list_item item = { .start_ms = -1 };
	struct buf extra = { 0 };
	char *file = NULL, *title = NULL;
	const char *end;

	for (size_t i = 0; i < n; i++) {
		const struct pls_row *row = &rows[i];

		if (is(row, "file") && file == NULL)
			file = strndup(row->value, (size_t)row->nvalue);
		else if (is(row, "title") && title == NULL)
			title = row->nvalue > 0 ? strndup(row->value, (size_t)row->nvalue) : NULL;
		else if (is(row, "length"))
			item.duration_ms = list_seconds(row->value, &end);
		else
			keep(&extra, row);
	}
	item.location = file;
	item.title = title;
	item.extra = extra.len > 0 ? extra.data : NULL;
	if (buf_ok(&extra, e) == ERR_NONE && (file != NULL || title != NULL))
		list_hand_over(r, &item, e);
	buf_free(&extra);
	free(file);
	free(title);
	return e->code;
}

static enum err_code
read_rows(const char *text, size_t len, struct rows *rows, struct err *e)
{
	const char *end = text + len;

	while (text < end) {
		const char *line = text;
		size_t n = strcspn(line, "\r\n");
		struct pls_row row = { .at = rows->n };

		if (n > (size_t)(end - line))
			n = (size_t)(end - line);
		text = line + n + 1;
		while (n > 0 && (*line == ' ' || *line == '\t'))
			line++, n--;
		if (n == 0 || *line == ';' || *line == '#' || *line == '[' || !split(line, n, &row))
			continue;
		if (add_row(rows, &row, e) != ERR_NONE)
			break;
	}
	return e->code;
}

enum err_code
pls_read(const char *text, size_t len, struct list_reader *r, struct err *e)
{
	struct rows rows = { 0 };
	size_t i = 0, k;

	if (read_rows(text, len, &rows, e) == ERR_NONE && rows.n > 0)
		qsort(rows.v, rows.n, sizeof *rows.v, compare);
	for (; i < rows.n && e->code == ERR_NONE; i = k) {
		for (k = i; k < rows.n && rows.v[k].n == rows.v[i].n; k++)
			;
		if (rows.v[i].n > 0) {
			one_item(r, rows.v + i, k - i, e);
			continue;
		}
		for (size_t j = i; j < k; j++)
			if (is(&rows.v[j], "x-gnome-title") || is(&rows.v[j], "playlistname"))
				list_title(r, rows.v[j].value, (size_t)rows.v[j].nvalue);
			else if (!is(&rows.v[j], "numberofentries") && !is(&rows.v[j], "version"))
				keep(&r->extra, &rows.v[j]);
	}
	free(rows.v);
	return e->code;
}

static void
begin(struct list_writer *w, const char *title)
{
	buf_puts(w->out, "[playlist]\n");
	if (title != NULL) {
		buf_puts(w->out, "X-GNOME-Title=");
		list_line(w->out, title);
		buf_putc(w->out, '\n');
	}
}

/* What was kept, with the number between key and value. */
static void
add_kept(struct list_writer *w, const char *extra, size_t number)
{
	struct buf text = { 0 };
	char word[32];

	while (extra_next(&extra, word, &text)) {
		char *equals = text.data != NULL ? strchr(text.data, '=') : NULL;

		if (strcmp(word, "pls") != 0 || equals == NULL)
			continue;
		*equals = '\0';
		list_line(w->out, text.data);
		if (number > 0)
			buf_printf(w->out, "%zu", number);
		buf_putc(w->out, '=');
		list_line(w->out, equals + 1);
		buf_putc(w->out, '\n');
	}
	w->out->failed |= text.failed;
	buf_free(&text);
}

static void
add(struct list_writer *w, const struct list_item *item)
{
	size_t n = ++w->items;

	if (item->path != NULL || item->location != NULL) {
		buf_printf(w->out, "File%zu=", n);
		list_place_line(w->out, w, item);
		buf_putc(w->out, '\n');
	}
	if (item->title != NULL || item->path != NULL) {
		buf_printf(w->out, "Title%zu=", n);
		list_label(w->out, item);
		buf_putc(w->out, '\n');
	}
	buf_printf(w->out, "Length%zu=%lld\n", n,
	    item->duration_ms > 0 ? (long long)((item->duration_ms + 500) / 1000) : -1LL);
	add_kept(w, item->extra, n);
}

static void
end(struct list_writer *w)
{
	add_kept(w, w->extra, 0);
	buf_printf(w->out, "NumberOfEntries=%zu\nVersion=2\n", w->items);
}

const struct list_form pls_form = { begin, add, end };
