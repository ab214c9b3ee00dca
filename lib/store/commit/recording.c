/* SPDX-License-Identifier: MIT */
/* Which recording a new track is of: known by MusicBrainz id, by equal audio, by ISRC, or by its fingerprint.
 */
#include <stdlib.h>
#include <string.h>

#include "store/commit/plan.h"
#include "store/commit/similar.h"
#include "store/sql.h"
#include "text/fold.h"
#include "text/value.h"

enum { TAKEN_MBID = 11, TAKEN_AUDIO, TAKEN_ISRC, TAKEN_HEARD, COMPARED_MAX = 64 };

static uint64_t
hash_of(uint64_t kind, const void *bytes, size_t len)
{
	return taken_mix(kind, (uint64_t)fold_hash(bytes, len), len);
}

const char *
heard_name(enum heard h)
{
	static const char *const names[] = { [HEARD_NEW] = "",
		[HEARD_MBID] = "mbid",
		[HEARD_AUDIO] = "audio",
		[HEARD_ISRC] = "isrc",
		[HEARD_SOUND] = "sound" };

	return names[h];
}

/* The first track that a statement finds: 1, 0, -1. */
static int
track_of(struct plan *p, sqlite3_stmt *st, struct plan_entry *entry, enum heard how, struct err *e)
{
	int step = sql_step(p->db, st, e);

	if (step == 1) {
		entry->of = sqlite3_column_int64(st, 0);
		entry->heard = how;
	}
	sql_done(st);
	return step;
}

#define UNLESS_OTHER_MBID " AND (?2 = '' OR r.mb_trackid IS NULL OR r.mb_trackid = ?2)"

static int
by_mbid(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e)
{
	sqlite3_stmt *st;

	if (*t->piece.mb_trackid == '\0')
		return 0;
	st = sql_get(p->db,
	    "SELECT t.id FROM recording r JOIN track t ON t.recording_id = r.id WHERE r.mb_trackid = ?1"
	    " ORDER BY t.removed IS NOT NULL, t.id LIMIT 1",
	    e);
	if (st == NULL)
		return -1;
	sql_text(st, 1, t->piece.mb_trackid);
	return track_of(p, st, entry, HEARD_MBID, e);
}

static int
by_audio(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e)
{
	sqlite3_stmt *st;

	if (!t->r.has_audio)
		return 0;
	st = sql_get(p->db,
	    "SELECT t.id FROM file f JOIN track t ON t.id = f.track_id JOIN recording r ON r.id = "
	    "t.recording_id"
	    " WHERE f.audio = ?1" UNLESS_OTHER_MBID " ORDER BY t.removed IS NOT NULL, t.id LIMIT 1",
	    e);
	if (st == NULL)
		return -1;
	sql_bytes(st, 1, t->r.audio, 32);
	sql_text(st, 2, t->piece.mb_trackid);
	return track_of(p, st, entry, HEARD_AUDIO, e);
}

static bool
title_says(const char *title_key, const char *told)
{
	char *words = title_key != NULL ? similar(similar_title, title_key) : NULL;
	bool same = words != NULL && strcmp(words, told) == 0;

	free(words);
	return same;
}

/* The first of a statement's tracks (id, title) whose title says the same: 1, 0, -1. */
static int
track_of_title(struct plan *p, sqlite3_stmt *st, struct plan_entry *entry, const char *told, enum heard how,
    struct err *e)
{
	int compared = 0;

	while (sql_step(p->db, st, e) == 1 && compared++ < COMPARED_MAX)
		if (title_says((const char *)sqlite3_column_text(st, 1), told)) {
			entry->of = sqlite3_column_int64(st, 0);
			entry->heard = how;
			break;
		}
	sql_done(st);
	return e->code != ERR_NONE ? -1 : entry->of != 0;
}

static int
by_sound(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e)
{
	sqlite3_stmt *st;

	if (t->piece.sound == 0)
		return 0;
	st = sql_get(p->db,
	    "SELECT t.id, t.title_key FROM track t JOIN recording r ON r.id = t.recording_id"
	    " WHERE t.sound_group = ?1" UNLESS_OTHER_MBID " ORDER BY t.removed IS NOT NULL, t.id",
	    e);
	if (st == NULL)
		return -1;
	sql_int(st, 1, t->piece.sound);
	sql_text(st, 2, t->piece.mb_trackid);
	return track_of_title(p, st, entry, t->piece.told, HEARD_SOUND, e);
}

static int
by_isrc(struct plan *p, struct plan_entry *entry, const struct told *t, const char *isrc, struct err *e)
{
	sqlite3_stmt *st;

	_Static_assert(F_ISRC + 1 == 29, "index tag_isrc names the number");
	st = sql_get(p->db,
	    "SELECT t.id, t.title_key FROM tag JOIN track t ON t.id = track_id JOIN recording r ON r.id = "
	    "t.recording_id"
	    " WHERE name_id + 0 = 29 AND value = ?1 AND abs(t.duration_ms - ?3) <= ?4" UNLESS_OTHER_MBID
	    " ORDER BY t.removed IS NOT NULL, t.id",
	    e);
	if (st == NULL)
		return -1;
	sql_text(st, 1, isrc);
	sql_text(st, 2, t->piece.mb_trackid);
	sql_int(st, 3, t->piece.duration_ms);
	sql_int(st, 4, MATCH_RECORDING_MS);
	return track_of_title(p, st, entry, t->piece.told, HEARD_ISRC, e);
}

static bool
has_isrc(const struct record *r, const char *isrc)
{
	char own[VALUE_TEXT];

	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == F_ISRC && value_isrc(r->values[i].value, own) &&
		    strcmp(own, isrc) == 0)
			return true;
	return false;
}

static bool
same_recording(const struct told *a, const struct told *b, enum heard how, const char *isrc)
{
	if (how == HEARD_MBID)
		return strcmp(a->piece.mb_trackid, b->piece.mb_trackid) == 0;
	if (match_differ(a->piece.mb_trackid, b->piece.mb_trackid))
		return false;
	if (how == HEARD_AUDIO)
		return b->r.has_audio && memcmp(a->r.audio, b->r.audio, sizeof a->r.audio) == 0;
	if (how == HEARD_SOUND)
		return a->piece.sound == b->piece.sound && strcmp(a->piece.told, b->piece.told) == 0;
	return has_isrc(&b->r, isrc) && strcmp(a->piece.told, b->piece.told) == 0 &&
	    llabs(a->piece.duration_ms - b->piece.duration_ms) <= MATCH_RECORDING_MS;
}

/* Among the new tracks before it: 1, 0, -1. */
static int
among(struct decider *d, struct plan_entry *entry, const struct told *t, uint64_t hash, enum heard how,
    const char *isrc, struct err *e)
{
	int32_t slot = TAKEN_FIRST;

	for (int compared = 0; compared < COMPARED_MAX && (slot = taken_next(&d->taken, hash, slot)) >= 0;
	     compared++) {
		int32_t other = d->taken.slots[slot].entry;
		struct told theirs = { 0 };
		bool same;

		if (plan_read(d->plan, &d->plan->entries[other], &theirs, e) != ERR_NONE)
			return -1;
		same = same_recording(t, &theirs, how, isrc);
		told_free(&theirs);
		if (same) {
			entry->kin = other;
			entry->heard = how;
			return 1;
		}
	}
	return 0;
}

/* Call look() for everything that names a recording, until it is not 0. */
static int
look_by_isrc(struct decider *d, struct plan_entry *entry, const struct told *t, struct err *e)
{
	char isrc[VALUE_TEXT];
	int found = 0;

	for (size_t i = 0; i < t->r.nvalues && found == 0 && t->piece.duration_ms > 0; i++) {
		if (t->r.values[i].field != F_ISRC || !value_isrc(t->r.values[i].value, isrc))
			continue;
		found = by_isrc(d->plan, entry, t, isrc, e);
		if (found == 0)
			found =
			    among(d, entry, t, hash_of(TAKEN_ISRC, isrc, strlen(isrc)), HEARD_ISRC, isrc, e);
	}
	return found;
}

static enum err_code
take(struct decider *d, int32_t self, const struct told *t, struct err *e)
{
	char isrc[VALUE_TEXT];

	if (*t->piece.mb_trackid != '\0' &&
	    taken_put(&d->taken, hash_of(TAKEN_MBID, t->piece.mb_trackid, strlen(t->piece.mb_trackid)), self,
		e) != ERR_NONE)
		return e->code;
	if (t->r.has_audio &&
	    taken_put(&d->taken, hash_of(TAKEN_AUDIO, t->r.audio, sizeof t->r.audio), self, e) != ERR_NONE)
		return e->code;
	if (t->piece.sound != 0 &&
	    taken_put(&d->taken, hash_of(TAKEN_HEARD, &t->piece.sound, sizeof t->piece.sound), self, e) !=
		ERR_NONE)
		return e->code;
	for (size_t i = 0; i < t->r.nvalues; i++)
		if (t->r.values[i].field == F_ISRC && value_isrc(t->r.values[i].value, isrc) &&
		    taken_put(&d->taken, hash_of(TAKEN_ISRC, isrc, strlen(isrc)), self, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
}

enum err_code
find_recording(struct decider *d, int32_t self, const struct told *t, struct err *e)
{
	struct plan_entry *entry = &d->plan->entries[self];
	const char *mbid = t->piece.mb_trackid;
	int found = by_mbid(d->plan, entry, t, e);

	if (found == 0 && *mbid != '\0')
		found = among(d, entry, t, hash_of(TAKEN_MBID, mbid, strlen(mbid)), HEARD_MBID, NULL, e);
	if (found == 0)
		found = by_audio(d->plan, entry, t, e);
	if (found == 0 && t->r.has_audio)
		found = among(
		    d, entry, t, hash_of(TAKEN_AUDIO, t->r.audio, sizeof t->r.audio), HEARD_AUDIO, NULL, e);
	if (found == 0)
		found = look_by_isrc(d, entry, t, e);
	if (found == 0)
		found = by_sound(d->plan, entry, t, e);
	if (found == 0 && t->piece.sound != 0)
		found = among(d, entry, t, hash_of(TAKEN_HEARD, &t->piece.sound, sizeof t->piece.sound),
		    HEARD_SOUND, NULL, e);
	return found < 0 ? e->code : take(d, self, t, e);
}
