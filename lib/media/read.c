/* SPDX-License-Identifier: MIT */
#include "media/read.h"

#include <stdlib.h>
#include <string.h>

#include "media/tag/cover.h"
#include "media/text/cue.h"
#include "media/damage/damage.h"
#include "media/tag/gain.h"
#include "media/tag/map.h"
#include "media/tag/matroska.h"
#include "media/archive/members.h"
#include "media/payload/payload.h"
#include "media/sniff/sniff.h"
#include "media/tag/tagfile.h"

static enum err_code
not_audio(const struct sniffed *s, struct err *e)
{
	return err_set(e, ERR_NOTAUDIO, s->size == 0 ? "is empty" : "is no audio of a known format");
}

enum err_code
media_sniff(int fd, struct record *r, struct err *e)
{
	struct sniffed s;

	if (members_sniff(
		fd, r)) /* first: audio inside one that is not packed looks like audio behind junk */
		return ERR_NONE;
	sniff(fd, &s);
	if (s.type == SNIFF_NONE)
		return not_audio(&s, e);
	sniff_fill(&s, r);
	return ERR_NONE;
}

/* Where both know it, TagLib's number; the container's own where TagLib cannot read the format. */
static void
fill_gaps(const struct sniffed *s, struct record *r)
{
	static const char *const lossy[] = { "mp1", "mp2", "mp3", "aac", "vorbis", "opus", "speex",
		"musepack", "ac3", "eac3", "wma" };

	if (r->duration_ms <= 0)
		r->duration_ms = s->duration_ms;
	if (r->samplerate <= 0)
		r->samplerate = s->rate;
	if (r->channels <= 0)
		r->channels = s->channels;
	if (r->bitdepth <= 0)
		r->bitdepth = s->bits;
	if (r->bitrate <= 0)
		r->bitrate = s->bitrate;
	for (size_t i = 0; i < sizeof lossy / sizeof lossy[0]; i++)
		if (strcmp(r->codec, lossy[i]) == 0)
			r->bitdepth = 0; /* a decoder's choice, not the file's */
	if (r->bitrate <= 0 && r->duration_ms > 0 && s->size < INT64_MAX / 8000)
		r->bitrate = s->size * 8000 / r->duration_ms;
	if (r->duration_ms < 0)
		r->duration_ms = 0;
}

static bool
put_extra(void *context, const char *key, const char *value)
{
	return map_put(context, key, value);
}

enum err_code
media_read_tags(int fd, const struct tagfile *t, const struct sniffed *s, struct record *r, struct err *e)
{
	struct map m = { .r = r, .type = s->type, .e = e };
	char **keys;

	if (t == NULL) {
		matroska_tags(fd, s, put_extra, &m);
		return map_finish(&m);
	}
	keys = taglib_property_keys(tagfile_c(t));
	for (char **key = keys; key != NULL && *key != NULL && e->code == ERR_NONE && !m.full; key++) {
		char **values = taglib_property_get(tagfile_c(t), *key);

		for (char **value = values; value != NULL && *value != NULL; value++)
			if (!map_put(&m, *key, *value))
				break;
		taglib_property_free(values);
	}
	taglib_property_free(keys);
	if (e->code == ERR_NONE)
		tagfile_extras(t, put_extra, &m);
	if (e->code == ERR_NONE)
		gain_of_lame(fd, s, put_extra, &m);
	return map_finish(&m);
}

enum err_code
media_read(int fd, struct record *r, struct err *e)
{
	struct sniffed s;
	struct tagfile *t;
	bool properties;

	sniff(fd, &s);
	if (s.type == SNIFF_NONE)
		return not_audio(&s, e);
	damage_find(fd, &s);
	sniff_fill(&s, r);
	if (r->damaged && record_note(r, e, "%s", s.damage) != ERR_NONE)
		return e->code;
	t = tagfile_open(fd, &s);
	properties = t != NULL && tagfile_properties(t, r);
	fill_gaps(&s, r);
	if (t != NULL && media_read_tags(fd, t, &s, r, e) == ERR_NONE)
		cover_read(tagfile_c(t), r, e);
	else if (s.type == SNIFF_MATROSKA && media_read_tags(fd, NULL, &s, r, e) == ERR_NONE)
		matroska_covers(fd, &s, r, e);
	if (e->code == ERR_NONE)
		cue_embedded(fd, &s, r, e);
	tagfile_close(t);
	r->has_audio = payload_hash(fd, &s, r->audio);
	if (e->code == ERR_NONE && tagfile_out_of_memory())
		err_memory(e);
	/* "valid" in TagLib's eyes, but nothing could ever play it */
	if (e->code == ERR_NONE && s.type == SNIFF_MPEG && properties && r->samplerate <= 0)
		not_audio(&s, e);
	if (e->code == ERR_NONE && t == NULL && s.type != SNIFF_MATROSKA && s.type != SNIFF_DSF &&
	    s.type != SNIFF_DFF)
		err_set(e, ERR_FORMAT, "looks like %s, but cannot be read%s%s", r->format,
		    s.damage[0] != '\0' ? ": " : "", s.damage);
	if (e->code != ERR_NONE)
		record_free(r);
	return e->code;
}
