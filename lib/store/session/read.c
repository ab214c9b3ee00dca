/* SPDX-License-Identifier: MIT */
/* Reading the items of a session, one at a time (session.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/session/session.h"
#include "store/sql.h"

void
item_free(struct item *it)
{
	free(it->path);
	free(it->code);
	free(it->reason);
	free(it->record);
	*it = (struct item){ 0 };
}

/* A column's bytes, malloced with a NUL behind them; NULL for NULL. */
static bool
copy_bytes(sqlite3_stmt *st, int column, void **out, size_t *len)
{
	const void *bytes = sqlite3_column_blob(st, column);
	size_t n = (size_t)sqlite3_column_bytes(st, column);
	char *copy;

	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		return true;
	copy = malloc(n + 1);
	if (copy == NULL)
		return false;
	if (n > 0)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	*out = copy;
	if (len != NULL)
		*len = n;
	return true;
}

static bool
copy_string(sqlite3_stmt *st, int column, char **out)
{
	void *bytes = NULL;
	bool ok = copy_bytes(st, column, &bytes, NULL);

	*out = bytes;
	return ok;
}

static enum err_code
read_row(sqlite3_stmt *st, struct item *it, struct err *e)
{
	const char *suffix = (const char *)sqlite3_column_text(st, 10);

	it->id = sqlite3_column_int64(st, 0);
	it->session = sqlite3_column_int64(st, 1);
	snprintf(it->state, sizeof it->state, "%s", (const char *)sqlite3_column_text(st, 2));
	it->device = sqlite3_column_int64(st, 4);
	it->inode = sqlite3_column_int64(st, 5);
	it->size = sqlite3_column_int64(st, 6);
	it->mtime_ns = sqlite3_column_int64(st, 7);
	it->ctime_ns = sqlite3_column_int64(st, 8);
	if (sqlite3_column_bytes(st, 9) == (int)sizeof it->sha256) {
		memcpy(it->sha256, sqlite3_column_blob(st, 9), sizeof it->sha256);
		it->has_sha256 = true;
	}
	snprintf(it->suffix, sizeof it->suffix, "%s", suffix != NULL ? suffix : "");
	it->track = sqlite3_column_int64(st, 14);
	it->attempts = sqlite3_column_int64(st, 15);
	it->due = sqlite3_column_int64(st, 16);
	it->linked = sqlite3_column_int(st, 17) != 0;
	it->staged_ns = sqlite3_column_int64(st, 18);
	it->has_audio = sqlite3_column_bytes(st, 19) == (int)sizeof it->audio;
	if (it->has_audio)
		memcpy(it->audio, sqlite3_column_blob(st, 19), sizeof it->audio);
	it->failed = sqlite3_column_int64(st, 20);
	if (!copy_string(st, 3, &it->path) || !copy_bytes(st, 11, &it->record, &it->record_len) ||
	    !copy_string(st, 12, &it->code) || !copy_string(st, 13, &it->reason))
		return err_memory(e);
	return ERR_NONE;
}

/* The only row of a statement, in the place of what *it held. */
static int
next_row(struct db *db, sqlite3_stmt *st, struct item *it, struct err *e)
{
	int step = sql_step(db, st, e);

	if (step == 1) {
		item_free(it);
		if (read_row(st, it, e) != ERR_NONE)
			step = -1;
	}
	sql_done(st);
	return step;
}

/* Where the session's items begin. */
static int
first_item(struct db *db, int64_t session, int64_t *id, struct err *e)
{
	int step = sql_number(db, "SELECT min(id) FROM item WHERE session_id = ?1", &session, 1, id, e);

	return step < 0 ? -1 : *id > 0;
}

/* By row id: every index would have to sort the session's items anew at each call. */
int
item_next(struct db *db, int64_t session, int64_t after, struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id, session_id, state, path, device, inode, size, mtime_ns, ctime_ns, sha256, suffix,"
	    " record, code, reason, track_id, attempts, due, linked, staged_ns, audio,"
	    " failed FROM item NOT INDEXED"
	    " WHERE session_id = ?1 AND id > ?2 ORDER BY id LIMIT 1",
	    e);
	int64_t first = 0;
	int step;

	if (st == NULL)
		return -1;
	if (after == 0 && (step = first_item(db, session, &first, e)) != 1)
		return step;
	if (first > 0)
		after = first - 1;
	sql_int(st, 1, session);
	sql_int(st, 2, after);
	return next_row(db, st, it, e);
}

int
item_next_failed(struct db *db, int64_t session, int64_t after, struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT i.id, session_id, i.state, path, device, inode, size, mtime_ns, ctime_ns, sha256, suffix,"
	    " NULL, code, reason, track_id, i.attempts, due, linked, staged_ns, audio, failed"
	    " FROM item i JOIN session s ON s.id = i.session_id WHERE i.state = 'failed' AND i.id > ?1"
	    " AND (session_id = ?2 OR (?2 = 0 AND s.state NOT IN ('rejected', 'expired')))"
	    " ORDER BY i.id LIMIT 1",
	    e);

	if (st == NULL)
		return -1;
	sql_int(st, 1, after);
	sql_int(st, 2, session);
	return next_row(db, st, it, e);
}
