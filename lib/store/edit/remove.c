/* SPDX-License-Identifier: MIT */
/* Tracks taken out of the library, and brought back. */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "store/edit/priv.h"
#include "store/index.h"

/* A hash is remembered once no file that is left has these bytes: pieces of a cue sheet share theirs. */
static enum err_code
remember_hashes(struct db *db, int64_t track, int64_t now, struct err *e)
{
	return sql_change(db,
	    "INSERT INTO removed (sha256, at, track_id, reason) SELECT DISTINCT b.sha256, ?2, ?1, 'removed'"
	    " FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.track_id = ?1 AND f.state = 'removed'"
	    " AND f.changed = ?2 AND NOT EXISTS (SELECT 1 FROM file o WHERE o.blob_id = f.blob_id"
	    " AND o.state <> 'removed') ON CONFLICT (sha256) DO NOTHING",
	    (const int64_t[]){ track, now }, 2, e);
}

static enum err_code
remove_track(struct db *db, int64_t track, int64_t now, bool tell_json, struct err *e)
{
	const int64_t args[] = { track, now };

	if (sql_change(db, "UPDATE track SET removed = ?2 WHERE id = ?1 AND removed IS NULL", args, 2, e) !=
	    ERR_NONE)
		return e->code;
	if (sqlite3_changes(db->sql) == 0)
		return ERR_NONE;
	if (sql_change(db,
		"UPDATE file SET state = 'removed', changed = ?2 WHERE track_id = ?1 AND state <> 'removed'",
		args, 2, e) != ERR_NONE ||
	    remember_hashes(db, track, now, e) != ERR_NONE)
		return e->code;
	return chosen_changed(db, track, tell_json ? ",\"removed\":{\"after\":true}" : "\tremoved", e);
}

static enum err_code
remove_all(struct db *db, const struct edit_options *how, struct err *e)
{
	int64_t seq = 0, track, now = time_now();

	/* the index is told before the rows change */
	while (e->code == ERR_NONE && chosen_next(db, how, "reading", &seq, &track, e) == 1)
		index_forget(db, track, e);
	seq = 0;
	while (e->code == ERR_NONE && chosen_next(db, how, "removing", &seq, &track, e) == 1)
		remove_track(db, track, now, how->json, e);
	return e->code;
}

enum err_code
edit_remove(struct db *db, const struct operands *o, const struct edit_options *how, struct edit_result *r,
    struct err *e)
{
	int64_t event = 0;

	*r = (struct edit_result){ 0 };
	if (chosen_start(db, o->tracks, o->ntracks, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (journal_begin(db, &event, e) == ERR_NONE && chosen_check(db, false, e) == ERR_NONE)
		remove_all(db, how, e);
	return edit_finish(db, event, "remove", NULL, how, r, e);
}

/* The files that went with their track come back with it; those that were taken out before it, or that newer
 * ones took the place of, do not. */
#define GONE_WITH_TRACK                                                                                      \
	" f.state = 'removed' AND f.changed = t.removed AND NOT EXISTS (SELECT 1 FROM removed x JOIN blob y" \
	" ON y.sha256 = x.sha256 WHERE y.id = f.blob_id AND x.reason = 'superseded')"

static enum err_code
want_blobs(struct db *db, struct err *e)
{
	if (unearth_start(db, e) != ERR_NONE)
		return e->code;
	return sql_exec(db,
	    "INSERT OR IGNORE INTO temp.wanted SELECT f.blob_id FROM temp.chosen c JOIN main.track t ON t.id "
	    "= c.id JOIN main.file f ON f.track_id = t.id WHERE t.removed IS NOT NULL AND" GONE_WITH_TRACK,
	    e);
}

static enum err_code
restore_track(struct db *db, int64_t track, int64_t now, bool tell_json, struct err *e)
{
	const int64_t args[] = { track, now };
	int back;

	if (sql_change(db,
		"DELETE FROM removed WHERE sha256 IN (SELECT b.sha256 FROM track t JOIN file f ON f.track_id "
		"= t.id JOIN blob b ON b.id = f.blob_id WHERE t.id = ?1 AND" GONE_WITH_TRACK ")",
		args, 1, e) != ERR_NONE ||
	    sql_change(db,
		"UPDATE file SET state = iif((SELECT damaged FROM blob WHERE id = blob_id), 'damaged', 'ok'),"
		" changed = ?2 WHERE id IN (SELECT f.id FROM track t JOIN file f ON f.track_id = t.id"
		" WHERE t.id = ?1 AND" GONE_WITH_TRACK ")",
		args, 2, e) != ERR_NONE)
		return e->code;
	back = sqlite3_changes(db->sql);
	if (sql_change(db, "UPDATE track SET removed = NULL WHERE id = ?1 AND removed IS NOT NULL", args, 1,
		e) != ERR_NONE)
		return e->code;
	if (sqlite3_changes(db->sql) == 0)
		return ERR_NONE;
	if (back == 0)
		return err_set(e, ERR_NOTFOUND,
		    "track %" PRId64 " has no file to come back with: they were attached to another track",
		    track);
	/* it was not in the index: this says that it is to be now */
	if (chosen_forget(db, track, e) != ERR_NONE)
		return e->code;
	return chosen_changed(db, track, tell_json ? ",\"removed\":{\"before\":true}" : "\trestored", e);
}

static enum err_code
restore_all(struct db *db, const struct edit_options *how, struct err *e)
{
	int64_t seq = 0, track, now = time_now();

	/* what was checked without a lock may have changed since */
	if (want_blobs(db, e) != ERR_NONE || unearth_confirm(db, how->dry_run, e) != ERR_NONE)
		return e->code;
	while (e->code == ERR_NONE && chosen_next(db, how, "restoring", &seq, &track, e) == 1)
		restore_track(db, track, now, how->json, e);
	return e->code;
}

enum err_code
edit_restore(struct db *db, const struct operands *o, const struct edit_options *how, struct edit_result *r,
    struct err *e)
{
	int64_t event = 0;

	*r = (struct edit_result){ 0 };
	if (chosen_start(db, o->tracks, o->ntracks, e) != ERR_NONE ||
	    chosen_check(db, false, e) != ERR_NONE || want_blobs(db, e) != ERR_NONE ||
	    unearth_check(db, e) != ERR_NONE)
		return e->code;
	if (db_lock_shared(db, e) != ERR_NONE)
		return e->code;
	if ((!how->dry_run && unearth_all(db, e) != ERR_NONE) || sql_begin(db, e) != ERR_NONE)
		goto out;
	if (journal_begin(db, &event, e) == ERR_NONE)
		restore_all(db, how, e);
	edit_finish(db, event, "restore", NULL, how, r, e);
out:
	db_unlock(db);
	return e->code;
}
