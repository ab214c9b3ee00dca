/* SPDX-License-Identifier: MIT */
#include "store/session/items.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "store/session/archives.h"
#include "store/sql.h"

/* A source whose times are this close to our reading may have changed again without showing it. */
enum { RACY_SECONDS = 2 };

/* Automatic retries: so many attempts are one round; after the first it is due in ten minutes, after each
 * further one in twice the time, and after the last never again. */
#define ROUND_ATTEMPTS "3"
#define ROUNDS         "8"
#define FIRST_DUE      "600"

void
items_bind_source(sqlite3_stmt *st, int at, const char *path, const struct stat *s)
{
	sql_bytes(st, at, path, strlen(path));
	sql_int(st, at + 1, (int64_t)s->st_ino);
	sql_int(st, at + 2, (int64_t)s->st_size);
	sql_int(st, at + 3, file_ns(s->st_mtim));
	sql_int(st, at + 4, file_ns(s->st_ctim));
}

static enum err_code
no_longer(int64_t session, const char *state, struct err *e)
{
	return err_set(
	    e, ERR_STATE, "session s%" PRId64 " is no longer %s: somebody rejected it", session, state);
}

static enum err_code
beat(struct db *db, int64_t session, const char *state, const struct items_counts *counts, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE session SET heartbeat = ?3, unchanged = ?4, skipped = ?5, run_bytes = ?6"
	    " WHERE id = ?1 AND state = ?2",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	sql_text(st, 2, state);
	sql_int(st, 3, time_now());
	sql_int(st, 4, counts->unchanged);
	sql_int(st, 5, counts->skipped);
	sql_int(st, 6, counts->run_bytes);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	return sqlite3_changes(db->sql) == 1 ? ERR_NONE : no_longer(session, state, e);
}

enum err_code
items_still(struct db *db, int64_t session, const char *state, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM session WHERE id = ?1 AND state = ?2", e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	sql_text(st, 2, state);
	step = sql_step(db, st, e);
	sql_done(st);
	return step < 0 ? e->code : step == 1 ? ERR_NONE : no_longer(session, state, e);
}

/* Its row id goes to *id. */
static enum err_code
put_item(struct db *db, int64_t session, const struct item_new *it, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO item(session_id, state, path, device, inode, size, mtime_ns, ctime_ns, sha256,"
	    " suffix, record, attempts, code, reason, audio, due, linked, staged_ns, failed) VALUES(?1, ?2, "
	    "?3, ?4, ?5, ?6, ?7, "
	    "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, CASE WHEN ?16 THEN ?17 + " FIRST_DUE
	    " END, ?18, ?19, iif(?2 = 'failed', ?17, NULL))"
	    " ON CONFLICT(session_id, path) WHERE path IS NOT NULL DO UPDATE SET"
	    " state = excluded.state, device = excluded.device, inode = excluded.inode,"
	    " size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,"
	    " sha256 = excluded.sha256, suffix = excluded.suffix, record = excluded.record,"
	    " attempts = attempts + excluded.attempts, code = excluded.code, reason = excluded.reason,"
	    " audio = excluded.audio, linked = excluded.linked, staged_ns = excluded.staged_ns,"
	    " failed = excluded.failed,"
	    " due = CASE WHEN ?16 AND attempts / " ROUND_ATTEMPTS " < " ROUNDS " - 1"
	    " THEN ?17 + (" FIRST_DUE " << attempts / " ROUND_ATTEMPTS ") END"
	    " RETURNING id",
	    e);
	bool staged = it->code == ERR_NONE;
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	sql_text(st, 2, staged ? "staged" : "failed");
	sql_bytes(st, 3, it->path, strlen(it->path));
	sql_int(st, 4, (int64_t)it->st.st_dev);
	sql_int(st, 5, (int64_t)it->st.st_ino);
	sql_int(st, 6, (int64_t)it->st.st_size);
	sql_int(st, 7, file_ns(it->st.st_mtim));
	sql_int(st, 8, file_ns(it->st.st_ctim));
	sql_int(st, 12, it->attempts);
	sql_int(st, 16, !staged && it->transient);
	sql_int(st, 17, time_now());
	sql_int(st, 18, staged && it->linked);
	sql_int_or_null(st, 19, staged && !it->linked ? it->staged_ns : 0);
	if (staged) {
		sql_bytes(st, 9, it->sha256, sizeof it->sha256);
		sql_text(st, 10, it->suffix);
		sql_bytes(st, 11, it->record, it->record_len);
		if (it->audio != NULL)
			sql_bytes(st, 15, it->audio, 32);
	} else {
		sql_text(st, 13, err_name(it->code));
		sql_text(st, 14, it->reason);
	}
	step = sql_step(db, st, e);
	if (step == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step < 0 ? e->code : ERR_NONE;
}

static enum err_code
forget_covers(struct db *db, int64_t item, struct err *e)
{
	return sql_change(db, "DELETE FROM item_cover WHERE item_id = ?1", &item, 1, e);
}

static enum err_code
put_cover(struct db *db, int64_t item, size_t seq, const struct item_cover *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO item_cover(item_id, seq, sha256, size, suffix, mime, kind, folder, text, "
	    "staged_ns) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, item);
	sql_int(st, 2, (int64_t)seq);
	sql_bytes(st, 3, c->sha256, sizeof c->sha256);
	sql_int(st, 4, c->size);
	sql_text(st, 5, c->suffix);
	sql_text(st, 6, c->mime);
	sql_text(st, 7, c->kind);
	sql_int(st, 8, c->folder);
	sql_text(st, 9, c->text);
	sql_int_or_null(st, 10, c->staged_ns);
	return sql_run(db, st, e);
}

static enum err_code
put_all(struct db *db, int64_t session, const struct item_new *it, struct err *e)
{
	int64_t id = 0;

	if (it->archive && it->code == ERR_NONE)
		return archives_put(db, session, it, e);
	if (put_item(db, session, it, &id, e) != ERR_NONE || forget_covers(db, id, e) != ERR_NONE)
		return e->code;
	if (it->code != ERR_NONE)
		return ERR_NONE;
	for (size_t i = 0; i < it->ncovers; i++)
		if (put_cover(db, id, i, &it->covers[i], e) != ERR_NONE)
			return e->code;
	/* its source's row stays as it is until the commit, which may find there that the file was retagged
	 */
	return ERR_NONE;
}

enum err_code
items_record(struct db *db, int64_t session, const char *state, const struct item_new *items, size_t n,
    const struct items_counts *counts, struct err *e)
{
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (beat(db, session, state, counts, e) != ERR_NONE)
		goto fail;
	for (size_t i = 0; i < n; i++)
		if (put_all(db, session, &items[i], e) != ERR_NONE)
			goto fail;
	if (sql_commit(db, e) == ERR_NONE)
		return ERR_NONE;
fail:
	sql_rollback(db);
	return e->code;
}

enum err_code
items_forget(struct db *db, int64_t session, const char *path, struct err *e)
{
	sqlite3_stmt *st;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	st = sql_get(db, "DELETE FROM item WHERE session_id = ?1 AND path = ?2 AND state = 'failed'", e);
	if (st == NULL)
		goto fail;
	sql_int(st, 1, session);
	sql_bytes(st, 2, path, strlen(path));
	if (sql_run(db, st, e) == ERR_NONE && sql_commit(db, e) == ERR_NONE)
		return ERR_NONE;
fail:
	sql_rollback(db);
	return e->code;
}

enum item_known
items_find(
    struct db *db, int64_t session, const char *path, const struct stat *s, char **reason, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT state, reason FROM item WHERE session_id = ?1 AND path = ?2 AND inode = ?3 AND size = ?4"
	    " AND mtime_ns = ?5 AND ctime_ns = ?6",
	    e);
	enum item_known known = ITEM_NEW;
	int step;

	if (st == NULL)
		return ITEM_ERROR;
	sql_int(st, 1, session);
	items_bind_source(st, 2, path, s);
	step = sql_step(db, st, e);
	if (step < 0)
		known = ITEM_ERROR;
	if (step == 1 && strcmp((const char *)sqlite3_column_text(st, 0), "failed") == 0) {
		const char *why = (const char *)sqlite3_column_text(st, 1);

		known = ITEM_FAILED;
		*reason = strdup(why != NULL ? why : "for no known reason");
		if (*reason == NULL) {
			err_memory(e);
			known = ITEM_ERROR;
		}
	} else if (step == 1) {
		known = ITEM_STAGED;
	}
	sql_done(st);
	return known;
}

int
source_unchanged(struct db *db, const char *path, const struct stat *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT 1 FROM source s JOIN blob b ON b.sha256 = s.sha256 JOIN file f ON f.blob_id = b.id"
	    " WHERE s.path = ?1 AND s.inode = ?2 AND s.size = ?3 AND s.mtime_ns = ?4 AND s.ctime_ns = ?5"
	    " AND s.seen > iif(s.linked, ?7, ?6) AND f.state = 'ok'",
	    e);
	int64_t newest = s->st_mtim.tv_sec > s->st_ctim.tv_sec ? s->st_mtim.tv_sec : s->st_ctim.tv_sec;
	int step;

	if (st == NULL)
		return -1;
	items_bind_source(st, 1, path, s);
	sql_int(st, 6, newest + RACY_SECONDS);
	sql_int(st, 7, (int64_t)s->st_mtim.tv_sec + RACY_SECONDS); /* the ctime is that of our own link */
	step = sql_step(db, st, e);
	sql_done(st);
	return step;
}

int
items_own(void *context, const uint8_t sha256[32], struct err *e)
{
	struct items_owner *o = context;
	sqlite3_stmt *st = sql_get(o->db,
	    "SELECT 1 FROM item WHERE sha256 = ?2 AND state = 'staged' AND session_id = ?1 UNION ALL"
	    " SELECT 1 FROM item_cover c JOIN item i ON i.id = c.item_id"
	    " WHERE c.sha256 = ?2 AND i.session_id = ?1 LIMIT 1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, o->session);
	sql_bytes(st, 2, sha256, 32);
	step = sql_step(o->db, st, e);
	sql_done(st);
	return step;
}
