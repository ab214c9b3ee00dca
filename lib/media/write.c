/* SPDX-License-Identifier: MIT */
#include "media/write.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/tag/cover.h"
#include "media/tag/map.h"
#include "media/read.h"
#include "media/sniff/sniff.h"
#include "media/tag/picture.h"
#include "media/tag/tagwrite.h"
#include "worker/same.h"

/* Tags are set, read again as an import would read them, and what is not there as wanted is set once more:
 * one key may stand in the way of another. */
enum { ROUNDS = 3, KEY = 256 };

struct writer {
	int fd;
	struct sniffed s;
	struct tagfile *t;
	const struct record *wanted;
	struct record have; /* as the tags would be read now */
	struct err *e;
};

static bool
is_field(enum field f)
{
	return (field_info(f)->flags & FIELD_TAG) != 0;
}

static bool
differs(const struct writer *w, enum field f)
{
	return is_field(f) && !record_same(w->wanted, &w->have, f);
}

/* The key of a free tag; false where it would be taken for a field. */
static bool
free_key(const char *name, char key[KEY])
{
	size_t n = 0;

	for (; name[n] != '\0' && n < KEY - 1; n++)
		key[n] = (char)toupper((unsigned char)name[n]);
	key[n] = '\0';
	return name[n] == '\0' && !map_is_field(key);
}

static bool
tag_differs(const struct writer *w, const char *name)
{
	char key[KEY];

	return free_key(name, key) && !record_same_tag(w->wanted, &w->have, name);
}

static enum err_code
memory(struct writer *w)
{
	return err_memory(w->e);
}

static enum err_code
set(struct writer *w, const char *key, const char *const *values, size_t n)
{
	return tagfile_set(w->t, key, values, n, strcmp(key, "PERFORMER") == 0) ? ERR_NONE : memory(w);
}

/* The wanted values of a field, or of a free tag: borrowed, in an array that is the caller's. */
static enum err_code
values_of(struct writer *w, enum field f, const char *name, const char ***values, size_t *n)
{
	const struct record *r = w->wanted;

	*n = 0;
	*values = calloc(r->nvalues + 1, sizeof **values);
	if (*values == NULL)
		return memory(w);
	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == f && r->values[i].value[0] != '\0' &&
		    (f != F_NONE || strcmp(r->values[i].name, name) == 0))
			(*values)[(*n)++] = r->values[i].value;
	return ERR_NONE;
}

/* Formats that keep a total beside its number, and not behind a slash. */
static bool
is_xiph(const struct writer *w)
{
	return w->s.type == SNIFF_FLAC || w->s.type == SNIFF_VORBIS || w->s.type == SNIFF_OPUS ||
	    w->s.type == SNIFF_SPEEX || w->s.type == SNIFF_OGGFLAC;
}

/* "3", "3/12", "A1" */
static enum err_code
set_number(struct writer *w, const char *key, enum field number, enum field total)
{
	const char *n = record_get(w->wanted, number), *of = record_get(w->wanted, total);
	const char *side = number == F_TRACK ? record_get(w->wanted, F_POSITION) : NULL;
	char text[80];
	const char *value = text;

	if (n == NULL && side != NULL)
		snprintf(text, sizeof text, "%.32s", side);
	else if (of != NULL && !is_xiph(w))
		snprintf(text, sizeof text, "%.32s/%.32s", n != NULL ? n : "0", of);
	else if (n != NULL)
		snprintf(text, sizeof text, "%.32s", n);
	else
		value = NULL;
	if (set(w, key, &value, value != NULL) != ERR_NONE)
		return w->e->code;
	value = of;
	return set(w, number == F_TRACK ? "TRACKTOTAL" : "DISCTOTAL", &value, of != NULL && is_xiph(w));
}

/* A gain in dB; for Opus in 256ths, from a level that is 5 dB lower. */
static enum err_code
set_gain(struct writer *w, enum field f)
{
	bool track = f == F_RG_TRACK_GAIN;
	const char *key = track ? "REPLAYGAIN_TRACK_GAIN" : "REPLAYGAIN_ALBUM_GAIN";
	const char *gain = record_get(w->wanted, f), *value;
	char text[64];

	if (gain == NULL)
		return ERR_NONE;
	if (w->s.type == SNIFF_OPUS) {
		key = track ? "R128_TRACK_GAIN" : "R128_ALBUM_GAIN";
		snprintf(text, sizeof text, "%ld", lround((strtod(gain, NULL) - 5) * 256));
	} else {
		snprintf(text, sizeof text, "%.32s dB", gain);
	}
	value = text;
	return set(w, key, &value, 1);
}

/* All keys that are read as this field go, and the one that everybody knows comes. */
static enum err_code
set_field(struct writer *w, enum field f)
{
	const char *key = map_key(f, 0), *other, **values;
	size_t n;

	for (size_t i = 1; w->e->code == ERR_NONE && (other = map_key(f, i)) != NULL; i++)
		set(w, other, NULL, 0);
	if (w->e->code != ERR_NONE)
		return w->e->code;
	if (f == F_POSITION || f == F_TRACK || f == F_TRACKTOTAL)
		return set_number(w, "TRACKNUMBER", F_TRACK, F_TRACKTOTAL);
	if (f == F_DISC || f == F_DISCTOTAL)
		return set_number(w, "DISCNUMBER", F_DISC, F_DISCTOTAL);
	if (f == F_RG_TRACK_GAIN || f == F_RG_ALBUM_GAIN)
		return set(w, key, NULL, 0) == ERR_NONE ? set_gain(w, f) : w->e->code;
	if (values_of(w, f, NULL, &values, &n) == ERR_NONE)
		set(w, key, values, n);
	free(values);
	return w->e->code;
}

static enum err_code
set_tag(struct writer *w, const char *name)
{
	const char **values;
	char key[KEY];
	size_t n;

	if (free_key(name, key) && values_of(w, F_NONE, name, &values, &n) == ERR_NONE) {
		set(w, key, values, n);
		free(values);
	}
	return w->e->code;
}

static enum err_code
read_again(struct writer *w)
{
	record_free(&w->have);
	return media_read_tags(w->fd, w->t, &w->s, &w->have, w->e);
}

static enum err_code
set_all(struct writer *w)
{
	for (int f = 0; f < F_COUNT && w->e->code == ERR_NONE; f++)
		if (differs(w, (enum field)f))
			set_field(w, (enum field)f);
	for (size_t i = 0; i < w->wanted->nvalues && w->e->code == ERR_NONE; i++) {
		const struct record_value *v = &w->wanted->values[i];

		if (v->field == F_NONE && tag_differs(w, v->name))
			set_tag(w, v->name);
	}
	return w->e->code != ERR_NONE ? w->e->code : read_again(w);
}

/* What did not come out as it went in is as it was. */
static enum err_code
give_up(struct writer *w)
{
	char key[KEY];

	for (int f = 0; f < F_COUNT; f++) {
		const char *name;

		for (size_t i = 0; differs(w, (enum field)f) && (name = map_key((enum field)f, i)) != NULL;
		     i++)
			if (!tagfile_reset(w->t, name))
				return memory(w);
	}
	for (size_t i = 0; i < w->wanted->nvalues; i++) {
		const struct record_value *v = &w->wanted->values[i];

		if (v->field == F_NONE && tag_differs(w, v->name) && free_key(v->name, key) &&
		    !tagfile_reset(w->t, key))
			return memory(w);
	}
	return read_again(w);
}

static enum err_code
list_left(struct writer *w, struct record *left)
{
	for (int f = 0; f < F_COUNT && w->e->code == ERR_NONE; f++)
		if (differs(w, (enum field)f))
			record_add(left, (enum field)f, NULL, "", w->e);
	for (size_t i = 0; i < w->wanted->nvalues && w->e->code == ERR_NONE; i++) {
		const struct record_value *v = &w->wanted->values[i];

		if (v->field == F_NONE && !record_same_tag(w->wanted, &w->have, v->name))
			record_add(left, F_NONE, v->name, "", w->e);
	}
	return w->e->code;
}

/* Is anything that was wanted otherwise other than it was? */
static bool
is_changed(const struct writer *w, const struct record *was)
{
	for (int f = 0; f < F_COUNT; f++)
		if (is_field((enum field)f) && !record_same(was, &w->have, (enum field)f))
			return true;
	for (size_t i = 0; i < w->wanted->nvalues; i++)
		if (w->wanted->values[i].field == F_NONE &&
		    !record_same_tag(was, &w->have, w->wanted->values[i].name))
			return true;
	return false;
}

/* A file without a picture gets the first that is wanted; *added: it did. */
static enum err_code
add_cover(struct writer *w, bool *added)
{
	struct record has = { 0 };

	if (w->wanted->ncovers > 0 && cover_read(tagfile_c(w->t), &has, w->e) == ERR_NONE &&
	    has.ncovers == 0 && !picture_add(w->t, &w->wanted->covers[0], added))
		memory(w);
	record_free(&has);
	return w->e->code;
}

static enum err_code
write_tags(struct writer *w, struct record *left)
{
	struct record was = { 0 };
	bool pictured = false;

	if (read_again(w) == ERR_NONE) {
		was = w->have;
		w->have = (struct record){ 0 };
	}
	if (w->e->code == ERR_NONE)
		read_again(w);
	for (int round = 0; round < ROUNDS && w->e->code == ERR_NONE; round++)
		set_all(w);
	if (w->e->code == ERR_NONE && give_up(w) == ERR_NONE && list_left(w, left) == ERR_NONE &&
	    add_cover(w, &pictured) == ERR_NONE && (pictured || is_changed(w, &was)) && !tagfile_save(w->t))
		err_set(w->e, ERR_FORMAT, "its tags could not be written");
	record_free(&was);
	return w->e->code;
}

enum err_code
media_write(int fd, const struct record *wanted, struct record *left, struct err *e)
{
	struct writer w = { .fd = fd, .wanted = wanted, .e = e };
	struct record about = { 0 };

	sniff(fd, &w.s);
	sniff_fill(&w.s, &about);
	w.t = tagfile_open_to_write(fd, &w.s);
	if (w.t == NULL)
		err_set(e, ERR_FORMAT, "tags cannot be written to %s%s files",
		    about.format[0] != '\0' ? "" : "such", about.format);
	else
		write_tags(&w, left);
	tagfile_close(w.t);
	record_free(&w.have);
	record_free(&about);
	if (e->code == ERR_NONE && tagfile_out_of_memory())
		err_memory(e);
	if (e->code != ERR_NONE)
		record_free(left);
	return e->code;
}
