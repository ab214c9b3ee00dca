/* SPDX-License-Identifier: MIT */
/*
 * db.h - an open library: its folder, its SQLite file, its lock
 *
 *	LIBRARY/library.db  lock  blobs/00..ff/  staging/  trash/  backup/
 *
 * A library is created only where the folder is absent or empty and its parent
 * exists; never where blobs/ holds anything.  Opening checks that the database
 * is ours (application_id) and not newer than this program, and brings an
 * older one up to date when opened for writing.  SQLite runs in WAL with
 * synchronous=FULL on a local disk, TRUNCATE with EXTRA on a network one;
 * automatic checkpoints are off: db_close() tries one after writes,
 * under the exclusive library lock and without waiting.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum db_mode {
	DB_READ,  /* never writes, not even the schema; no locks */
	DB_WRITE, /* the library must exist */
	DB_CREATE /* made where it does not exist */
};

struct db_options {
	int wait_ms;       /* how long writers wait for each other; 0: not at all */
	bool make_parents; /* DB_CREATE: missing folders above are made too */
	const char
	    *group;      /* DB_CREATE: share the new library with this group; NULL: it is its owner's alone */
	bool over_blobs; /* DB_CREATE: also where the catalogue is lost and blobs are there, to be taken in */
};

/* A struct db is used by one thread only, the one that opened it. */

/* Open the library in folder path; without options writers wait 60,000 ms.  *created (may be NULL) tells
 * whether it was made just now. */
enum err_code db_open(struct db **db, const char *path, enum db_mode mode, const struct db_options *o,
    bool *created, struct err *e);

/* Checkpoint where due, close; NULL is allowed. */
void db_close(struct db *db);

/* The library's absolute path, without links. */
const char *db_path(const struct db *db);

/* The file system is a network's: searches may have to wait for writers. */
bool db_on_network(const struct db *db);

/* Move the WAL into the database and truncate it, if nobody else is at work; never waits.  ERR_BUSY if
 * somebody is. */
enum err_code db_checkpoint(struct db *db, struct err *e);

/* The schema version that this program writes. */
int db_schema_version(void);

/* Append to the event log; inside the caller's transaction where there is one.  data is JSON or NULL. */
enum err_code db_event(struct db *db, const char *kind, const char *subject, const char *data, struct err *e);

/* The library lock, shared: from the first publish of an operation to the commit of its rows. */
enum err_code db_lock_shared(struct db *db, struct err *e);
/* Exclusive, without waiting: ERR_BUSY where somebody publishes. */
enum err_code db_lock_exclusive(struct db *db, struct err *e);

/* The same, waited for: only to make a library or to bring its tables up to date. */
enum err_code db_lock_alone(struct db *db, struct err *e);
void db_unlock(struct db *db);

/* A session's lock, without waiting: ERR_BUSY "session s3 is in use by ..."; in a shared library ERR_DENIED
 * where it is another's. */
enum err_code db_lock_session(struct db *db, int64_t session, struct err *e);
void db_unlock_session(struct db *db, int64_t session);

/* Does a living process work on it?  Works also where the library is open for reading only. */
bool db_session_is_held(struct db *db, int64_t session);

#endif
