/* SPDX-License-Identifier: MIT */
#include "media/text/lrc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/charset.h"
#include "media/text/textfile.h"
#include "media/tag/value.h"

enum { TIMES_MAX = 64, LINES_MAX = 20000 };

struct line {
	int64_t at; /* ms; -1: no time */
	size_t order;
	const char *text; /* in the decoded file */
};

struct sheet {
	struct record *r;
	struct err *e;
	struct line *lines;
	size_t n;
	int64_t offset;
	bool timed;
};

static bool
digits(const char **s, int max, int64_t *n)
{
	size_t len = strspn(*s, "0123456789");

	if (len == 0 || len > (size_t)max)
		return false;
	*n = atol(*s);
	*s += len;
	return true;
}

/* mm:ss, mm:ss.x, mm:ss.xx, mm:ss.xxx, or with a colon; *s moves behind it and its bracket. */
static bool
stamp(const char **s, char close, int64_t *ms)
{
	const char *at = *s + 1;
	int64_t minutes, seconds, rest = 0;

	if (!digits(&at, 5, &minutes) || *at++ != ':' || !digits(&at, 2, &seconds))
		return false;
	if (*at == '.' || *at == ':' || *at == ',') {
		const char *from = ++at;

		if (!digits(&at, 3, &rest))
			return false;
		for (size_t len = (size_t)(at - from); len < 3; len++)
			rest *= 10;
	}
	if (*at != close)
		return false;
	*s = at + 1;
	*ms = (minutes * 60 + seconds) * 1000 + rest;
	return true;
}

static void
add_line(struct sheet *sh, int64_t at, const char *text)
{
	struct line *lines = sh->lines;

	if (sh->n == LINES_MAX) {
		err_set(sh->e, ERR_FORMAT, "has more than %d lines", LINES_MAX);
		return;
	}
	if ((sh->n & (sh->n - 1)) == 0)
		lines = realloc(lines, (sh->n == 0 ? 1 : 2 * sh->n) * sizeof *lines);
	if (lines == NULL) {
		err_memory(sh->e);
		return;
	}
	sh->lines = lines;
	lines[sh->n] = (struct line){ at, sh->n, text };
	sh->n++;
}

/* [name:text], alone on its line; false where it is nothing of the kind. */
static bool
id_line(struct sheet *sh, const char *s)
{
	static const struct {
		const char *name;
		enum field field;
	} names[] = { { "ti", F_TITLE }, { "ar", F_ARTIST }, { "al", F_ALBUM } };
	size_t name = strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#_"),
	       len = strlen(s);
	struct buf value = { 0 };

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (name == 0 || s[1 + name] != ':' || s[len - 1] != ']')
		return false;
	if (name == 6 && strncasecmp(s + 1, "offset", 6) == 0) {
		long n = strtol(s + 8, NULL, 10);

		sh->offset = n > -3600000 && n < 3600000 ? n : 0;
		return true;
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *text;

		if (name != 2 || strncasecmp(s + 1, names[i].name, 2) != 0 ||
		    record_get(sh->r, names[i].field) != NULL)
			continue;
		text = strndup(s + 4, len - 5);
		if (text != NULL)
			value_clean(&value, text);
		free(text);
		if (text == NULL || buf_ok(&value, sh->e) != ERR_NONE)
			err_memory(sh->e);
		else if (value.len > 0 && value.len < 4096)
			record_add(sh->r, names[i].field, NULL, value.data, sh->e);
		buf_free(&value);
	}
	return true;
}

static void
read_line(struct sheet *sh, const char *line)
{
	int64_t times[TIMES_MAX];
	size_t n = 0;
	const char *s = line + strspn(line, " \t");

	if (*s == '[' && id_line(sh, s))
		return;
	while (*s == '[' && n < TIMES_MAX && stamp(&s, ']', &times[n])) {
		n++;
		s += strspn(s, " \t");
	}
	sh->timed |= n > 0;
	for (size_t i = 0; i < n && sh->e->code == ERR_NONE; i++)
		add_line(sh, times[i], s);
	if (n == 0)
		add_line(sh, -1, s);
}

/* By time; lines without one stay where they are in the file, before those that have one. */
static int
by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
put_stamp(const struct sheet *sh, struct buf *out, char open, int64_t ms, char close)
{
	ms = ms > sh->offset ? ms - sh->offset : 0;
	buf_printf(out, "%c%02lld:%02lld.%02lld%c", open, (long long)(ms / 60000),
	    (long long)(ms / 1000 % 60), (long long)(ms % 1000 / 10), close);
}

/* A line's text; the times of its words dropped, or kept with the offset applied. */
static void
put_words(const struct sheet *sh, struct buf *out, const char *s, bool times)
{
	size_t begin = out->len;
	int64_t ms;

	while (*s != '\0') {
		if (*s == '<' && stamp(&s, '>', &ms)) {
			if (times)
				put_stamp(sh, out, '<', ms, '>');
			else if (*s == ' ' && (out->len == begin || out->data[out->len - 1] == ' '))
				s++;
			continue;
		}
		buf_putc(out, *s++);
	}
}

static enum err_code
give(struct sheet *sh, enum field f, const char *name, const struct buf *text)
{
	struct buf clean = { 0 };

	if (buf_ok(text, sh->e) == ERR_NONE && text->len > 0)
		value_clean(&clean, text->data);
	if (sh->e->code == ERR_NONE && buf_ok(&clean, sh->e) == ERR_NONE && clean.len > 0)
		record_add(sh->r, f, name, clean.data, sh->e);
	buf_free(&clean);
	return sh->e->code;
}

static enum err_code
finish(struct sheet *sh)
{
	struct buf plain = { 0 }, synced = { 0 };

	if (sh->n > 0 && sh->timed)
		qsort(sh->lines, sh->n, sizeof *sh->lines, by_time);
	for (size_t i = 0; i < sh->n; i++) {
		const struct line *l = &sh->lines[i];

		if (sh->timed && l->at < 0) /* prose around the song */
			continue;
		put_words(sh, &plain, l->text, false);
		buf_putc(&plain, '\n');
		if (!sh->timed)
			continue;
		put_stamp(sh, &synced, '[', l->at, ']');
		put_words(sh, &synced, l->text, true);
		buf_putc(&synced, '\n');
		if (synced.len > RECORD_VALUE_MAX)
			break;
	}
	if (synced.len > RECORD_VALUE_MAX || plain.len > RECORD_VALUE_MAX)
		err_set(sh->e, ERR_FORMAT, "holds more text than is kept");
	else if (give(sh, F_LYRICS, NULL, &plain) == ERR_NONE && record_get(sh->r, F_LYRICS) == NULL)
		err_set(sh->e, ERR_FORMAT, "holds no lyrics");
	if (sh->e->code == ERR_NONE)
		give(sh, F_NONE, "syncedlyrics", &synced);
	buf_free(&plain);
	buf_free(&synced);
	return sh->e->code;
}

enum err_code
lrc_parse(struct record *r, const void *bytes, size_t len, struct err *e)
{
	struct sheet sh = { .r = r, .e = e };
	struct buf text = { 0 };

	charset_decode(&text, bytes, len);
	if (buf_ok(&text, e) == ERR_NONE && text.len > 0)
		for (char *line = text.data, *end; line != NULL && e->code == ERR_NONE; line = end) {
			end = strpbrk(line, "\r\n");
			if (end != NULL && end[0] == '\r' && end[1] == '\n')
				*end++ = '\0';
			if (end != NULL)
				*end++ = '\0';
			read_line(&sh, line);
		}
	if (e->code == ERR_NONE)
		finish(&sh);
	free(sh.lines);
	buf_free(&text);
	if (e->code != ERR_NONE)
		record_free(r);
	return e->code;
}

enum err_code
lrc_read(int fd, struct record *r, struct err *e)
{
	struct buf bytes = { 0 };

	if (textfile_read(fd, &bytes, e) == ERR_NONE)
		lrc_parse(r, bytes.data, bytes.len, e);
	buf_free(&bytes);
	return e->code;
}
