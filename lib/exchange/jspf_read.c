/* SPDX-License-Identifier: MIT */
/* JSPF, as its draft has it and as ListenBrainz writes it: a place or identifier is a text or an array of
 * them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/extra.h"
#include "exchange/jansson.h"
#include "exchange/pieces.h"
#include "exchange/priv.h"
#include "text/value.h"

static enum err_code
broken(const char *text, size_t len, const char *why, struct err *e)
{
	if (e->code != ERR_NONE)
		return e->code;
	return err_set(e, ERR_FORMAT, "is no JSON that can be read: %s near '%.*s'", why,
	    (int)(len < 40 ? len : 40), text);
}

/* A value by jansson; NULL with *e filled in. */
static json_t *
load(const char *text, size_t len, struct err *e)
{
	json_error_t why;
	json_t *value = jansson_load(text, len, JSON_DECODE_ANY, &why, e);

	if (value == NULL)
		broken(text, len, why.text, e);
	return value;
}

static void
keep_text(struct buf *extra, const char *word, const json_t *value)
{
	if (json_is_string(value) && json_string_length(value) > 0)
		extra_add(extra, word, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value)) {
		char number[32];

		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		extra_add(extra, word, number, strlen(number));
	}
}

/* A text, or each of an array. */
static void
keep_texts(struct buf *extra, const char *word, const json_t *value)
{
	if (!json_is_array(value))
		keep_text(extra, word, value);
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
		keep_text(extra, word, json_array_get(value, i));
}

/* [{"rel":"content"}, ...] as "rel content" lines; an object alone is taken, too. */
static void
keep_pairs(struct buf *extra, const char *word, json_t *value)
{
	size_t n = json_is_array(value) ? json_array_size(value) : 1;

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_is_array(value) ? json_array_get(value, i) : value, *content;
		const char *rel;

		if (!json_is_object(one))
			continue;
		json_object_foreach(one, rel, content)
		{
			struct buf line = { 0 };

			if (!json_is_string(content))
				continue;
			buf_printf(&line, "%s %s", rel, json_string_value(content));
			if (!line.failed)
				extra_add(extra, word, line.data, line.len);
			buf_free(&line);
		}
	}
}

/* Whatever it is, as it is. */
static void
keep_json(struct buf *extra, const char *word, const json_t *value)
{
	struct buf text = { 0 };

	jansson_dump(&text, value);
	if (!text.failed)
		extra_add(extra, word, text.data, text.len);
	else
		extra->failed = true;
	buf_free(&text);
}

/* One member of the list, or of a track, that has no place of its own. */
static void
keep(struct buf *extra, const char *name, json_t *value)
{
	static const char known[] =
	    " creator annotation info location identifier image date license trackNum ";
	char spaced[64];

	snprintf(spaced, sizeof spaced, " %.40s ", name);
	if (strcmp(name, "link") == 0 || strcmp(name, "meta") == 0 || strcmp(name, "attribution") == 0)
		keep_pairs(extra, name, value);
	else if (strcmp(name, "extension") == 0)
		keep_json(extra, "jspf", value);
	else if (strstr(known, spaced) != NULL)
		keep_texts(extra, name, value);
	else {
		json_t *member = json_pack("{s:O}", name, value);

		if (member != NULL)
			keep_json(extra, "jspf-more", member);
		json_decref(member);
	}
}

/* The first of the places; the others are kept. */
static const char *
first_text(struct buf *extra, const json_t *value)
{
	const char *first = NULL;

	if (json_is_string(value))
		return json_string_value(value);
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);

		if (first == NULL && json_is_string(one))
			first = json_string_value(one);
		else
			keep_text(extra, "location", one);
	}
	return first;
}

static void
find_mbid(const json_t *value, char *mbid)
{
	if (json_is_string(value) && mbid[0] == '\0')
		(void)list_mbid(json_string_value(value), mbid);
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
		find_mbid(json_array_get(value, i), mbid);
}

static enum err_code
read_track(struct list_reader *r, json_t *track, struct err *e)
{
	struct list_item item = { .uri = true, .start_ms = -1 };
	struct buf extra = { 0 };
	char mbid[VALUE_TEXT] = "";
	const char *name;
	json_t *value;

	json_object_foreach(track, name, value)
	{
		if (json_is_null(value))
			continue;
		if (strcmp(name, "location") == 0)
			item.location = first_text(&extra, value);
		else if (strcmp(name, "title") == 0 && json_is_string(value))
			item.title = json_string_value(value);
		else if (strcmp(name, "creator") == 0 && json_is_string(value))
			item.artist = json_string_value(value);
		else if (strcmp(name, "album") == 0 && json_is_string(value))
			item.album = json_string_value(value);
		else if (strcmp(name, "duration") == 0 && json_is_number(value))
			item.duration_ms = (int64_t)json_number_value(value);
		else {
			if (strcmp(name, "identifier") == 0)
				find_mbid(value, mbid);
			keep(&extra, name, value);
		}
	}
	if (item.duration_ms < 0)
		item.duration_ms = 0;
	if (item.location != NULL && *item.location == '\0')
		item.location = NULL;
	item.mbid = mbid[0] != '\0' ? mbid : NULL;
	item.extra = extra.len > 0 ? extra.data : NULL;
	if (buf_ok(&extra, e) == ERR_NONE)
		list_hand_over(r, &item, e);
	buf_free(&extra);
	return e->code;
}

static enum err_code
read_tracks(struct list_reader *r, const char *text, size_t len, struct err *e)
{
	struct pieces w;
	int row = -1;

	if (!pieces_of(&w, text, len) || w.object)
		return broken(text, len, "track is no array", e);
	while (e->code == ERR_NONE && (row = pieces_next(&w)) > 0) {
		json_t *track = load(w.value, w.nvalue, e);

		if (track != NULL && json_is_object(track))
			read_track(r, track, e);
		else if (track != NULL)
			broken(w.value, w.nvalue, "a track is no object", e);
		json_decref(track);
	}
	return row < 0 ? broken(w.s, (size_t)(w.end - w.s), "it breaks off", e) : e->code;
}

static enum err_code
read_head(struct list_reader *r, const struct pieces *w, struct err *e)
{
	json_t *value = load(w->value, w->nvalue, e);
	char *name = strndup(w->key, w->nkey);

	if (name == NULL)
		err_memory(e);
	else if (value != NULL && strcmp(name, "title") == 0 && json_is_string(value))
		list_title(r, json_string_value(value), json_string_length(value));
	else if (value != NULL && !json_is_null(value))
		keep(&r->extra, name, value);
	json_decref(value);
	free(name);
	return e->code;
}

enum err_code
jspf_read(const char *text, size_t len, struct list_reader *r, struct err *e)
{
	struct pieces w, outer, inner;
	bool has_tracks = false;
	int row;

	if (!pieces_of(&outer, text, len) || !outer.object)
		return broken(text, len, "it is no object", e);
	w = outer;
	while ((row = pieces_next(&outer)) > 0)
		if (pieces_is(&outer, "playlist") && pieces_of(&inner, outer.value, outer.nvalue) &&
		    inner.object) {
			w = inner;
			break;
		}
	if (row < 0)
		return broken(outer.s, (size_t)(outer.end - outer.s), "it breaks off", e);
	while (e->code == ERR_NONE && (row = pieces_next(&w)) > 0) {
		if (pieces_is(&w, "track")) {
			has_tracks = true;
			read_tracks(r, w.value, w.nvalue, e);
		} else {
			read_head(r, &w, e);
		}
	}
	if (e->code == ERR_NONE && row < 0)
		broken(w.s, (size_t)(w.end - w.s), "it breaks off", e);
	if (e->code == ERR_NONE && !has_tracks)
		err_set(e, ERR_FORMAT, "is no JSPF: it has no tracks");
	return e->code;
}
