/* SPDX-License-Identifier: MIT */
/* M3U as it is met with: any line end, attributes and decimals in #EXTINF, directives of many players. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "exchange/extra.h"
#include "exchange/priv.h"

struct state {
	struct list_reader *r;
	struct err *e;
	char *title;
	int64_t duration_ms, start_ms;
	struct buf extra, location, bytes;
};

/* The line at *s, which moves behind its end: LF, CRLF or CR. */
static size_t
next_line(const char **s, const char *end)
{
	const char *line = *s;
	size_t len = 0;

	while (line + len < end && line[len] != '\n' && line[len] != '\r')
		len++;
	*s = line + len;
	if (*s < end && **s == '\r')
		++*s;
	if (*s < end && **s == '\n' && (*s == line + len || (*s)[-1] == '\r'))
		++*s;
	return len;
}

static const char *
behind(const char *line, size_t len, const char *head)
{
	size_t n = strlen(head);

	return len >= n && strncasecmp(line, head, n) == 0 ? line + n : NULL;
}

/* "123,Title", "-1 tvg-id="x, y",Title", "12.5,Title"; false where it begins with no number. */
static bool
read_info(struct state *s, const char *text, size_t len)
{
	struct buf line = { 0 };
	const char *p, *comma;
	bool quoted = false;

	buf_add(&line, text, len);
	if (line.data == NULL || line.failed) {
		buf_free(&line);
		return false;
	}
	s->duration_ms = list_seconds(line.data, &p);
	if (p == line.data) {
		buf_free(&line);
		return false;
	}
	for (comma = p; *comma != '\0' && (quoted || *comma != ','); comma++)
		quoted ^= *comma == '"';
	if (*comma == '\0' && quoted) /* a quote that nobody closed */
		comma = p + strcspn(p, ",");
	if (comma > p)
		extra_add(&s->extra, "extinf", p, (size_t)(comma - p));
	free(s->title);
	s->title = *comma == ',' && comma[1] != '\0' ? strdup(comma + 1) : NULL;
	if (*comma == ',' && comma[1] != '\0' && s->title == NULL)
		err_memory(s->e);
	buf_free(&line);
	return true;
}

/* Directives that are about the list, not about what comes next. */
static bool
is_of_the_list(const char *line, size_t len)
{
	static const char *const heads[] = { "#GONIC-", "#EXTALBUMARTURL:", "#EXTENC:" };

	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		if (behind(line, len, heads[i]) != NULL)
			return true;
	return false;
}

static enum err_code
hand_over(struct state *s, bool placed)
{
	struct list_item item = { .location = placed ? s->location.data : NULL,
		.bytes = s->bytes.len > 0 ? s->bytes.data : NULL,
		.title = s->title,
		.extra = s->extra.len > 0 ? s->extra.data : NULL,
		.duration_ms = s->duration_ms,
		.start_ms = s->start_ms };

	if (buf_ok(&s->extra, s->e) == ERR_NONE && buf_ok(&s->location, s->e) == ERR_NONE &&
	    buf_ok(&s->bytes, s->e) == ERR_NONE)
		list_hand_over(s->r, &item, s->e);
	free(s->title);
	s->title = NULL;
	s->duration_ms = 0;
	s->start_ms = -1;
	buf_clear(&s->extra);
	return s->e->code;
}

static enum err_code
directive(struct state *s, const char *line, size_t len)
{
	const char *text, *end = line + len, *after;
	char number[32];

	if ((text = behind(line, len, "#EXTM3U")) != NULL) {
		if (text < end && s->r->items == 0)
			extra_add(&s->r->extra, "extm3u", text, (size_t)(end - text));
	} else if ((text = behind(line, len, "#PLAYLIST:")) != NULL) {
		list_title(s->r, text, (size_t)(end - text));
	} else if ((text = behind(line, len, "#EXTINF:")) != NULL &&
	    read_info(s, text, (size_t)(end - text))) {
		;
	} else if ((text = behind(line, len, "#FONOTECA-MISSING:")) != NULL &&
	    read_info(s, text, (size_t)(end - text))) {
		return hand_over(s, false);
	} else if ((text = behind(line, len, "#EXTVLCOPT:start-time=")) != NULL) {
		snprintf(number, sizeof number, "%.*s", (int)(end - text), text);
		s->start_ms = list_seconds(number, &after);
		extra_add(&s->extra, M3U_TIMES, line, len);
	} else if (behind(line, len, "#EXTVLCOPT:stop-time=") != NULL && s->start_ms >= 0) {
		extra_add(&s->extra, M3U_TIMES, line, len);
	} else {
		extra_add(is_of_the_list(line, len) ? &s->r->extra : &s->extra,
		    is_of_the_list(line, len) ? "m3u-head" : "m3u", line, len);
	}
	return s->e->code;
}

static enum err_code
one_line(struct state *s, const char *line, size_t len, const char *raw, size_t nraw)
{
	size_t blank = 0;

	while (blank < len && (line[blank] == ' ' || line[blank] == '\t'))
		blank++;
	if (blank == len)
		return ERR_NONE;
	if (line[blank] == '#')
		return directive(s, line + blank, len - blank);
	buf_clear(&s->location);
	buf_clear(&s->bytes);
	buf_add(&s->location, line, len);
	if (raw != NULL && (nraw != len || memcmp(raw, line, len) != 0))
		buf_add(&s->bytes, raw, nraw);
	return hand_over(s, true);
}

/* What comes behind the last entry stays there. */
static void
keep_end(struct state *s)
{
	const char *extra = s->extra.data;
	struct buf text = { 0 };
	char word[32];

	while (extra_next(&extra, word, &text))
		if (strcmp(word, "m3u") == 0)
			extra_add(&s->r->extra, "m3u-end", text.data != NULL ? text.data : "", text.len);
	s->r->extra.failed |= text.failed;
	buf_free(&text);
}

enum err_code
m3u_read_lines(
    const char *text, size_t len, const char *bytes, size_t nbytes, struct list_reader *r, struct err *e)
{
	struct state s = { .r = r, .e = e, .start_ms = -1 };
	const char *end = text + len, *raw_end = bytes != NULL ? bytes + nbytes : NULL;

	while (text < end && e->code == ERR_NONE) {
		const char *line = text, *raw = bytes;
		size_t n = next_line(&text, end), nraw = bytes != NULL ? next_line(&bytes, raw_end) : 0;

		one_line(&s, line, n, raw, nraw);
	}
	if (e->code == ERR_NONE)
		keep_end(&s);
	free(s.title);
	buf_free(&s.extra);
	buf_free(&s.location);
	buf_free(&s.bytes);
	return e->code;
}

enum err_code
m3u_read(const char *text, size_t len, struct list_reader *r, struct err *e)
{
	return m3u_read_lines(text, len, NULL, 0, r, e);
}
