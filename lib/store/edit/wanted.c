/* SPDX-License-Identifier: MIT */
/* What a track's file is to say: its tags as the catalogue has them. */
#include "store/edit/wanted.h"

#include <stdio.h>
#include <string.h>

#include "store/edit/priv.h"
#include "store/sound/gain.h"
#include "worker/same.h"

static struct target
target_of(enum field f)
{
	return (struct target){ .field = f,
		.name = field_info(f)->name,
		.name_id = f + 1,
		.release = (field_info(f)->flags & FIELD_RELEASE) != 0 };
}

static enum err_code
add_field(struct db *db, enum field f, int64_t track, int64_t release, struct record *r, struct err *e)
{
	struct target t = target_of(f);
	struct texts values = { 0 };

	if (value_read(db, &t, t.release ? release : track, &values, e) == ERR_NONE)
		for (size_t i = 0; i < values.n && e->code == ERR_NONE; i++)
			record_add(r, f, NULL, values.v[i], e);
	texts_free(&values);
	return e->code;
}

/* Those that were taken out by hand are wanted empty; of others nothing is known. */
static enum err_code
add_free_tags(struct db *db, int64_t track, struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT n.name, t.value, n.id, t.seq FROM tag t JOIN tagname n ON n.id = t.name_id"
	    " WHERE t.track_id = ?1 AND n.id >= 1000"
	    " UNION ALL SELECT n.name, '', n.id, 0 FROM amended a JOIN tagname n ON n.id = a.name_id"
	    " WHERE a.track_id = ?1 AND n.id >= 1000 AND NOT EXISTS"
	    " (SELECT 1 FROM tag t WHERE t.track_id = ?1 AND t.name_id = n.id) ORDER BY 3, 4",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1)
		record_add(r, F_NONE, (const char *)sqlite3_column_text(st, 0),
		    (const char *)sqlite3_column_text(st, 1), e);
	sql_done(st);
	return e->code;
}

/* A value that was measured instead of that of the tags; false where there is none. */
static bool
add_measured(const struct sound_gain *g, enum field f, struct record *r, struct err *e)
{
	bool album = f == F_RG_ALBUM_GAIN || f == F_RG_ALBUM_PEAK;
	char text[32];

	if (!(album ? g->album : g->track))
		return false;
	if (f == F_RG_TRACK_GAIN || f == F_RG_ALBUM_GAIN)
		snprintf(text, sizeof text, "%.2f", album ? g->album_gain : g->track_gain);
	else if (f == F_RG_TRACK_PEAK || f == F_RG_ALBUM_PEAK)
		snprintf(text, sizeof text, "%.6f", album ? g->album_peak : g->track_peak);
	else
		return false;
	record_add(r, f, NULL, text, e);
	return true;
}

enum err_code
wanted_read(struct db *db, int64_t track, int64_t release, bool measured, struct record *r, struct err *e)
{
	struct sound_gain g = { 0 };

	if (measured && sound_gain(db, track, &g, e) != ERR_NONE)
		return e->code;
	if (measured && !g.track)
		return err_set(e, ERR_STATE, "its loudness is not known: run lib-analyze --only loudness");
	for (int f = 0; f < F_COUNT && e->code == ERR_NONE; f++)
		if ((field_info((enum field)f)->flags & FIELD_TAG) != 0 &&
		    !add_measured(&g, (enum field)f, r, e))
			add_field(db, (enum field)f, track, release, r, e);
	return e->code != ERR_NONE ? e->code : add_free_tags(db, track, r, e);
}

enum err_code
wanted_tags(struct db *db, int64_t track, struct record *r, struct err *e)
{
	int64_t release = 0;
	int step = sql_number(db, "SELECT release_id FROM track WHERE id = ?1", &track, 1, &release, e);

	if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)track);
	return e->code != ERR_NONE ? e->code : wanted_read(db, track, release, false, r, e);
}

enum err_code
wanted_keep_gain(
    struct catalogue *c, int64_t track, int64_t release, const struct record *wanted, struct err *e)
{
	static const enum field gains[] = { F_RG_TRACK_GAIN, F_RG_TRACK_PEAK, F_RG_ALBUM_GAIN,
		F_RG_ALBUM_PEAK };

	for (size_t i = 0; i < sizeof gains / sizeof gains[0] && e->code == ERR_NONE; i++) {
		struct target t = target_of(gains[i]);
		const char *value = record_get(wanted, gains[i]);
		struct texts values = { 0 };

		if (value != NULL && catalogue_field(c, gains[i], e) == ERR_NONE &&
		    texts_add(&values, value, e) == ERR_NONE)
			value_write(c, &t, t.release ? release : track, &values, e);
		texts_free(&values);
	}
	return e->code;
}

static enum err_code
tell_one(const struct record *have, const struct record *wanted, const struct target *t, bool json,
    struct buf *line, struct err *e)
{
	const struct record *const from[2] = { have, wanted };
	struct texts values[2] = { { 0 }, { 0 } };

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < from[side]->nvalues && e->code == ERR_NONE; i++) {
			const struct record_value *v = &from[side]->values[i];

			if (v->field == t->field && v->value[0] != '\0' &&
			    (v->field != F_NONE || strcmp(v->name, t->name) == 0))
				texts_add(&values[side], v->value, e);
		}
	if (e->code == ERR_NONE)
		value_tell(t, &values[0], &values[1], json, line, e);
	texts_free(&values[0]);
	texts_free(&values[1]);
	return e->code;
}

/* The first value of a free tag? */
static bool
is_first(const struct record *r, size_t i)
{
	const char *before = i > 0 ? r->values[i - 1].name : NULL;

	return before == NULL || strcmp(before, r->values[i].name) != 0;
}

enum err_code
wanted_tell(
    const struct record *have, const struct record *wanted, bool json, struct buf *line, struct err *e)
{
	for (int f = 0; f < F_COUNT && e->code == ERR_NONE; f++) {
		struct target t = target_of((enum field)f);

		if ((field_info(t.field)->flags & FIELD_TAG) != 0 && !record_same(have, wanted, t.field))
			tell_one(have, wanted, &t, json, line, e);
	}
	for (size_t i = 0; i < wanted->nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &wanted->values[i];
		struct target t = { .field = F_NONE, .name = v->name };

		if (v->field == F_NONE && is_first(wanted, i) && !record_same_tag(have, wanted, v->name))
			tell_one(have, wanted, &t, json, line, e);
	}
	return e->code;
}
