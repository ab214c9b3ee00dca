/* SPDX-License-Identifier: MIT */
/* db: making, opening and refusing libraries */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lock.h"
#include "store/sql.h"
#include "unit.h"

static char dir[4096];

static const char *
below(const char *name)
{
	static char path[8192];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
makes_a_library_once(void)
{
	struct err e = { 0 };
	struct db *db = NULL;
	bool created = false;

	CHECK(db_open(&db, below("lib"), DB_READ, NULL, NULL, &e) == ERR_LIBRARY);
	e = (struct err){ 0 };
	CHECK(db_open(&db, below("lib"), DB_CREATE, NULL, &created, &e) == ERR_NONE);
	CHECK(created);
	CHECK(db->wal);
	CHECK(access(below("lib/blobs/ff"), F_OK) == 0);
	db_close(db);
	CHECK(db_open(&db, below("lib"), DB_CREATE, NULL, &created, &e) == ERR_NONE);
	CHECK(!created);
	CHECK(db_event(db, "test", "s1", NULL, &e) == ERR_NONE);
	db_close(db);
	CHECK(db_open(&db, below("lib"), DB_READ, NULL, NULL, &e) == ERR_NONE);
	CHECK(sql_exec(db, "DELETE FROM event", &e) != ERR_NONE); /* readers never write */
	db_close(db);
}

static void
goes_on_where_making_was_cut_short(void)
{
	struct err e = { 0 };
	struct db *db = NULL;

	CHECK(mkdir(below("half"), 0700) == 0);
	CHECK(mkdir(below("half/blobs"), 0700) == 0);
	CHECK(mkdir(below("half/blobs/00"), 0700) == 0);
	CHECK(close(open(below("half/library.db"), O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(db_open(&db, below("half"), DB_WRITE, NULL, NULL, &e) == ERR_LIBRARY);
	e = (struct err){ 0 };
	CHECK(db_open(&db, below("half"), DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	db_close(db);
}

static void
never_makes_one_over_anything(void)
{
	struct err e = { 0 };
	struct db *db = NULL;

	CHECK(mkdir(below("full"), 0700) == 0);
	CHECK(close(open(below("full/diary.txt"), O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(db_open(&db, below("full"), DB_CREATE, NULL, NULL, &e) == ERR_LIBRARY);
	CHECK(strstr(e.msg, "diary.txt") != NULL);
	CHECK(mkdir(below("lost"), 0700) == 0);
	CHECK(mkdir(below("lost/blobs"), 0700) == 0);
	CHECK(mkdir(below("lost/blobs/ab"), 0700) == 0);
	CHECK(close(open(below("lost/blobs/ab/x"), O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(db_open(&db, below("lost"), DB_CREATE, NULL, NULL, &e) == ERR_LIBRARY);
	CHECK(access(below("lost/library.db"), F_OK) != 0);
	CHECK(db_open(&db, below("lost"), DB_READ, NULL, NULL, &e) == ERR_LIBRARY);
	CHECK(strstr(e.msg, "lost its library.db") != NULL);
	CHECK(db_open(&db, below("no/such"), DB_CREATE, NULL, NULL, &e) != ERR_NONE);
	CHECK(access(below("no"), F_OK) != 0);
}

static void
refuses_what_is_not_ours_or_newer(void)
{
	struct err e = { 0 };
	struct db *db = NULL;

	CHECK(db_open(&db, below("odd"), DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	CHECK(sql_exec(db, "PRAGMA user_version = 999", &e) == ERR_NONE);
	db_close(db);
	CHECK(db_open(&db, below("odd"), DB_READ, NULL, NULL, &e) == ERR_STATE);
	CHECK(strstr(e.msg, "newer") != NULL);
	CHECK(db_open(&db, below("odd"), DB_WRITE, NULL, NULL, &e) == ERR_STATE);
}

static void
locks_keep_writers_and_checkpoints_apart(void)
{
	struct err e = { 0 };
	struct db *a = NULL, *b = NULL;
	struct db_options hurry = { .wait_ms = 0 };

	CHECK(db_open(&a, below("lib"), DB_WRITE, &hurry, NULL, &e) == ERR_NONE);
	CHECK(db_open(&b, below("lib"), DB_WRITE, &hurry, NULL, &e) == ERR_NONE);
	CHECK(db_lock_shared(a, &e) == ERR_NONE);
	CHECK(db_checkpoint(b, &e) == ERR_BUSY);
	CHECK(sql_begin(b, &e) == ERR_NONE); /* shared beside shared */
	sql_rollback(b);
	db_unlock(a);
	CHECK(db_lock_exclusive(a, &e) == ERR_NONE);
	CHECK(sql_begin(b, &e) == ERR_BUSY);
	db_unlock(a);
	CHECK(db_checkpoint(b, &e) == ERR_NONE);
	CHECK(db_lock_session(a, 7, &e) == ERR_NONE);
	CHECK(db_lock_session(b, 7, &e) == ERR_BUSY);
	CHECK(db_lock_session(b, 8, &e) == ERR_NONE);
	db_close(a);
	CHECK(db_lock_session(b, 7, &e) == ERR_NONE); /* locks die with their holder */
	db_close(b);
}

/* SQLite ends a transaction by itself where memory or the disk is out: nothing may be written after that as
 * if it were still open. */
static void
notices_a_transaction_that_was_given_up(void)
{
	struct err e = { 0 };
	struct db *db = NULL;

	CHECK(db_open(&db, below("lib"), DB_WRITE, NULL, NULL, &e) == ERR_NONE);
	CHECK(sql_begin(db, &e) == ERR_NONE);
	CHECK(sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK); /* not by us */
	CHECK(db_event(db, "alone", "s1", NULL, &e) == ERR_MEMORY);
	e = (struct err){ 0 };
	CHECK(sql_commit(db, &e) == ERR_MEMORY);
	sql_rollback(db);
	e = (struct err){ 0 };
	CHECK(sql_begin(db, &e) == ERR_NONE);
	CHECK(db_event(db, "again", "s1", NULL, &e) == ERR_NONE);
	CHECK(sql_commit(db, &e) == ERR_NONE);
	db_close(db);
}

int
main(void)
{
	unit_scratch(dir, sizeof dir);
	makes_a_library_once();
	goes_on_where_making_was_cut_short();
	never_makes_one_over_anything();
	refuses_what_is_not_ours_or_newer();
	locks_keep_writers_and_checkpoints_apart();
	notices_a_transaction_that_was_given_up();
	return unit_end("db");
}
