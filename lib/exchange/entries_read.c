/* SPDX-License-Identifier: MIT */
/* What lib-playlist itself exports as JSON: the playlist and its entries, an object a line. */
#include <stdio.h>
#include <string.h>

#include "exchange/jansson.h"
#include "exchange/priv.h"

static void
keep_number(int64_t *to, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		*to = json_integer_value(value);
}

static int
sextet(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A'
	    : c >= 'a' && c <= 'z'  ? c - 'a' + 26
	    : c >= '0' && c <= '9'  ? c - '0' + 52
	    : c == '+'              ? 62
	    : c == '/'              ? 63
				    : -1;
}

/* A text, or the bytes that stand as base64 under name_b64; NULL where there is neither. */
static const char *
bytes_of(const json_t *object, const char *name, struct buf *room)
{
	char other[32];
	const char *text = json_string_value(json_object_get(object, name));
	unsigned bits = 0, n = 0;

	if (text != NULL)
		return text;
	snprintf(other, sizeof other, "%s_b64", name);
	text = json_string_value(json_object_get(object, other));
	if (text == NULL)
		return NULL;
	for (; sextet(*text) >= 0; text++) {
		bits = bits << 6 | (unsigned)sextet(*text);
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		if ((bits >> n & 0xff) != 0) /* no name has a NUL */
			buf_putc(room, (char)(bits >> n & 0xff));
	}
	buf_add(room, "", 0);
	return room->data;
}

/* An entry as lib-playlist --json prints it. */
static enum err_code
read_entry(struct list_reader *r, const json_t *entry, struct err *e)
{
	struct list_item item = { .start_ms = -1 };
	struct buf location = { 0 }, path = { 0 };

	item.location = bytes_of(entry, "location", &location);
	item.path = bytes_of(entry, "file", &path);
	if (item.path == NULL)
		item.path = bytes_of(entry, "path", &path);
	item.title = json_string_value(json_object_get(entry, "title"));
	item.artist = json_string_value(json_object_get(entry, "artist"));
	item.album = json_string_value(json_object_get(entry, "album"));
	item.mbid = json_string_value(json_object_get(entry, "mb_trackid"));
	item.extra = json_string_value(json_object_get(entry, "extra"));
	keep_number(&item.duration_ms, entry, "duration_ms");
	if (json_object_get(entry, "part") != NULL)
		keep_number(&item.start_ms, entry, "start_ms");
	if (buf_ok(&location, e) == ERR_NONE && buf_ok(&path, e) == ERR_NONE)
		list_hand_over(r, &item, e);
	buf_free(&location);
	buf_free(&path);
	return e->code;
}

enum err_code
entries_read(const char *text, size_t len, struct list_reader *r, struct err *e)
{
	const char *end = text + len;
	size_t number = 0;

	while (text < end && e->code == ERR_NONE) {
		const char *line = text;
		size_t n = strcspn(line, "\n");
		json_error_t why;
		json_t *object;
		const char *type, *extra;

		text = line + n + 1;
		number++;
		if (n == 0)
			continue;
		object = jansson_load(line, n, 0, &why, e);
		if (object == NULL && e->code != ERR_NONE)
			return e->code;
		if (object == NULL)
			return err_set(e, ERR_FORMAT, "line %zu: %s", number, why.text);
		type = json_string_value(json_object_get(object, "type"));
		extra = json_string_value(json_object_get(object, "extra"));
		if (type != NULL && strcmp(type, "playlist") == 0) {
			type = json_string_value(json_object_get(object, "name"));
			list_title(r, type != NULL ? type : "", type != NULL ? strlen(type) : 0);
			buf_puts(&r->extra, extra != NULL ? extra : "");
		} else if (type != NULL && strcmp(type, "entry") == 0) {
			read_entry(r, object, e);
		}
		json_decref(object);
	}
	return e->code;
}
