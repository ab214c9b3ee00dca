/* SPDX-License-Identifier: MIT */
/* What a scrub found of a blob becomes the state of its files. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/out.h"
#include "base/time.h"
#include "store/catalogue/catalogue.h"
#include "store/sweep/priv.h"
#include "store/sweep/scrub.h"

enum { SECOND_NS = 1000000000 };

/* The tracks of a blob, or those that it is a picture of, as people know them, the first of them in words. */
static enum err_code
describe(struct db *db, const struct scrub_job *j, struct buf *words, struct buf *json, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.id, t.artist, t.title, 0 FROM file f JOIN track t ON t.id = f.track_id"
	    " WHERE f.blob_id = ?1 AND f.state <> 'removed' UNION ALL"
	    " SELECT t.id, t.artist, t.title, 1 FROM cover c"
	    " JOIN track t ON t.id = c.track_id OR t.release_id = c.release_id"
	    " WHERE c.blob_id = ?1 AND t.removed IS NULL ORDER BY 4, 1",
	    e);
	char path[BLOB_PATH];

	if (st == NULL)
		return e->code;
	blob_path(path, j->sha256, j->suffix);
	json_object_begin(json, NULL);
	json_text(json, "blob", path);
	json_array_begin(json, "tracks");
	sql_int(st, 1, j->blob);
	for (int n = 0; sql_step(db, st, e) == 1; n++) {
		const char *artist = (const char *)sqlite3_column_text(st, 1);
		const char *title = (const char *)sqlite3_column_text(st, 2);
		long long id = sqlite3_column_int64(st, 0);

		json_int(json, NULL, id);
		if (n == 0)
			buf_printf(words, " (%strack %lld, %s - %s)",
			    sqlite3_column_int(st, 3) != 0 ? "cover of " : "", id,
			    artist != NULL ? artist : "", title != NULL ? title : "");
	}
	sql_done(st);
	json_array_end(json);
	json_object_end(json);
	return e->code != ERR_NONE || buf_ok(json, e) != ERR_NONE ? e->code : buf_ok(words, e);
}

/* The better files of its tracks are preferred, as things are now. */
static enum err_code
prefer_again(struct db *db, int64_t blob, struct err *e)
{
	struct catalogue c = { .db = db, .now = time_now() };
	sqlite3_stmt *st =
	    sql_get(db, "SELECT DISTINCT track_id FROM file WHERE blob_id = ?1 AND state <> 'removed'", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, blob);
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1)
		catalogue_prefer_best(&c, sqlite3_column_int64(st, 0), e);
	sql_done(st);
	return e->code;
}

/* Give the files of a blob their state.  A picture has no file: its blob is damaged when it is missing, too.
 */
static enum err_code
mark(struct db *db, const struct scrub_job *j, const char *kind, const char *json, struct err *e)
{
	int64_t args[2] = { j->blob, time_now() };
	bool changed;

	if (j->verdict == SCRUB_RIGHT)
		sql_change(db,
		    "UPDATE file SET state = 'ok', changed = ?2 WHERE blob_id = ?1"
		    " AND state IN ('missing', 'damaged')",
		    args, 2, e);
	else if (j->verdict == SCRUB_MISSING)
		sql_change(db,
		    "UPDATE file SET state = 'missing', changed = ?2 WHERE blob_id = ?1"
		    " AND state IN ('ok', 'damaged')",
		    args, 2, e);
	else
		sql_change(db,
		    "UPDATE file SET state = 'damaged', changed = ?2 WHERE blob_id = ?1"
		    " AND state IN ('ok', 'missing')",
		    args, 2, e);
	changed = !j->marked || sqlite3_changes(db->sql) > 0;
	if (e->code != ERR_NONE ||
	    sql_change(db,
		"UPDATE blob SET verified = ?2, damaged = ?3 OR (?4 AND NOT EXISTS"
		" (SELECT 1 FROM file f WHERE f.blob_id = ?1 AND f.state <> 'removed')) WHERE id = ?1",
		(const int64_t[]){ j->blob, args[1],
		    j->verdict == SCRUB_WRONG || j->verdict == SCRUB_UNREADABLE,
		    j->verdict == SCRUB_MISSING },
		4, e) != ERR_NONE ||
	    prefer_again(db, j->blob, e) != ERR_NONE)
		return e->code;
	return changed ? db_event(db, kind, "blob", json, e) : ERR_NONE;
}

/* Is it still the file that was read, and does the catalogue still want it?  1 yes, 0 judge it again, -1 it
 * is nobody's business any more, or *e. */
static int
stands(struct db *db, const struct scrub_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM blob b WHERE b.id = ?1 AND" BLOB_IS_NAMED, e);
	char path[BLOB_PATH];
	struct stat s;
	int row;

	if (st == NULL)
		return -1;
	sql_int(st, 1, j->blob);
	row = sql_step(db, st, e);
	sql_done(st);
	if (row != 1)
		return -1;
	blob_path(path, j->sha256, j->suffix);
	if (below_stat(db->dirfd, path, &s) != 0 || !S_ISREG(s.st_mode))
		return j->inode == 0;
	return (int64_t)s.st_ino == j->inode &&
	    (int64_t)s.st_ctim.tv_sec * SECOND_NS + s.st_ctim.tv_nsec == j->ctime_ns;
}

static void
tell(const struct sweep *s, struct sweep_report *r, const struct scrub_job *j, const char *kind,
    const char *words)
{
	struct err told = j->e;
	char path[BLOB_PATH];

	blob_path(path, j->sha256, j->suffix);
	sweep_add(r, kind, 1);
	if (j->verdict == SCRUB_RIGHT) {
		sweep_act(s, r, "mend", path, j->size);
		return;
	}
	told.code = ERR_ATTENTION;
	err_context(&told, "%s is %s%s", path, kind, words != NULL ? words : "");
	sweep_failed(s, &told);
}

int
sweep_settle(
    struct db *db, const struct sweep *s, struct sweep_report *r, const struct scrub_job *j, struct err *e)
{
	const char *kind = j->verdict == SCRUB_RIGHT ? "mended"
	    : j->verdict == SCRUB_MISSING            ? "missing"
						     : "damaged";
	struct buf words = { 0 }, json = { 0 };
	int is;

	if (!s->dry_run && sql_begin(db, e) != ERR_NONE)
		return -1;
	is = stands(db, j, e);
	if (is == 1 && describe(db, j, &words, &json, e) == ERR_NONE && !s->dry_run &&
	    mark(db, j, kind, json.data, e) == ERR_NONE)
		sql_commit(db, e);
	if (!s->dry_run && (is != 1 || e->code != ERR_NONE))
		sql_rollback(db);
	if (e->code == ERR_NONE && is == 1) {
		r->changed = true;
		tell(s, r, j, kind, words.data);
	}
	buf_free(&words);
	buf_free(&json);
	return e->code != ERR_NONE ? -1 : is == 0;
}
