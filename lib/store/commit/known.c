/* SPDX-License-Identifier: MIT */
/* What the library knows of an item's bytes, and of the source that holds them. */
#include <string.h>

#include "store/commit/plan.h"
#include "store/owner.h"
#include "store/sql.h"

/* The same bytes earlier in this session?  1, 0, -1. */
static int
twice(struct plan *p, struct plan_entry *entry, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT min(id) FROM item INDEXED BY item_sha WHERE state = 'staged' AND sha256 = ?1 AND "
	    "+session_id = ?2",
	    e);
	struct plan_entry *first = NULL;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	sql_int(st, 2, p->session);
	if (sql_step(p->db, st, e) == 1 && sqlite3_column_int64(st, 0) < it->id)
		first = plan_find(p, sqlite3_column_int64(st, 0));
	sql_done(st);
	if (e->code != ERR_NONE)
		return -1;
	if (first == NULL)
		return 0;
	for (int32_t n = entry->part; n > 1 && !plan_is_last(p, (size_t)(first - p->entries)); n--)
		first++; /* the same part of it */
	entry->first = (int32_t)(first - p->entries);
	entry->twin = true;
	return 1;
}

/* A file of these bytes: 1 live, 2 removed, 0 none, -1.  One that is there stays cut as it is, whatever a cue
 * sheet says now: a part that is not among its tracks counts as one of them. */
static int
stored(struct plan *p, struct plan_entry *entry, const struct item *it, bool *mine, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT track_id, file.id, file.state = 'removed' OR track.removed IS NOT NULL,"
	    " track.removed IS NOT NULL, track.owner FROM blob"
	    " JOIN file ON file.blob_id = blob.id JOIN track ON track.id = track_id WHERE sha256 = ?1"
	    " ORDER BY file.part = ?2 DESC, (file.state = 'removed' OR track.removed IS NOT NULL) = ?3 DESC, "
	    "file.part",
	    e);
	int step, found = 0;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	sql_int(st, 2, entry->part);
	sql_int(st, 3, p->again);
	step = sql_step(p->db, st, e);
	if (step == 1) {
		entry->track = sqlite3_column_int64(st, 0);
		entry->file = sqlite3_column_int64(st, 1);
		entry->gone = sqlite3_column_int(st, 3) != 0;
		*mine = owner_limit(p->db) < 0 || sqlite3_column_int64(st, 4) == owner_limit(p->db);
		found = sqlite3_column_int(st, 2) != 0 ? 2 : 1;
	}
	sql_done(st);
	return step < 0 ? -1 : found;
}

/* Were these bytes taken out?  1 by hand, 2 because newer ones took their place, 0, -1. */
static int
taken_out(struct plan *p, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT reason = 'superseded' FROM removed WHERE sha256 = ?1", e);
	int step;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	step = sql_step(p->db, st, e);
	if (step == 1 && sqlite3_column_int(st, 0) != 0)
		step = 2;
	sql_done(st);
	return step;
}

/* The file that the item's source had, if it has the same audio: 1, 0, -1; of a part the same part of it, if
 * it was cut there too.  Not one of a later session: that would turn the clock back. */
static int
retagged(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e)
{
	sqlite3_stmt *st;
	int step;

	if (t->it.path == NULL || !t->it.has_audio)
		return 0;
	st = sql_get(p->db,
	    "SELECT f.track_id, f.id FROM source s JOIN blob b ON b.sha256 = s.sha256"
	    " JOIN file f ON f.blob_id = b.id JOIN track t ON t.id = f.track_id"
	    " WHERE s.path = ?1 AND s.sha256 <> ?2 AND iif(?5 = 0, f.audio, f.whole) = ?3 AND f.part = ?5"
	    " AND f.state <> 'removed' AND t.removed IS NULL AND f.session_id < ?4"
	    " AND (?9 < 0 OR t.owner = ?9) AND (?5 = 0 OR abs(f.start_ms - ?6) <= ?8 AND abs(f.duration_ms - "
	    "?7) <= ?8)",
	    e);
	if (st == NULL)
		return -1;
	sql_bytes(st, 1, t->it.path, strlen(t->it.path));
	sql_bytes(st, 2, t->it.sha256, 32);
	sql_bytes(st, 3, t->it.audio, sizeof t->it.audio);
	sql_int(st, 4, p->session);
	sql_int(st, 5, entry->part);
	sql_int(st, 6, t->r.start_ms);
	sql_int(st, 7, t->r.duration_ms);
	sql_int(st, 8, MATCH_MS);
	sql_int(st, 9, owner_limit(p->db));
	step = sql_step(p->db, st, e);
	if (step == 1) {
		entry->track = sqlite3_column_int64(st, 0);
		entry->file = sqlite3_column_int64(st, 1);
		entry->verdict = PLAN_RETAG;
	}
	sql_done(st);
	return step;
}

enum err_code
known(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e)
{
	const struct item *it = &t->it;
	int is, out, again;
	bool mine = true;

	entry->verdict = PLAN_NEW;
	entry->track = 0;
	if (twice(p, entry, it, e) != 0)
		return e->code;
	is = stored(p, entry, it, &mine, e);
	if (is == 1)
		entry->verdict = PLAN_DUPLICATE;
	if (is < 0 || is == 1 || (out = taken_out(p, it, e)) < 0)
		return e->code;
	/* who changes tags and changes them back means it */
	again = out != 1 || p->again ? retagged(p, entry, t, e) : 0;
	if (again != 0)
		return e->code;
	if (is == 2 && p->again && mine)
		entry->verdict = PLAN_RESTORE;
	else if (is == 2 || (out != 0 && !p->again))
		entry->verdict = PLAN_REMOVED;
	return ERR_NONE;
}

/* How many parts of a file there are in the catalogue. */
static enum err_code
count_parts(struct plan *p, int64_t file, int64_t *n, struct err *e)
{
	sql_number(p->db,
	    "SELECT count(*) FROM file WHERE blob_id = (SELECT blob_id FROM file WHERE id = ?1)"
	    " AND part > 0 AND state <> 'removed'",
	    &file, 1, n, e);
	return e->code;
}

enum err_code
known_parts(struct plan *p, size_t first, struct err *e)
{
	int64_t retags = 0, others = 0, there = 0;

	for (size_t i = first; i < p->n; i++) {
		retags += p->entries[i].verdict == PLAN_RETAG;
		others += p->entries[i].verdict != PLAN_RETAG;
		if (there == 0 && p->entries[i].verdict == PLAN_RETAG &&
		    count_parts(p, p->entries[i].file, &there, e) != ERR_NONE)
			return e->code;
	}
	if (others == 0 && there == retags)
		return ERR_NONE;
	for (size_t i = first; i < p->n; i++)
		if (p->entries[i].verdict == PLAN_RETAG) {
			p->entries[i].verdict = PLAN_NEW;
			p->entries[i].track = p->entries[i].file = 0;
		}
	return ERR_NONE;
}
