/* SPDX-License-Identifier: MIT */
#include "store/sweep/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/session/session.h"
#include "store/sweep/priv.h"

static const char options[] = "{\"rebuild\":true}";

enum err_code
adopt_list(struct db *db, volatile const int *stop, struct unnamed **ret, size_t *ret_n, struct err *e)
{
	struct blob_survey v = { 0 };
	struct unnamed *list;
	size_t n = 0;

	if (sweep_survey(db, false, stop, &v, NULL, NULL, e) != ERR_NONE)
		return e->code;
	list = calloc(v.orphans.n + 1, sizeof *list);
	if (list == NULL)
		err_memory(e);
	for (size_t i = 0; list != NULL && i < v.orphans.n; i++) {
		const struct blob_entry *b = &v.orphans.v[i];

		if (b->removed)
			continue;
		memcpy(list[n].sha256, b->sha256, sizeof list[n].sha256);
		memcpy(list[n].suffix, b->suffix, sizeof list[n].suffix);
		list[n++].size = b->size;
	}
	blob_survey_free(&v);
	if (list == NULL)
		return e->code;
	*ret = list;
	*ret_n = n;
	return ERR_NONE;
}

int
adopt_folder(const struct db *db)
{
	return db->dirfd;
}

/* What the last going back left unnamed: -1 where it did not tell, 0 where there was none. */
static enum err_code
last_left(struct db *db, int64_t *left, struct err *e)
{
	*left = 0;
	sql_number(db,
	    "SELECT ifnull(json_extract(data, '$.left'), -1) FROM event r WHERE" SWEEP_WENT_BACK
	    " ORDER BY id DESC LIMIT 1",
	    NULL, 0, left, e);
	return e->code;
}

enum err_code
adopt_note(struct db *db, int64_t tracks, int64_t left, struct err *e)
{
	struct buf data = { 0 };
	int64_t before;

	if (last_left(db, &before, e) != ERR_NONE || (tracks == 0 && before == left))
		return e->code;
	json_object_begin(&data, NULL);
	json_int(&data, "tracks", tracks);
	json_int(&data, "left", left);
	json_object_end(&data);
	if (buf_ok(&data, e) == ERR_NONE && sql_begin(db, e) == ERR_NONE &&
	    (db_event(db, "rebuild", "", data.data, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	buf_free(&data);
	return e->code;
}

enum err_code
adopt_find(struct db *db, int64_t *session, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT max(id) FROM session s WHERE options = ?1 AND " SWEEP_UNFINISHED, e);
	int64_t id = 0;

	if (st == NULL)
		return e->code;
	sql_text(st, 1, options);
	if (sql_step(db, st, e) == 1)
		id = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (e->code == ERR_NONE && (id == 0 || db_lock_session(db, id, e) == ERR_NONE))
		*session = id;
	return e->code;
}

enum err_code
adopt_begin(struct db *db, int64_t *session, struct err *e)
{
	int64_t id = 0;

	if (adopt_find(db, &id, e) != ERR_NONE ||
	    (id == 0 && session_create(db, NULL, 0, options, &id, e) != ERR_NONE))
		return e->code;
	/* one that was all read, and whose commit did not come to its end, takes in what is there by now */
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (sql_change(db,
		"UPDATE session SET state = 'staging', commit_id = NULL, commit_error = NULL, changed = ?2"
		" WHERE id = ?1 AND state IN ('staged', 'committing', 'failed')",
		(const int64_t[]){ id, time_now() }, 2, e) != ERR_NONE ||
	    sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		return e->code;
	}
	*session = id;
	return ERR_NONE;
}

/* Bytes that were just read and are right have their row: the commit need not read them again. */
static enum err_code
remember(struct db *db, const struct item_new *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO blob(sha256, size, suffix, added, verified) VALUES(?1, ?2, ?3, ?4, ?4)"
	    " ON CONFLICT(sha256) DO UPDATE SET verified = excluded.verified",
	    e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, it->sha256, sizeof it->sha256);
	sql_int(st, 2, (int64_t)it->st.st_size);
	sql_text(st, 3, it->suffix);
	sql_int(st, 4, time_now());
	return sql_run(db, st, e);
}

enum err_code
adopt_record(struct db *db, int64_t session, const struct item_new *items, size_t n, struct err *e)
{
	struct items_counts counts = { 0 };

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		if (items[i].code == ERR_NONE)
			remember(db, &items[i], e);
	if (e->code != ERR_NONE || sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		return e->code;
	}
	return items_record(db, session, "staging", items, n, &counts, e);
}

enum err_code
adopt_end(struct db *db, int64_t session, struct err *e)
{
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (sql_change(db, "UPDATE item SET path = NULL WHERE session_id = ?1 AND state = 'staged'", &session,
		1, e) != ERR_NONE ||
	    session_move(db, session, "staging", "staged", e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
adopt_drop(struct db *db, int64_t session, struct err *e)
{
	if (session_clear_staging(db, session, NULL, NULL, e) == ERR_NONE && sql_begin(db, e) == ERR_NONE) {
		if (sql_change(db,
			"DELETE FROM session WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM item WHERE "
			"session_id = ?1)",
			&session, 1, e) == ERR_NONE)
			sql_commit(db, e);
		sql_rollback(db);
	}
	db_unlock_session(db, session);
	return e->code;
}
