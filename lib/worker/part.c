/* SPDX-License-Identifier: MIT */
/* The parts of a record: what a cue sheet says of each track on the file. */
#include <stdlib.h>
#include <string.h>

#include "worker/record.h"

void
record_drop_parts(struct record *r)
{
	for (size_t i = 0; i < r->nparts; i++)
		record_free(&r->parts[i]);
	free(r->parts);
	r->parts = NULL;
	r->nparts = 0;
}

enum err_code
record_add_part(struct record *r, struct record *part, struct err *e)
{
	struct record *parts = r->parts;

	if ((r->nparts & (r->nparts - 1)) == 0) /* grows at the powers of two */
		parts = realloc(parts, (r->nparts == 0 ? 1 : r->nparts * 2) * sizeof *parts);
	if (parts == NULL) {
		record_free(part);
		return err_memory(e);
	}
	r->parts = parts;
	parts[r->nparts++] = *part;
	*part = (struct record){ 0 };
	return ERR_NONE;
}

/* Does a value of the file say something about one track on it, and so nothing about each? */
static bool
is_of_one_track(const struct record_value *v)
{
	switch (v->field) {
	case F_TITLE:
	case F_TITLESORT:
	case F_TRACK:
	case F_TRACKTOTAL:
	case F_POSITION:
	case F_ISRC:
	case F_ISWC:
	case F_LYRICS:
	case F_WORK:
	case F_BPM:
	case F_KEY:
	case F_MB_TRACKID:
	case F_MB_RELEASETRACKID:
	case F_MB_WORKID:
	case F_RG_TRACK_GAIN:
	case F_RG_TRACK_PEAK:
		return true;
	case F_NONE: /* the sheet itself, and what players keep of its tracks */
		return strcmp(v->name, "cuesheet") == 0 || strncmp(v->name, "cue_track", 9) == 0 ||
		    strcmp(v->name, "syncedlyrics") == 0;
	default:
		return false;
	}
}

/* Another name of the same: where the part has its own, the file's forms of it are out of place. */
static enum field
same_as(enum field f)
{
	switch (f) {
	case F_ARTISTS:
	case F_ARTISTSORT:
	case F_MB_ARTISTID:
		return F_ARTIST;
	case F_ALBUMARTISTS:
	case F_ALBUMARTISTSORT:
	case F_MB_ALBUMARTISTID:
		return F_ALBUMARTIST;
	case F_ALBUMSORT:
		return F_ALBUM;
	default:
		return f;
	}
}

static bool
differs(const char *a, const char *b)
{
	return a != NULL && (b == NULL || strcmp(a, b) != 0);
}

/* Does the part say otherwise, or the same in its own words? */
static bool
is_told(const struct record *r, const struct record *part, const struct record_value *v)
{
	enum field one = same_as(v->field);

	if (v->field != F_NONE && record_get(part, v->field) != NULL)
		return true;
	if (v->field != F_NONE && one != v->field)
		return differs(record_get(part, one), record_get(r, one));
	for (size_t i = 0; v->field == F_NONE && i < part->nvalues; i++)
		if (part->values[i].name != NULL && strcmp(part->values[i].name, v->name) == 0)
			return true;
	return false;
}

enum err_code
record_of_part(const struct record *r, size_t n, struct record *out, struct err *e)
{
	const struct record *part = &r->parts[n - 1];

	memcpy(out->format, r->format, sizeof out->format);
	memcpy(out->codec, r->codec, sizeof out->codec);
	memcpy(out->suffix, r->suffix, sizeof out->suffix);
	out->bitrate = r->bitrate;
	out->samplerate = r->samplerate;
	out->bitdepth = r->bitdepth;
	out->channels = r->channels;
	out->damaged = r->damaged;
	out->duration_ms = part->duration_ms;
	out->start_ms = part->start_ms;
	out->part = (int64_t)n;
	for (size_t i = 0; i < part->nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &part->values[i];

		record_add(out, v->field, v->name, v->value, e);
	}
	for (size_t i = 0; i < r->nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &r->values[i];

		if (!is_of_one_track(v) && !is_told(r, part, v))
			record_add(out, v->field, v->name, v->value, e);
	}
	for (size_t i = 0; i < r->nnotes && e->code == ERR_NONE; i++)
		record_note(out, e, "%s", r->notes[i]);
	if (e->code != ERR_NONE)
		record_free(out);
	return e->code;
}
