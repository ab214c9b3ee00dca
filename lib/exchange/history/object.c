/* SPDX-License-Identifier: MIT */
/* Rows that are JSON objects: a line each, or the elements of an array. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "exchange/history/priv.h"

enum { OBJECTS_TRIED = 20 };

const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

double
number_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	const char *s = json_string_value(v);
	double n = json_is_number(v) ? json_number_value(v) : -1;
	char *end;

	if (s != NULL && *s != '\0') { /* some write their numbers as text */
		n = strtod(s, &end);
		if (*end != '\0')
			n = -1;
	}
	return n >= 0 && n < 9e15 ? n : -1;
}

/* IP addresses and user agents, however a service calls them. */
static bool
is_private(const char *key)
{
	return strcasecmp(key, "ip") == 0 || strncasecmp(key, "ip_addr", 7) == 0 ||
	    strcasestr(key, "ipaddr") != NULL || strcasestr(key, "ip_address") != NULL ||
	    strcasestr(key, "user_agent") != NULL || strcasestr(key, "useragent") != NULL ||
	    strcasestr(key, "user-agent") != NULL;
}

static void
drop_private(json_t *v, int depth)
{
	const char *key;
	json_t *member;
	void *next;
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	json_array_foreach(v, i, member) drop_private(member, depth + 1);
	json_object_foreach_safe(v, next, key, member)
	{
		if (is_private(key))
			json_object_del(v, key);
		else
			drop_private(member, depth + 1);
	}
}

/* The text of an object that was read, as it is kept. */
static bool
keep_raw(struct history *h)
{
	const json_t *given = json_object_get(h->object, "raw");
	bool own = h->format->take == take_own && given != NULL;

	drop_private(h->object, 0);
	buf_clear(&h->raw);
	jansson_dump(&h->raw, own ? given : h->object);
	return !h->raw.failed;
}

/* An object's text, as a row of the format. */
static int
take_object(struct history *h, const char *text, size_t len, struct history_row *row, struct err *e)
{
	json_error_t error;

	json_decref(h->object);
	h->object = jansson_load(text, len, 0, &error, e);
	if (e->code != ERR_NONE)
		return -1;
	if (h->object == NULL || !json_is_object(h->object)) {
		row_broken(
		    h, row, h->object != NULL ? "it is no JSON object" : "it is no JSON: %s", error.text);
		return 1;
	}
	if (!keep_raw(h)) {
		err_memory(e);
		return -1;
	}
	row->listen.raw = h->raw.data;
	h->format->take(h, h->object, row);
	return 1;
}

static int
line_next(struct history *h, struct history_row *row, struct err *e)
{
	const char *line;
	bool cut;
	int step;

	do {
		step = stream_line(h->in, &h->text, HISTORY_ROW_MAX, &cut, e);
		h->line++;
		line = step > 0 ? h->text.data + strspn(h->text.data, " \t") : "";
	} while (step > 0 && *line == '\0' && h->text.len == strlen(h->text.data));
	if (step <= 0)
		return step;
	row->line = row->listen.row = h->line;
	if (cut) {
		row_broken(h, row, "it is longer than a megabyte");
		return 1;
	}
	return take_object(h, h->text.data, h->text.len, row, e);
}

int
object_next(struct history *h, struct history_row *row, struct err *e)
{
	const char *why = NULL;
	int step;

	if (h->by_line)
		return line_next(h, row, e);
	step = cut_next(&h->cut, h->in, &why, e);
	if (step <= 0)
		return step;
	row->line = h->cut.began;
	row->object = row->listen.row = h->cut.objects;
	if (step == 2) {
		row_broken(h, row, "%s", why);
		return 1;
	}
	return take_object(h, h->cut.object.data, h->cut.object.len, row, e);
}

/* -- what is it? ----------------------------------------------------------- */

static bool
recognise(struct history *h, const char *text, size_t len, const struct format *asked)
{
	struct err ignored = { 0 };
	json_t *o = jansson_load(text, len, 0, NULL, &ignored);

	for (const struct format *f = formats; json_is_object(o) && f->name != NULL; f++)
		if ((asked == NULL || asked == f) && f->is_object != NULL && f->is_object(o)) {
			h->format = f;
			break;
		}
	json_decref(o);
	return h->format != NULL;
}

struct memory {
	const char *bytes;
	size_t len;
};

static long
read_memory(void *context, void *bytes, size_t len, struct err *e)
{
	struct memory *m = context;
	size_t n = len < m->len ? len : m->len;

	(void)e;
	memcpy(bytes, m->bytes, n);
	m->bytes += n;
	m->len -= n;
	return (long)n;
}

/* Is any of the first objects, in arrays of this name, a play? */
static bool
recognise_in(struct history *h, const char *bytes, size_t len, const char *array, const struct format *asked,
    struct err *e)
{
	struct memory m = { bytes, len };
	struct stream_source from = { .read = read_memory, .context = &m };
	struct cutter c = { .array = array };
	struct stream *s = NULL;
	const char *why;
	int step = 1;

	if (len < 2 || stream_of(&s, &from, "", e) != ERR_NONE)
		return false;
	for (int i = 0; i < OBJECTS_TRIED && step > 0 && h->format == NULL; i++) {
		step = cut_next(&c, s, &why, e);
		if (step == 1 && recognise(h, c.object.data, c.object.len, asked))
			h->cut.array = array;
	}
	buf_free(&c.object);
	stream_close(s);
	*e = (struct err){ 0 };
	return h->format != NULL;
}

/* Is the first line a play?  (The last lines of an array may look like one, too.) */
static bool
recognise_line(struct history *h, const char *bytes, size_t len, const struct format *asked)
{
	const char *newline = memchr(bytes, '\n', len);

	h->by_line = recognise(h, bytes, newline != NULL ? (size_t)(newline - bytes) : len, asked);
	return h->by_line;
}

/* A type that was asked for is taken at its word, even where none of the first objects is of it. */
static void
take_at_its_word(struct history *h, char first, const struct format *asked)
{
	h->format = asked;
	h->by_line = first == '{' && asked->array == NULL;
	h->cut.array = first == '{' ? asked->array : NULL;
}

bool
object_find(struct history *h, const char *bytes, size_t len, const struct format *asked, struct err *e)
{
	size_t blank = 0;

	while (blank < len && strchr(" \t\r\n", bytes[blank]) != NULL)
		blank++;
	if (blank == len || (bytes[blank] != '{' && bytes[blank] != '['))
		return false;
	h->cut.line = 1;
	if (bytes[blank] == '{' && recognise_line(h, bytes + blank, len - blank, asked))
		return true;
	if (recognise_in(h, bytes, len, NULL, asked, e))
		return true;
	for (const struct format *f = formats; f->name != NULL; f++)
		if (f->array != NULL && (asked == NULL || asked == f) &&
		    recognise_in(h, bytes, len, f->array, f, e))
			return true;
	if (asked != NULL && asked->is_object != NULL)
		take_at_its_word(h, bytes[blank], asked);
	return h->format != NULL;
}
