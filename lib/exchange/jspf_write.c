/* SPDX-License-Identifier: MIT */
/* JSPF: XSPF in JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "exchange/extra.h"
#include "exchange/priv.h"

/* The texts that were kept under a word: the first as a text, or all as an array. */
static void
add_texts(struct buf *out, const char *extra, const char *word, bool array, const char *before)
{
	struct buf text = { 0 };
	char found[32];
	bool open = false;

	if (before != NULL) {
		json_array_begin(out, word);
		json_text(out, NULL, before);
		open = true;
	}
	while (extra_next(&extra, found, &text)) {
		if (strcmp(found, word) != 0 || text.data == NULL)
			continue;
		if (!array) {
			json_text(out, word, text.data);
			break;
		}
		if (!open)
			json_array_begin(out, word);
		open = true;
		json_text(out, NULL, text.data);
	}
	if (open)
		json_array_end(out);
	out->failed |= text.failed;
	buf_free(&text);
}

/* "rel content" lines as [{"rel":"content"}]. */
static void
add_pairs(struct buf *out, const char *extra, const char *word)
{
	struct buf text = { 0 };
	char found[32];
	bool open = false;

	while (extra_next(&extra, found, &text)) {
		char *blank = text.data != NULL ? strchr(text.data, ' ') : NULL;

		if (strcmp(found, word) != 0 || blank == NULL)
			continue;
		*blank = '\0';
		if (!open)
			json_array_begin(out, word);
		open = true;
		json_object_begin(out, NULL);
		json_text(out, text.data, blank + 1);
		json_object_end(out);
	}
	if (open)
		json_array_end(out);
	out->failed |= text.failed;
	buf_free(&text);
}

/* Extensions, and members that nobody knows, as they were. */
static void
add_json(struct buf *out, const char *extra)
{
	struct buf text = { 0 };
	char found[32];

	while (extra_next(&extra, found, &text)) {
		if (text.data == NULL)
			continue;
		if (strcmp(found, "jspf") == 0)
			json_raw(out, "extension", text.data);
		else if (strcmp(found, "jspf-more") == 0 && text.len > 2) { /* {"name":value} */
			if (out->len > 0 && out->data[out->len - 1] != '{')
				buf_putc(out, ',');
			buf_add(out, text.data + 1, text.len - 2);
		}
	}
	out->failed |= text.failed;
	buf_free(&text);
}

static void
begin(struct list_writer *w, const char *title)
{
	static const char *const texts[] = { "creator", "annotation", "info", "location", "identifier",
		"image", "date", "license" };

	json_object_begin(w->out, NULL);
	json_object_begin(w->out, "playlist");
	if (title != NULL)
		json_text(w->out, "title", title);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		add_texts(w->out, w->extra, texts[i], false, NULL);
	add_pairs(w->out, w->extra, "attribution");
	add_pairs(w->out, w->extra, "link");
	add_pairs(w->out, w->extra, "meta");
	add_json(w->out, w->extra);
	json_array_begin(w->out, "track");
}

static void
add(struct list_writer *w, const struct list_item *item)
{
	struct buf text = { 0 };
	char recording[sizeof LIST_RECORDING + 40] = "";

	if (w->items++ > 0)
		buf_putc(w->out, ',');
	buf_putc(w->out, '\n');
	json_object_begin(w->out, NULL);
	if (item->path != NULL || item->location != NULL)
		list_place_uri(&text, w, item);
	if (text.len > 0)
		add_texts(w->out, item->extra, "location", true, text.data);
	if (item->mbid != NULL && !list_says_recording(item->extra, item->mbid))
		snprintf(recording, sizeof recording, "%s%s", LIST_RECORDING, item->mbid);
	add_texts(w->out, item->extra, "identifier", true, recording[0] != '\0' ? recording : NULL);
	if (item->title != NULL)
		json_text(w->out, "title", item->title);
	if (item->artist != NULL)
		json_text(w->out, "creator", item->artist);
	if (item->album != NULL)
		json_text(w->out, "album", item->album);
	add_texts(w->out, item->extra, "annotation", false, NULL);
	add_texts(w->out, item->extra, "info", false, NULL);
	add_texts(w->out, item->extra, "image", false, NULL);
	if (item->number > 0)
		json_int(w->out, "trackNum", item->number);
	else {
		struct buf number = { 0 };

		if (extra_find(item->extra, "trackNum", &number) && strtoll(number.data, NULL, 10) > 0)
			json_int(w->out, "trackNum", strtoll(number.data, NULL, 10));
		buf_free(&number);
	}
	if (item->duration_ms > 0)
		json_int(w->out, "duration", item->duration_ms);
	add_pairs(w->out, item->extra, "link");
	add_pairs(w->out, item->extra, "meta");
	add_json(w->out, item->extra);
	json_object_end(w->out);
	w->out->failed |= text.failed;
	buf_free(&text);
}

static void
end(struct list_writer *w)
{
	json_array_end(w->out);
	json_object_end(w->out);
	json_object_end(w->out);
	buf_putc(w->out, '\n');
}

const struct list_form jspf_form = { begin, add, end };
