/* SPDX-License-Identifier: MIT */
#include "store/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"

struct sql_cached {
	const char *text;
	sqlite3_stmt *st;
	struct sql_cached *next;
};

/* There was no memory for a value that was bound or read: the next step must not run as if it were NULL. */
static _Thread_local bool lacking;

enum err_code
sql_error(struct db *db, struct err *e)
{
	int code = sqlite3_extended_errcode(db->sql);
	int sys = sqlite3_system_errno(db->sql);
	const char *why = sqlite3_errmsg(db->sql);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT: /* a function of ours refuses what it was asked for, in its own words */
		if (code == SQLITE_CONSTRAINT_FUNCTION)
			return err_set(e, ERR_USAGE, "%s", why);
		return err_set(e, ERR_BUG, "%s/library.db: %s", db->path, why);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_BUSY, "the library is busy: another process is writing to it");
	case SQLITE_PROTOCOL: /* it makes the shared memory of the log, which everybody needs, and stands
				 still */
		return err_set(e, ERR_BUSY, "the library is busy: another process is opening it");
	case SQLITE_NOMEM:
		return err_memory(e);
	case SQLITE_FULL:
		return err_sys(e, ENOSPC, "cannot write the library in %s", db->path);
	case SQLITE_READONLY:
		return err_set(e, ERR_SPACE, "cannot write the library in %s: it is read-only", db->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_LIBRARY,
		    "%s/library.db is %s: lib-sweep restore goes back to a copy of it, lib-sweep rebuild "
		    "makes it anew from copies and blobs",
		    db->path, (code & 0xff) == SQLITE_CORRUPT ? "damaged" : "no database");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (sys != 0)
			return err_sys(e, sys, "%s/library.db", db->path);
		return err_set(e, ERR_IO, "%s/library.db: %s", db->path, why);
	default:
		return err_set(e, ERR_BUG, "%s/library.db: %s", db->path, why);
	}
}

static size_t
bucket(const char *text)
{
	return ((uintptr_t)text >> 4 ^ (uintptr_t)text >> 12) % SQL_BUCKETS;
}

sqlite3_stmt *
sql_get(struct db *db, const char *text, struct err *e)
{
	struct sql_cached **slot = &db->cache[bucket(text)];
	struct sql_cached *c;

	for (c = *slot; c != NULL; c = c->next) {
		if (c->text != text || strcmp(sqlite3_sql(c->st), text) != 0)
			continue;
		sqlite3_reset(c->st);
		sqlite3_clear_bindings(c->st);
		return c->st;
	}
	c = calloc(1, sizeof *c);
	if (c == NULL) {
		err_memory(e);
		return NULL;
	}
	if (sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT, &c->st, NULL) != SQLITE_OK) {
		sql_error(db, e);
		free(c);
		return NULL;
	}
	c->text = text;
	c->next = *slot;
	*slot = c;
	return c->st;
}

void
sql_close(struct db *db)
{
	for (int i = 0; i < SQL_BUCKETS; i++)
		while (db->cache[i] != NULL) {
			struct sql_cached *c = db->cache[i];

			db->cache[i] = c->next;
			sqlite3_finalize(c->st);
			free(c);
		}
	sqlite3_close_v2(db->sql);
	db->sql = NULL;
}

sqlite3_stmt *
sql_prepare(struct db *db, const char *text, struct err *e)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db->sql, text, -1, &st, NULL) != SQLITE_OK) {
		sql_error(db, e);
		return NULL;
	}
	return st;
}

/* A column that could not be read for want of memory looks like NULL, and SQLite ends the transaction behind
 * our back: what came after it would be committed alone. */
static bool
is_lost(struct db *db, struct err *e)
{
	if (!db->in_txn || sqlite3_get_autocommit(db->sql) == 0)
		return false;
	err_memory(e);
	return true;
}

int
sql_step(struct db *db, sqlite3_stmt *st, struct err *e)
{
	int code;

	if (lacking) {
		lacking = false;
		err_memory(e);
		return -1;
	}
	if (is_lost(db, e))
		return -1;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	sql_error(db, e);
	return -1;
}

enum err_code
sql_run(struct db *db, sqlite3_stmt *st, struct err *e)
{
	int step;

	while ((step = sql_step(db, st, e)) == 1)
		;
	sqlite3_reset(st);
	return step < 0 ? e->code : ERR_NONE;
}

static sqlite3_stmt *
with_numbers(struct db *db, const char *text, const int64_t *args, int n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, text, e);

	for (int i = 0; st != NULL && i < n; i++)
		sql_int(st, i + 1, args[i]);
	return st;
}

enum err_code
sql_change(struct db *db, const char *text, const int64_t *args, int n, struct err *e)
{
	sqlite3_stmt *st = with_numbers(db, text, args, n, e);

	return st != NULL ? sql_run(db, st, e) : e->code;
}

int
sql_number(struct db *db, const char *text, const int64_t *args, int n, int64_t *out, struct err *e)
{
	sqlite3_stmt *st = with_numbers(db, text, args, n, e);
	int step = st != NULL ? sql_step(db, st, e) : -1;

	if (step == 1)
		*out = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step;
}

void
sql_done(sqlite3_stmt *st)
{
	if (st != NULL && sqlite3_reset(st) == SQLITE_NOMEM)
		lacking = true;
}

enum err_code
sql_exec(struct db *db, const char *text, struct err *e)
{
	if (is_lost(db, e))
		return e->code;
	if (sqlite3_exec(db->sql, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(db, e);
	return ERR_NONE;
}

static void
let_go(struct db *db)
{
	if (!db->held_for_txn)
		return;
	db->held_for_txn = false;
	db_unlock(db);
}

enum err_code
sql_begin(struct db *db, struct err *e)
{
	if (db->held == HELD_NONE) {
		if (db_lock_shared(db, e) != ERR_NONE)
			return e->code;
		db->held_for_txn = true;
	}
	if (sql_exec(db, "BEGIN IMMEDIATE", e) != ERR_NONE) {
		let_go(db);
		return e->code;
	}
	db->in_txn = true;
	return ERR_NONE;
}

enum err_code
sql_begin_read(struct db *db, struct err *e)
{
	if (sql_exec(db, "BEGIN", e) == ERR_NONE)
		db->in_txn = true;
	return e->code;
}

enum { WAL_TARGET_BYTES = 4 << 20 };

enum err_code
sql_commit(struct db *db, struct err *e)
{
	struct err ignored = { 0 };

	if (sql_exec(db, "COMMIT", e) != ERR_NONE)
		return e->code; /* still open: the caller rolls back */
	db->in_txn = false;
	if (db->mode == DB_READ)
		return ERR_NONE;
	db->wrote = true;
	let_go(db);
	if (db->held == HELD_NONE && (int64_t)db->wal_pages * 4096 > WAL_TARGET_BYTES)
		(void)db_checkpoint(db, &ignored); /* an early one: the next tries again */
	return ERR_NONE;
}

void
sql_rollback(struct db *db)
{
	db->in_txn = false;
	if (sqlite3_get_autocommit(db->sql) == 0)
		(void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	let_go(db);
}

void
sql_text(sqlite3_stmt *st, int i, const char *text)
{
	if (text == NULL)
		sqlite3_bind_null(st, i);
	else if (sqlite3_bind_text(st, i, text, -1, SQLITE_TRANSIENT) != SQLITE_OK)
		lacking = true;
}

void
sql_int(sqlite3_stmt *st, int i, int64_t n)
{
	sqlite3_bind_int64(st, i, n);
}

void
sql_int_or_null(sqlite3_stmt *st, int i, int64_t n)
{
	if (n == 0)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_int64(st, i, n);
}

void
sql_bytes(sqlite3_stmt *st, int i, const void *bytes, size_t len)
{
	if (sqlite3_bind_blob64(st, i, len > 0 ? bytes : "", len, SQLITE_TRANSIENT) != SQLITE_OK)
		lacking = true;
}
