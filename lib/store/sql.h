/* SPDX-License-Identifier: MIT */
/*
 * sql.h - SQL inside the store: prepared once, checked always
 *
 * Private to lib/store.  Statements are cached by their text, a string
 * literal (its address is part of the key), and come back reset with their bindings cleared.  A statement
 * belongs to its caller until sql_done() or the next sql_get() of the same text.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum { SQL_BUCKETS = 256 };
enum held { HELD_NONE, HELD_SHARED, HELD_EXCLUSIVE };

struct db {
	sqlite3 *sql;
	char *path; /* absolute */
	int dirfd;  /* LIBRARY */
	int lockfd;
	enum db_mode mode;
	int wait_ms;
	bool wal;          /* journal mode */
	bool over_blobs;   /* as db_options says */
	bool network;      /* LIBRARY is on a network file system */
	bool shared;       /* LIBRARY is a group's: owner.h */
	int64_t owner;     /* of LIBRARY: a user */
	bool wrote;        /* since the last checkpoint */
	int wal_pages;     /* in the WAL after the last commit */
	enum held held;    /* the library lock */
	bool held_for_txn; /* ... only since sql_begin() */
	bool in_txn;       /* sql_begin() or sql_begin_read() was not ended yet */
	struct sql_cached *cache[SQL_BUCKETS];
	uint8_t shards[32]; /* a bit for each folder of blobs/ that blob_sync() has yet to sync */
};

/* The prepared statement of a string literal, or NULL after filling in *e. */
sqlite3_stmt *sql_get(struct db *db, const char *text, struct err *e);

/* A statement of text made at run time; finalise it with sqlite3_finalize(). */
sqlite3_stmt *sql_prepare(struct db *db, const char *text, struct err *e);

/* 1 a row, 0 done, -1 with *e filled in. */
int sql_step(struct db *db, sqlite3_stmt *st, struct err *e);

/* Step to the end of a statement that gives no rows, and reset it. */
enum err_code sql_run(struct db *db, sqlite3_stmt *st, struct err *e);

/* Run the statement of a string literal, whose parameters are n numbers, to its end. */
enum err_code sql_change(struct db *db, const char *text, const int64_t *args, int n, struct err *e);

/* The first row's first column as a number (0 for NULL), of the statement of a string literal whose
 * parameters are n numbers.  1; 0 without a row, *out as it was; -1. */
int sql_number(struct db *db, const char *text, const int64_t *args, int n, int64_t *out, struct err *e);

/* Reset; NULL is allowed. */
void sql_done(sqlite3_stmt *st);

/* One or more statements without parameters. */
enum err_code sql_exec(struct db *db, const char *text, struct err *e);

/* BEGIN IMMEDIATE (waits up to db->wait_ms, then ERR_BUSY), COMMIT, ROLLBACK (never fails).  Every write
 * holds the library lock at least shared, so that no checkpoint ever meets a writer: sql_begin() takes it
 * where the caller does not hold it. */
enum err_code sql_begin(struct db *db, struct err *e);
enum err_code sql_commit(struct db *db, struct err *e);
void sql_rollback(struct db *db);

/* A read snapshot: BEGIN, ended by sql_commit(). */
enum err_code sql_begin_read(struct db *db, struct err *e);

/* Finalise every cached statement and close the connection; db->sql is NULL afterwards. */
void sql_close(struct db *db);

/* Fill in *e from the connection's last error: busy, full, corrupt, ... in words. */
enum err_code sql_error(struct db *db, struct err *e);

/* Binding; text NULL binds NULL.  Text and bytes are copied. */
void sql_text(sqlite3_stmt *st, int i, const char *text);
void sql_int(sqlite3_stmt *st, int i, int64_t n);
void sql_int_or_null(sqlite3_stmt *st, int i, int64_t n); /* 0 binds NULL */
void sql_bytes(sqlite3_stmt *st, int i, const void *bytes, size_t len);

#endif
