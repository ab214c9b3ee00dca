/* SPDX-License-Identifier: MIT */
#include "media/tag/cover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/tag/value.h"
#include "worker/protocol.h"

const char *
cover_mime(const void *bytes, size_t len)
{
	if (len > 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
		return "image/jpeg";
	if (len > 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
		return "image/png";
	if (len > 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0))
		return "image/gif";
	if (len > 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp((const char *)bytes + 8, "WEBP", 4) == 0)
		return "image/webp";
	if (len > 26 && memcmp(bytes, "BM", 2) == 0)
		return "image/bmp";
	return NULL;
}

static const char *
kind_of(const char *type)
{
	static const char *const names[][2] = { { "Front Cover", "front" }, { "Back Cover", "back" },
		{ "Leaflet Page", "leaflet" }, { "Media", "media" }, { "Lead Artist", "artist" },
		{ "Artist", "artist" }, { "Band", "artist" }, { "Conductor", "conductor" },
		{ "Composer", "composer" }, { "Lyricist", "lyricist" }, { "File Icon", "icon" },
		{ "Other File Icon", "icon" }, { "Illustration", "illustration" }, { "Band Logo", "logo" },
		{ "Publisher Logo", "logo" },
		{ "", "front" } }; /* formats that keep only covers tell no type */

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(type, names[i][0]) == 0)
			return names[i][1];
	return "other";
}

static bool
known(const struct record *r, const void *data, size_t len)
{
	for (size_t i = 0; i < r->ncovers; i++)
		if (r->covers[i].len == len && memcmp(r->covers[i].data, data, len) == 0)
			return true;
	return false;
}

enum err_code
cover_add(struct record *r, const TagLib_Complex_Property_Picture_Data *p, size_t *total, struct err *e)
{
	struct record_cover c = { .len = p->size };
	const char *mime = cover_mime(p->data, p->size);
	struct buf text = { 0 };

	if (mime == NULL)
		return record_note(r, e, "a picture in it is no image that is known");
	if (known(r, p->data, p->size))
		return ERR_NONE;
	if (p->size > RECORD_COVER_MAX || p->size > PROTOCOL_COVERS_MAX - *total)
		return record_note(r, e, "a picture in it is too large to keep (%u bytes)", p->size);
	*total += p->size;
	snprintf(c.mime, sizeof c.mime, "%s", mime);
	snprintf(c.kind, sizeof c.kind, "%s", kind_of(p->pictureType != NULL ? p->pictureType : ""));
	value_clean(&text, p->description != NULL ? p->description : "");
	if (text.len > 1024) /* a sentence, not a hiding place */
		buf_clear(&text);
	c.text = text.len > 0 ? buf_detach(&text) : NULL;
	buf_free(&text);
	c.data = malloc(c.len);
	if (c.data == NULL) {
		free(c.text);
		return err_memory(e);
	}
	memcpy(c.data, p->data, c.len);
	return record_add_cover(r, &c, e);
}

enum err_code
cover_read(const TagLib_File *file, struct record *r, struct err *e)
{
	TagLib_Complex_Property_Attribute ***list = taglib_complex_property_get(file, "PICTURE");
	size_t total = 0;

	for (TagLib_Complex_Property_Attribute ***p = list; p != NULL && *p != NULL && e->code == ERR_NONE;
	     p++) {
		TagLib_Complex_Property_Attribute **one[2] = { *p, NULL };
		TagLib_Complex_Property_Picture_Data picture = { 0 };

		taglib_picture_from_complex_property(one, &picture);
		if (r->ncovers < 64 && picture.data != NULL && picture.size > 0)
			cover_add(r, &picture, &total, e);
	}
	taglib_complex_property_free(list);
	return e->code;
}
