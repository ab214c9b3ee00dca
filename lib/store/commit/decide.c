/* SPDX-License-Identifier: MIT */
/* Conflicts: is an item another file for a place on its release that is taken already? */
#include <stdlib.h>
#include <string.h>

#include "store/commit/plan.h"
#include "store/commit/similar.h"
#include "store/owner.h"
#include "store/sql.h"
#include "text/fold.h"

/* Kinds of what is taken; durations are part of some, in steps of as much as two files may differ. */
enum {
	TAKEN_NUMBER = 1,
	TAKEN_TITLE,
	TAKEN_PLACE_ID,
	TAKEN_RECORDING_ID,
	TAKEN_SOUND,
	TAKEN_FILE,
	TAKEN_TRACK,
	TAKEN_RETURN,
	TAKEN_NAMELESS
};
enum { STEP_MS = MATCH_MS + 1, COMPARED_MAX = 64 };

static uint64_t
text_hash(const char *text)
{
	return (uint64_t)fold_hash(text, strlen(text));
}

/* Where a place can be taken: a release, or all of an artist's that have no name, which differ by pressing.
 */
static uint64_t
shelf(const struct decider *d, const struct plan_entry *entry)
{
	const struct release *r = &d->plan->releases[entry->release];

	return *r->album != '\0' ? (uint64_t)entry->release
				 : taken_mix(TAKEN_NAMELESS, text_hash(r->artist), 0);
}

/* Nothing is said of label, catalogue number and barcode. */
static bool
any_pressing(const struct release *r)
{
	return *r->label == '\0' && *r->catalognumber == '\0' && *r->barcode == '\0';
}

static bool
same_shelf(const struct decider *d, const struct plan_entry *a, const struct plan_entry *b)
{
	const struct release *x = &d->plan->releases[a->release], *y = &d->plan->releases[b->release];

	return x == y ||
	    (*x->album == '\0' && *y->album == '\0' && (any_pressing(x) || any_pressing(y)) &&
		strcmp(x->artist, y->artist) == 0);
}

static uint64_t
number_hash(uint64_t shelf, const struct piece *p, int64_t step)
{
	uint64_t number = (uint64_t)((p->disc > 1 ? p->disc : 1) << 32 | p->track);

	return taken_mix(TAKEN_NUMBER, taken_mix(shelf, number, 0), (uint64_t)step);
}

static uint64_t
title_hash(uint64_t shelf, const struct piece *p, int64_t step)
{
	return taken_mix(TAKEN_TITLE, taken_mix(shelf, text_hash(p->told), 0), (uint64_t)step);
}

static uint64_t
id_hash(uint64_t kind, uint64_t shelf, const char *id)
{
	return taken_mix(kind, shelf, text_hash(id));
}

static uint64_t
sound_hash(uint64_t shelf, const struct piece *p)
{
	return taken_mix(TAKEN_SOUND, shelf, (uint64_t)p->sound);
}

static enum err_code
take_place(struct decider *d, int32_t self, const struct piece *p, struct err *e)
{
	uint64_t where = shelf(d, &d->plan->entries[self]);
	int64_t step = p->duration_ms / STEP_MS;

	if (*p->title == '\0' || *p->artist == '\0')
		return ERR_NONE;
	if (p->track > 0 && taken_put(&d->taken, number_hash(where, p, step), self, e) != ERR_NONE)
		return e->code;
	if (*p->mb_releasetrackid != '\0' &&
	    taken_put(&d->taken, id_hash(TAKEN_PLACE_ID, where, p->mb_releasetrackid), self, e) != ERR_NONE)
		return e->code;
	if (*p->mb_trackid != '\0' &&
	    taken_put(&d->taken, id_hash(TAKEN_RECORDING_ID, where, p->mb_trackid), self, e) != ERR_NONE)
		return e->code;
	if (p->sound != 0 && taken_put(&d->taken, sound_hash(where, p), self, e) != ERR_NONE)
		return e->code;
	return taken_put(&d->taken, title_hash(where, p, step), self, e);
}

bool
decided_file(const struct decider *d, int64_t file)
{
	int32_t slot = TAKEN_FIRST;

	while ((slot = taken_next(&d->taken, taken_mix(TAKEN_FILE, (uint64_t)file, 0), slot)) >= 0)
		if (d->plan->entries[d->taken.slots[slot].entry].file == file)
			return true;
	return false;
}

int32_t
decided_track(const struct decider *d, int64_t track)
{
	int32_t slot = TAKEN_FIRST;

	while ((slot = taken_next(&d->taken, taken_mix(TAKEN_TRACK, (uint64_t)track, 0), slot)) >= 0)
		if (d->plan->entries[d->taken.slots[slot].entry].track == track)
			return d->taken.slots[slot].entry;
	return -1;
}

enum err_code
decided_return(struct decider *d, int32_t self, bool *again, struct err *e)
{
	int64_t track = d->plan->entries[self].track;
	uint64_t hash = taken_mix(TAKEN_RETURN, (uint64_t)track, 0);
	int32_t slot = TAKEN_FIRST;

	while ((slot = taken_next(&d->taken, hash, slot)) >= 0)
		if (d->plan->entries[d->taken.slots[slot].entry].track == track) {
			*again = true;
			return ERR_NONE;
		}
	*again = false;
	return taken_put(&d->taken, hash, self, e);
}

/* The entry among those of this hash that is the same place: 1 found, 0 not, -1. */
static int
match_hash(
    struct decider *d, uint64_t hash, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	struct plan *p = d->plan;
	int32_t slot = TAKEN_FIRST;

	for (int compared = 0; compared < COMPARED_MAX && (slot = taken_next(&d->taken, hash, slot)) >= 0;
	     compared++) {
		int32_t other = d->taken.slots[slot].entry;
		struct told theirs = { 0 };

		if (!same_shelf(d, &p->entries[other], entry) || p->entries[other].item == entry->item)
			continue; /* tracks of one file are never the same */
		if (plan_read(p, &p->entries[other], &theirs, e) != ERR_NONE)
			return -1;
		entry->why = match_same_place(piece, &theirs.piece);
		told_free(&theirs);
		if (entry->why != SAME_NOT) {
			entry->first = other;
			return 1;
		}
	}
	return 0;
}

/* Among the places that this session takes: 1, 0, -1. */
static int
match_here(struct decider *d, struct plan_entry *entry, const struct piece *p, struct err *e)
{
	uint64_t where = shelf(d, entry);
	int64_t step = p->duration_ms / STEP_MS;
	int found = 0;

	if (*p->mb_releasetrackid != '\0')
		found = match_hash(d, id_hash(TAKEN_PLACE_ID, where, p->mb_releasetrackid), entry, p, e);
	if (found == 0 && *p->mb_trackid != '\0')
		found = match_hash(d, id_hash(TAKEN_RECORDING_ID, where, p->mb_trackid), entry, p, e);
	if (found == 0 && p->sound != 0)
		found = match_hash(d, sound_hash(where, p), entry, p, e);
	for (int64_t s = step - 1; p->track > 0 && s <= step + 1 && found == 0; s++)
		found = match_hash(d, number_hash(where, p, s), entry, p, e);
	for (int64_t s = step - 1; s <= step + 1 && found == 0; s++)
		found = match_hash(d, title_hash(where, p, s), entry, p, e);
	return found;
}

static char *
text_column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return (char *)(uintptr_t)(text != NULL ? text : "");
}

#define PLACE                                                                                                \
	"SELECT t.id, t.title_key, t.artist_key, t.disc, t.track, t.duration_ms,"                            \
	" (SELECT mb_trackid FROM recording WHERE id = t.recording_id), release.mb_albumid,"                 \
	" (SELECT value FROM tag WHERE track_id = t.id AND name_id = ?4 AND seq = 0),"                       \
	" (SELECT value FROM tag WHERE track_id = t.id AND name_id = ?5 AND seq = 0),"                       \
	" (SELECT group_concat(key, ' ') FROM (SELECT key FROM credit JOIN artist ON artist.id = artist_id"  \
	" WHERE track_id = t.id AND role = ?6 ORDER BY seq)), t.title,"                                      \
	" (SELECT lower(value) FROM tag WHERE track_id = t.id AND name_id = ?9 AND seq = 0), t.sound_group"  \
	" FROM track AS t JOIN release ON release.id = t.release_id WHERE t.removed IS NULL"                 \
	" AND (?10 < 0 OR t.owner = ?10) AND "

/* The current row against the piece. */
static enum same
match_row(sqlite3_stmt *st, const struct piece *piece, struct err *e)
{
	char nothing[] = "", *work = fold_key(text_column(st, 9));
	struct piece theirs = { .title = text_column(st, 1),
		.told = similar(similar_title, text_column(st, 1)),
		.artist = text_column(st, 2),
		.album = piece->album,
		.disc = sqlite3_column_int64(st, 3),
		.track = sqlite3_column_int64(st, 4),
		.duration_ms = sqlite3_column_int64(st, 5),
		.mb_trackid = text_column(st, 6),
		.mb_albumid = text_column(st, 7),
		.mb_releasetrackid = text_column(st, 8),
		.work = work != NULL ? similar(similar_title, work) : NULL,
		.composer = text_column(st, 10),
		.signs = match_signs(text_column(st, 11)),
		.position = text_column(st, 12),
		.sound = sqlite3_column_int64(st, 13),
		.label = nothing,
		.catalognumber = nothing };
	enum same why = SAME_NOT;

	if (theirs.work == NULL || theirs.told == NULL || theirs.signs == NULL)
		err_memory(e);
	else
		why = match_same_place(piece, &theirs);
	free(work);
	free(theirs.work);
	free(theirs.told);
	free(theirs.signs);
	return why;
}

/* The track among a statement's rows that is the same place: 1 found, 0 not, -1. */
static int
match_rows(
    struct decider *d, sqlite3_stmt *st, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	sql_int(st, 4, F_MB_RELEASETRACKID + 1);
	sql_int(st, 5, F_WORK + 1);
	sql_int(st, 6, F_COMPOSER + 1);
	sql_int(st, 9, F_POSITION + 1);
	sql_int(st, 10, owner_limit(d->plan->db)); /* another's tracks are let alone */
	entry->why = SAME_NOT;
	while (entry->why == SAME_NOT && sql_step(d->plan->db, st, e) == 1) {
		int64_t track = sqlite3_column_int64(st, 0);

		/* a retagged one is where its new tags say, among those taken here */
		if (decided_track(d, track) >= 0)
			continue;
		entry->why = match_row(st, piece, e);
		if (e->code != ERR_NONE)
			break;
		if (entry->why != SAME_NOT)
			entry->track = track;
	}
	sql_done(st);
	return e->code != ERR_NONE ? -1 : entry->why != SAME_NOT;
}

/* Disc 1 is often not written: NULL is the same place. */
static int
match_by_number(
    struct decider *d, int64_t release, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int found = 0;

	for (int pass = 0; piece->track > 0 && pass < 2 && found == 0; pass++) {
		sqlite3_stmt *st;

		if (pass == 1 && piece->disc > 1)
			break;
		st = sql_get(d->plan->db,
		    PLACE "t.release_id = ?1 AND t.disc IS ?2 AND t.track = ?3 ORDER BY t.id", e);
		if (st == NULL)
			return -1;
		sql_int(st, 1, release);
		sql_int_or_null(st, 2, pass == 1 ? 0 : piece->disc > 1 ? piece->disc : 1);
		sql_int(st, 3, piece->track);
		found = match_rows(d, st, entry, piece, e);
	}
	return found;
}

/* Among an artist's tracks without an album, of which there may be any number; see same_shelf().  1, 0, -1.
 */
static int
match_nameless(struct decider *d, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	const struct release *r = &d->plan->releases[entry->release];
	sqlite3_stmt *st = sql_get(d->plan->db,
	    PLACE "t.title_key = ?2 AND (+t.release_id = ?1 OR (release.album_key = '' AND "
		  "release.albumartist_key = ?3"
		  " AND (?7 OR NOT EXISTS (SELECT 1 FROM release_tag WHERE release_id = release.id"
		  " AND name_id IN (?8, ?11, ?12))))) ORDER BY +t.release_id = ?1 DESC, t.id",
	    e);

	if (st == NULL)
		return -1;
	sql_int(st, 1, r->id);
	sql_text(st, 2, piece->title);
	sql_text(st, 3, r->artist);
	sql_int(st, 7, any_pressing(r));
	sql_int(st, 8, F_LABEL + 1);
	sql_int(st, 11, F_CATALOGNUMBER + 1);
	sql_int(st, 12, F_BARCODE + 1);
	return match_rows(d, st, entry, piece, e);
}

/* Among the tracks of the release in the catalogue: 1, 0, -1. */
static int
match_there(struct decider *d, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int64_t release = d->plan->releases[entry->release].id;
	bool ids = *piece->mb_releasetrackid != '\0' || *piece->mb_trackid != '\0';
	sqlite3_stmt *st;
	int found;

	found = match_by_number(d, release, entry, piece, e);
	if (found != 0)
		return found;
	/* one of the two has no number, or ids know better */
	st = sql_get(d->plan->db,
	    PLACE "t.release_id = ?1 AND (?2 OR ((?3 = 0 OR t.track IS NULL) AND"
		  " t.duration_ms BETWEEN ?7 AND ?8) OR t.sound_group = ?11) ORDER BY t.id LIMIT 1000",
	    e);
	if (st == NULL)
		return -1;
	sql_int(st, 1, release);
	sql_int(st, 2, ids);
	sql_int(st, 3, piece->track);
	sql_int(st, 7, piece->duration_ms - MATCH_MS);
	sql_int(st, 8, piece->duration_ms + MATCH_MS);
	sql_int(st, 11, piece->sound);
	return match_rows(d, st, entry, piece, e);
}

static int
match(struct decider *d, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int found = 0;

	if (*piece->title == '\0' || *piece->artist == '\0')
		return 0;
	if (*piece->album == '\0')
		found = match_nameless(d, entry, piece, e);
	else if (d->plan->releases[entry->release].id != 0)
		found = match_there(d, entry, piece, e);
	return found != 0 ? found : match_here(d, entry, piece, e);
}

enum err_code
decide_retag(struct decider *d, int32_t self, struct err *e)
{
	const struct plan_entry *entry = &d->plan->entries[self];

	if (taken_put(&d->taken, taken_mix(TAKEN_FILE, (uint64_t)entry->file, 0), self, e) != ERR_NONE ||
	    entry->first >= 0)
		return e->code;
	return taken_put(&d->taken, taken_mix(TAKEN_TRACK, (uint64_t)entry->track, 0), self, e);
}

enum err_code
decide_place(struct decider *d, int32_t self, const struct told *t, struct err *e)
{
	return take_place(d, self, &t->piece, e);
}

enum err_code
decide(struct decider *d, int32_t self, const struct told *t, struct err *e)
{
	static const enum verdict verdicts[] = { [CONFLICT_ATTACH] = PLAN_ATTACH,
		[CONFLICT_FAIL] = PLAN_CONFLICT,
		[CONFLICT_IGNORE] = PLAN_NEW,
		[CONFLICT_SKIP] = PLAN_SKIP };
	struct plan_entry *entry = &d->plan->entries[self];

	if (d->plan->policy != CONFLICT_IGNORE) {
		int found = match(d, entry, &t->piece, e);

		if (found < 0)
			return e->code;
		if (found > 0) {
			entry->verdict = verdicts[d->plan->policy];
			return ERR_NONE;
		}
	}
	if (take_place(d, self, &t->piece, e) != ERR_NONE)
		return e->code;
	return find_recording(d, self, t, e);
}
