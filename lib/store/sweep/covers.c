/* SPDX-License-Identifier: MIT */
/* Covers of tracks that were removed, once nobody can bring these back: their blobs are orphans from then on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/time.h"
#include "store/sweep/priv.h"

/* Removed tracks with a cover of their own, or on a release that has one and that no other track is left on.
 */
static const char candidates[] =
    "SELECT t.id FROM track t WHERE t.removed IS NOT NULL AND t.id > ?1 AND"
    " (EXISTS (SELECT 1 FROM cover WHERE track_id = t.id) OR (EXISTS (SELECT 1 FROM cover WHERE"
    " release_id = t.release_id) AND NOT EXISTS (SELECT 1 FROM track o WHERE o.release_id = t.release_id"
    " AND o.removed IS NULL))) ORDER BY t.id LIMIT 1";

/* Is there a plain file of this name in blobs/ or in trash/? */
static bool
is_somewhere(struct db *db, const uint8_t sha256[32], const char *suffix)
{
	char path[BLOB_PATH], name[BLOB_NAME], trash[8 + BLOB_NAME];
	struct stat st;

	blob_path(path, sha256, suffix);
	blob_name(name, sha256, suffix);
	snprintf(trash, sizeof trash, "trash/%s", name);
	return below_stat(db->dirfd, path, &st) == 0 || errno != ENOENT ||
	    below_stat(db->dirfd, trash, &st) == 0 || errno != ENOENT;
}

/* Could the track come back?  Not where all of its files are gone for good.  1, 0, -1. */
static int
may_return(struct db *db, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT b.sha256, b.suffix FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.track_id = ?1", e);
	int there = 0;

	if (st == NULL)
		return -1;
	sql_int(st, 1, track);
	while (there == 0 && sql_step(db, st, e) == 1)
		there =
		    is_somewhere(db, sqlite3_column_blob(st, 0), (const char *)sqlite3_column_text(st, 1));
	sql_done(st);
	return e->code != ERR_NONE ? -1 : there;
}

static int
next_candidate(struct db *db, int64_t *track, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, candidates, e);
	int row;

	if (st == NULL)
		return -1;
	sql_int(st, 1, *track);
	row = sql_step(db, st, e);
	if (row == 1)
		*track = sqlite3_column_int64(st, 0);
	sql_done(st);
	return row;
}

/* They were taken out, which is no surprise to `orphans`. */
static enum err_code
remember(struct db *db, int64_t track, struct err *e)
{
	return sql_change(db,
	    "INSERT OR IGNORE INTO removed(sha256, at, track_id, reason) SELECT b.sha256, ?2, ?1, 'removed'"
	    " FROM cover c JOIN blob b ON b.id = c.blob_id WHERE c.track_id = ?1 OR c.release_id ="
	    " (SELECT release_id FROM track WHERE id = ?1)",
	    (const int64_t[]){ track, time_now() }, 2, e);
}

/* Its own covers; those of its release once none of the tracks that were on it may return. */
static enum err_code
drop(struct db *db, int64_t track, struct err *e)
{
	int64_t other = 0;
	sqlite3_stmt *st = sql_get(db,
	    "SELECT o.id FROM track t JOIN track o ON o.release_id = t.release_id WHERE t.id = ?1 AND o.id > "
	    "?2 ORDER BY o.id LIMIT 1",
	    e);
	int row = 1, returns = 0;

	if (st == NULL || remember(db, track, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM cover WHERE track_id = ?1", &track, 1, e) != ERR_NONE)
		return e->code;
	while (row == 1 && returns == 0) {
		sql_int(st, 1, track);
		sql_int(st, 2, other);
		row = sql_step(db, st, e);
		other = row == 1 ? sqlite3_column_int64(st, 0) : other;
		sqlite3_reset(st);
		returns = row == 1 ? may_return(db, other, e) : 0;
	}
	sql_done(st);
	if (e->code != ERR_NONE || returns != 0)
		return e->code;
	return sql_change(db,
	    "DELETE FROM cover WHERE release_id = (SELECT release_id FROM track WHERE id = ?1)", &track, 1,
	    e);
}

static enum err_code
count_covers(struct db *db, int64_t *n, struct err *e)
{
	sql_number(db, "SELECT count(*) FROM cover", NULL, 0, n, e);
	return e->code;
}

enum err_code
sweep_covers(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int64_t track = 0, before = 0, after = 0;
	bool begun = false;

	while (!s->dry_run && !sweep_stopped(s) && next_candidate(db, &track, e) == 1) {
		int returns = may_return(db, track, e);

		/* looked at again inside the transaction: a commit may bring the file at this moment */
		if (returns == 0 && !begun &&
		    (sql_begin(db, e) != ERR_NONE || count_covers(db, &before, e) != ERR_NONE))
			break;
		begun = begun || returns == 0;
		if (returns < 0 || (returns == 0 && (returns = may_return(db, track, e)) < 0) ||
		    (returns == 0 && drop(db, track, e) != ERR_NONE))
			break;
	}
	if (!begun)
		return e->code;
	if (e->code == ERR_NONE && count_covers(db, &after, e) == ERR_NONE && after < before) {
		sweep_add(r, "covers", before - after);
		r->changed = sql_commit(db, e) == ERR_NONE;
	}
	sql_rollback(db);
	return e->code;
}
