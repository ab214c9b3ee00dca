/* SPDX-License-Identifier: MIT */
#include "media/tag/map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "media/tag/rating.h"
#include "media/tag/rows.h"
#include "media/tag/value.h"
#include "worker/protocol.h"

bool
map_put(struct map *m, const char *key, const char *value)
{
	struct buf clean = { 0 };
	struct tag *tags = m->tags, t = { 0 };
	bool whole = value_clean(&clean, value);

	if (buf_ok(&clean, m->e) != ERR_NONE)
		goto failed;
	if (clean.len == 0) {
		buf_free(&clean);
		return true;
	}
	/* one more in the record than here may come of a tag: a number with its total */
	if (m->ntags >= RECORD_VALUES_MAX / 2 || m->bytes + clean.len > PROTOCOL_TEXT_MAX) {
		buf_free(&clean);
		if (!m->full)
			record_note(m->r, m->e, "has more tags than are kept");
		m->full = true;
		return false;
	}
	if (!whole)
		record_note(m->r, m->e, "the tag %s is longer than 1 MiB and was cut", key);
	if ((m->ntags & (m->ntags - 1)) == 0)
		tags = realloc(m->tags, (m->ntags == 0 ? 1 : m->ntags * 2) * sizeof *tags);
	if (tags == NULL)
		goto failed;
	m->tags = tags;
	m->bytes += clean.len;
	t.key = strdup(key);
	t.value = buf_detach(&clean);
	if (t.key == NULL || t.value == NULL) {
		free(t.key);
		free(t.value);
		goto failed;
	}
	tags[m->ntags++] = t;
	return true;
failed:
	buf_free(&clean);
	err_memory(m->e);
	return false;
}

static enum err_code
keep(struct map *m, const char *key, const char *value)
{
	char name[256];
	size_t n = 0;

	for (; key[n] != '\0' && n < sizeof name - 1; n++)
		name[n] = (char)tolower((unsigned char)key[n]);
	while (n > 0 && ((unsigned char)key[n] & 0xc0) == 0x80) /* cut between characters */
		n--;
	name[n] = '\0';
	for (size_t i = 0; i < m->r->nvalues; i++) {
		const struct record_value *v = &m->r->values[i];

		if (v->name != NULL && strcmp(v->name, name) == 0 && strcmp(v->value, value) == 0)
			return ERR_NONE;
	}
	return record_add(m->r, F_NONE, name, value, m->e);
}

static bool
has(const struct record *r, enum field f, const char *value)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == f && strcmp(r->values[i].value, value) == 0)
			return true;
	return false;
}

/* One more value of a field that holds many, or the first of one that holds one. */
static enum err_code
give(struct map *m, enum field f, const char *value)
{
	if (has(m->r, f, value))
		return ERR_NONE;
	return record_add(m->r, f, NULL, value, m->e);
}

static bool
many(enum field f)
{
	return field_info(f)->type == FIELD_LIST;
}

/* A second title, a second comment: joined, as a line of their own where lines are usual. */
static enum err_code
join(struct map *m, enum field f, const char *value)
{
	const char *old = record_get(m->r, f);
	struct buf both = { 0 };

	if (old == NULL)
		return record_add(m->r, f, NULL, value, m->e);
	if (strcmp(old, value) == 0)
		return ERR_NONE;
	buf_printf(&both, "%s%s%s", old, f == F_COMMENT || f == F_LYRICS ? "\n" : "; ", value);
	if (buf_ok(&both, m->e) == ERR_NONE && both.len <= RECORD_VALUE_MAX)
		record_set(m->r, f, both.data, m->e);
	buf_free(&both);
	return m->e->code;
}

/* "CD 2", "Disc 2 of 3" */
static const char *
behind_disc(const char *s)
{
	static const char *const words[] = { "disc", "disk", "cd" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncasecmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]) + strspn(s + strlen(words[i]), " .#");
	return s;
}

static enum err_code
number(struct map *m, const struct tag *t, const struct row *row)
{
	const char *value = row->field == F_DISC ? behind_disc(t->value) : t->value;
	enum field total_of = row->field == F_TRACK ? F_TRACKTOTAL : F_DISCTOTAL;
	char text[VALUE_TEXT];
	long n, total;

	if (row->form == TOTAL) {
		if (!value_number(t->value, &n, &total) || total != 0)
			return keep(m, t->key, t->value);
		snprintf(text, sizeof text, "%ld", n);
		return n == 0 || record_get(m->r, row->field) != NULL ? ERR_NONE : give(m, row->field, text);
	}
	if (!value_number(value, &n, &total)) {
		if (row->field == F_TRACK && value_position(t->value, text) &&
		    record_get(m->r, F_POSITION) == NULL)
			return give(m, F_POSITION, text);
		return keep(m, t->key, t->value);
	}
	snprintf(text, sizeof text, "%ld", n);
	if (n > 0 && record_get(m->r, row->field) == NULL && give(m, row->field, text) != ERR_NONE)
		return m->e->code;
	snprintf(text, sizeof text, "%ld", total);
	return total > 0 && record_get(m->r, total_of) == NULL ? give(m, total_of, text) : ERR_NONE;
}

/* "id; id" and "id/id" too. */
static enum err_code
mbids(struct map *m, const struct tag *t, const struct row *row)
{
	static const char separators[] = "/;,\n ";
	const char *s = t->value;

	while (*s != '\0') {
		size_t len = strcspn(s, separators);
		char id[VALUE_TEXT];

		if (len > 0 && !value_mbid(s, len, id)) {
			record_note(m->r, m->e, "the tag %s holds no MusicBrainz id", t->key);
			return keep(m, t->key, t->value);
		}
		if (len > 0 && (many(row->field) || record_get(m->r, row->field) == NULL) &&
		    give(m, row->field, id) != ERR_NONE)
			return m->e->code;
		s += len;
		s += strspn(s, separators);
	}
	return ERR_NONE;
}

static enum err_code
genres(struct map *m, const struct tag *t)
{
	const char *s = t->value;
	size_t size = strlen(s) + 64;
	char *name = malloc(size);

	if (name == NULL)
		return err_memory(m->e);
	while (m->e->code == ERR_NONE && value_genre(&s, name, size))
		give(m, F_GENRE, name);
	free(name);
	return m->e->code;
}

/* Forms that give one normal text. */
static bool
normal(enum form form, const char *s, char *out)
{
	switch (form) {
	case DATE:
		return value_date(s, out) || value_year(s, out);
	case KEY:
		return value_key(s, out);
	case BPM:
		return value_bpm(s, out);
	case GAIN:
		return value_gain(s, out);
	case PEAK:
		return value_peak(s, out);
	case R128:
	case R128_LATE:
		return value_r128(s, out);
	case RATING:
		return rating_any(s, out);
	case RATING_PART:
		return rating_part(s, out);
	case RATING_SHARED:
		return rating_shared(s, out);
	case POPM:
		return rating_popm(s, out);
	case ISRC:
		return value_isrc(s, out);
	case ISWC:
		return value_iswc(s, out);
	case BARCODE:
		return value_barcode(s, out);
	default:
		return false;
	}
}

/* Zero stands for "not set" in these. */
static bool
unset(enum form form, const char *s)
{
	return (form == DATE || form == BPM || form == RATING || form == RATING_PART ||
		   form == RATING_SHARED) &&
	    s[strspn(s, "0.,-/ ")] == '\0';
}

/* What a text that should be more than text is not, or NULL where nobody needs to know. */
static const char *
missed(enum form form)
{
	switch (form) {
	case ISRC:
		return "is no ISRC";
	case ISWC:
		return "is no ISWC";
	case BARCODE:
		return "is no barcode, or its check digit is wrong";
	default:
		return NULL;
	}
}

/* Kept aside as it is. */
static enum err_code
raw(struct map *m, const struct tag *t, enum form form)
{
	if (missed(form) != NULL &&
	    record_note(m->r, m->e, "the tag %s %s: '%.40s'", t->key, missed(form), t->value) != ERR_NONE)
		return m->e->code;
	return keep(m, t->key, t->value);
}

static enum err_code
apply(struct map *m, const struct tag *t, const struct row *row)
{
	char text[VALUE_TEXT], other[VALUE_TEXT];
	const char *old;

	switch (row->form) {
	case SKIP:
		return ERR_NONE;
	case TEXT:
		return join(m, row->field, t->value);
	case LIST:
		return give(m, row->field, t->value);
	case NUMBER:
	case TOTAL:
		return number(m, t, row);
	case GENRE:
		return genres(m, t);
	case MBID:
		return mbids(m, t, row);
	case SPARE:
		return record_get(m->r, row->field) != NULL ? ERR_NONE : give(m, row->field, t->value);
	case TRUTH:
		return value_true(t->value) ? give(m, row->field, "1") : ERR_NONE;
	default:
		break;
	}
	if (unset(row->form, t->value))
		return ERR_NONE;
	if ((row->form == R128 || row->form == R128_LATE) && (row->form == R128) != (m->type == SNIFF_OPUS))
		return ERR_NONE; /* another row's turn */
	if (!normal(row->form, t->value, text))
		return raw(m, t, row->form);
	if (row->form == DATE && strncmp(t->value, text, 4) != 0 && !value_date(t->value, other) &&
	    keep(m, t->key, t->value) != ERR_NONE) /* a year amid more than was understood */
		return m->e->code;
	old = record_get(m->r, row->field);
	if (old == NULL || many(row->field))
		return give(m, row->field, text);
	/* "1998" and "1998-05-01" of the same tag: the more precise one; another date: kept aside */
	if (row->form == DATE && strlen(text) > strlen(old) && strncmp(old, text, strlen(old)) == 0)
		return record_set(m->r, row->field, text, m->e);
	if (row->form == DATE && strncmp(old, text, strlen(text)) != 0)
		return keep(m, t->key, t->value);
	return ERR_NONE;
}

/* "PERFORMER:HARP": "Zeena Parkins (harp)". */
static enum err_code
performer(struct map *m, const struct tag *t)
{
	const char *role = strchr(t->key, ':') + 1;
	struct buf b = { 0 };

	buf_printf(&b, "%s (", t->value);
	for (; *role != '\0'; role++)
		buf_putc(&b, (char)tolower((unsigned char)*role));
	buf_putc(&b, ')');
	if (buf_ok(&b, m->e) == ERR_NONE)
		give(m, F_PERFORMER, b.data);
	buf_free(&b);
	return m->e->code;
}

/* Artists: the credit is one text, the list has each; `list` is filled where the file names several. */
static enum err_code
credit(struct map *m, enum field one, enum field list, const char *const *keys)
{
	struct buf all = { 0 };
	const char *first = NULL;
	bool several = false;

	for (; *keys != NULL && all.len == 0; keys++)
		for (size_t i = 0; i < m->ntags; i++) {
			if (strcmp(m->tags[i].key, *keys) != 0)
				continue;
			if (first != NULL && strcmp(first, m->tags[i].value) == 0)
				continue;
			several = first != NULL;
			if (several && list != F_NONE && all.len == strlen(first))
				give(m, list, first);
			if (several && list != F_NONE)
				give(m, list, m->tags[i].value);
			buf_printf(&all, "%s%s", several ? ", " : "", m->tags[i].value);
			if (first == NULL)
				first = m->tags[i].value;
		}
	if (buf_ok(&all, m->e) == ERR_NONE && all.len > 0 && all.len <= RECORD_VALUE_MAX)
		give(m, one, all.data);
	buf_free(&all);
	return m->e->code;
}

static bool
present(const struct map *m, const char *key)
{
	for (size_t i = 0; i < m->ntags; i++)
		if (strcmp(m->tags[i].key, key) == 0)
			return true;
	return false;
}

static enum err_code
artists(struct map *m)
{
	bool listed = false, album_listed = false;

	for (size_t i = 0; i < m->ntags && m->e->code == ERR_NONE; i++) {
		if (strcmp(m->tags[i].key, "ARTISTS") == 0) {
			listed = true;
			give(m, F_ARTISTS, m->tags[i].value);
		} else if (strcmp(m->tags[i].key, "ALBUMARTISTS") == 0) {
			album_listed = true;
			give(m, F_ALBUMARTISTS, m->tags[i].value);
		}
	}
	if (m->e->code == ERR_NONE)
		credit(m, F_ARTIST, listed ? F_NONE : F_ARTISTS, rows_artist);
	if (m->e->code == ERR_NONE)
		credit(m, F_ALBUMARTIST, album_listed ? F_NONE : F_ALBUMARTISTS, rows_albumartist);
	return m->e->code;
}

/* ID3v2's TIT1 is what everybody's programs show as grouping, and TagLib names it WORK. */
static bool
work_is_grouping(const struct map *m)
{
	bool id3 = m->type == SNIFF_MPEG || m->type == SNIFF_ADTS || m->type == SNIFF_WAV ||
	    m->type == SNIFF_AIFF || m->type == SNIFF_TTA || m->type == SNIFF_DSF || m->type == SNIFF_DFF;

	return id3 && !present(m, "GROUPING") && !present(m, "MUSICBRAINZ_WORKID");
}

/* What no row knows: a few families of names, then a free tag. */
static enum err_code
other(struct map *m, const struct tag *t)
{
	if (strncmp(t->key, "PERFORMER:", 10) == 0)
		return performer(m, t);
	if (strncmp(t->key, "COMMENT:ITUN", 12) == 0 || strncmp(t->key, "ITUNNORM", 8) == 0 ||
	    strncmp(t->key, "ITUNSMPB", 8) == 0)
		return ERR_NONE;
	if (strncmp(t->key, "RATING:", 7) == 0) { /* Quod Libet's, with a user behind the colon */
		static const struct row row = { "RATING", F_RATING, RATING_PART };

		return apply(m, t, &row);
	}
	if (strncmp(t->key, "LYRICS:", 7) == 0 && record_get(m->r, F_LYRICS) == NULL)
		return give(m, F_LYRICS, t->value);
	return keep(m, t->key, t->value);
}

enum err_code
map_finish(struct map *m)
{
	bool grouping = work_is_grouping(m);

	artists(m);
	/* row by row, so that a field's first name wins whatever the order in the file */
	for (size_t n = 0; n < tag_nrows && m->e->code == ERR_NONE; n++) {
		struct row row = tag_rows[n];
		bool late = n > 0 && tag_rows[n - 1].field == row.field && row.field != F_NONE &&
		    !many(row.field) && record_get(m->r, row.field) != NULL;

		if (row.field == F_WORK && grouping)
			row.field = F_GROUPING;
		for (size_t i = 0; i < m->ntags && m->e->code == ERR_NONE; i++) {
			if (strcmp(m->tags[i].key, row.key) != 0)
				continue;
			if (late && row.form == TEXT)
				keep(m, m->tags[i].key, m->tags[i].value);
			else
				apply(m, &m->tags[i], &row);
		}
	}
	for (size_t i = 0; i < m->ntags; i++) {
		const char *key = m->tags[i].key;

		if (m->e->code == ERR_NONE && !map_is_field(key))
			other(m, &m->tags[i]);
		free(m->tags[i].key);
		free(m->tags[i].value);
	}
	free(m->tags);
	m->tags = NULL;
	m->ntags = 0;
	return m->e->code;
}
