/* SPDX-License-Identifier: MIT */
/* Staged files that are gone, or are not what they were (items.h). */
#include <string.h>

#include "base/time.h"
#include "store/blob.h"
#include "store/checked.h"
#include "store/session/items.h"
#include "store/session/session.h"
#include "store/sql.h"

static enum err_code
look_at_covers(struct db *db, const struct item *it, struct checked *c, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT sha256, size, suffix, staged_ns FROM item_cover WHERE item_id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, it->id);
	while (sql_step(db, st, e) == 1) {
		struct blob_staged s = { .session = it->session,
			.size = sqlite3_column_int64(st, 1),
			.staged_ns = sqlite3_column_int64(st, 3),
			.shared = true };

		memcpy(s.sha256, sqlite3_column_blob(st, 0), sizeof s.sha256);
		strncpy(s.suffix, (const char *)sqlite3_column_text(st, 2), sizeof s.suffix - 1);
		if (blob_ready(db, &s, c, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

/* As a commit would look at it. */
static enum err_code
look_at(struct db *db, const struct item *it, struct checked *c, struct err *e)
{
	struct blob_staged s = { .session = it->session,
		.size = it->size,
		.staged_ns = it->staged_ns,
		.shared = it->staged_ns == 0,
		.linked = it->linked,
		.inode = it->inode,
		.mtime_ns = it->mtime_ns,
		.ctime_ns = it->ctime_ns };

	memcpy(s.sha256, it->sha256, sizeof s.sha256);
	memcpy(s.suffix, it->suffix, sizeof s.suffix);
	if (blob_ready(db, &s, c, e) != ERR_NONE)
		return e->code;
	return look_at_covers(db, it, c, e);
}

static enum err_code
fail(struct db *db, const struct item *it, const struct err *why, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE item SET state = 'failed', code = ?2, reason = ?3, due = NULL, sha256 = NULL, suffix = "
	    "NULL, record = NULL, audio = NULL, staged_ns = NULL, failed = ?4 WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, it->id);
	sql_text(st, 2, err_name(why->code));
	sql_text(st, 3, why->msg);
	sql_int(st, 4, time_now());
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	return sql_change(db, "DELETE FROM item_cover WHERE item_id = ?1", &it->id, 1, e);
}

enum err_code
items_fail_lost(struct db *db, int64_t session, struct err *e)
{
	struct checked checked = { 0 };
	struct item it = { 0 };
	int64_t after = 0;

	while (e->code == ERR_NONE && item_next(db, session, after, &it, e) == 1) {
		struct err why = { 0 };

		after = it.id;
		if (strcmp(it.state, "staged") != 0 || it.path == NULL ||
		    look_at(db, &it, &checked, &why) == ERR_NONE)
			continue;
		if (why.code != ERR_NOTFOUND && why.code != ERR_CHANGED) {
			*e = why;
			break;
		}
		if (sql_begin(db, e) != ERR_NONE)
			break;
		if (fail(db, &it, &why, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
			sql_rollback(db);
	}
	item_free(&it);
	checked_free(&checked);
	return e->code;
}
