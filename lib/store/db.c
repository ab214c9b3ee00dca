/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/time.h"
#include "store/layout.h"
#include "store/migrate.h"
#include "store/owner.h"
#include "store/sql.h"

enum {
	DEFAULT_WAIT_MS = 60000,
	VALUE_MAX = 64 << 20 /* bytes of a text or a blob, more than any of ours has */
};

#define LOST                                                                                                 \
	"; the rest of it is still there: lib-sweep rebuild makes a catalogue of blobs and copies, "         \
	"lib-sweep "                                                                                         \
	"restore goes back to a copy"

static int
remember_wal(void *context, sqlite3 *sql, const char *name, int pages)
{
	struct db *db = context;

	(void)sql;
	(void)name;
	db->wal_pages = pages;
	return SQLITE_OK;
}

/* RELIABILITY: nothing in a crafted database may run code, and nobody checkpoints behind our back. */
static enum err_code
harden(struct db *db, struct err *e)
{
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, db->mode != DB_READ, NULL);
	(void)sqlite3_limit(db->sql, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_busy_timeout(db->sql, db->wait_ms);
	if (sql_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON", e) !=
	    ERR_NONE)
		return e->code;
	if (db->mode == DB_READ)
		return sql_exec(db, "PRAGMA query_only = ON", e);
	return sql_exec(db, "PRAGMA cache_size = -16000", e);
}

static enum err_code
read_journal_mode(struct db *db, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(db, "PRAGMA journal_mode", e);
	int step;

	if (st == NULL)
		return e->code;
	step = sql_step(db, st, e);
	if (step == 1)
		db->wal = strcmp((const char *)sqlite3_column_text(st, 0), "wal") == 0;
	sqlite3_finalize(st);
	return step < 0 ? e->code : ERR_NONE;
}

static enum err_code
choose_journal(struct db *db, struct err *e)
{
	if (read_journal_mode(db, e) != ERR_NONE)
		return e->code;
	if (db->network != db->wal) { /* as it should be */
		if (!db->wal)
			return sql_exec(db, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA", e);
	} else if (sql_exec(db, db->network ? "PRAGMA journal_mode = TRUNCATE" : "PRAGMA journal_mode = WAL",
		       e) != ERR_NONE) {
		return e->code;
	}
	if (read_journal_mode(db, e) != ERR_NONE)
		return e->code;
	sqlite3_wal_hook(db->sql, remember_wal, db); /* takes the place of automatic checkpoints */
	return sql_exec(db, db->wal ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = EXTRA", e);
}

/* A read-only medium: SQLite cannot make its shared-memory file, and nobody else can write either. */
static bool
may_be_immutable(struct db *db)
{
	struct stat st;

	if (faccessat(db->dirfd, ".", W_OK, AT_EACCESS) == 0)
		return false;
	return fstatat(db->dirfd, "library.db-wal", &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_size == 0;
}

static enum err_code
open_immutable(struct db *db, struct err *e)
{
	struct buf uri = { 0 };
	enum err_code rc = ERR_NONE;

	buf_puts(&uri, "file:");
	for (const char *p = db->path; *p != '\0'; p++)
		buf_printf(&uri, strchr("%?#", *p) != NULL ? "%%%02X" : "%c", (unsigned char)*p);
	buf_puts(&uri, "/library.db?immutable=1");
	sql_close(db);
	if (buf_ok(&uri, e) != ERR_NONE)
		rc = e->code;
	else if (sqlite3_open_v2(uri.data, &db->sql,
		     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
		     NULL) != SQLITE_OK)
		rc = sql_error(db, e);
	buf_free(&uri);
	return rc != ERR_NONE ? rc : harden(db, e);
}

static enum err_code
open_sqlite(struct db *db, struct err *e)
{
	int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
	    (db->mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
	char *file = path_join(db->path, "library.db");
	int code;

	if (file == NULL)
		return err_memory(e);
	code = sqlite3_open_v2(file, &db->sql, flags, NULL);
	free(file);
	if (db->sql == NULL)
		return err_memory(e);
	if (code != SQLITE_OK)
		return sql_error(db, e);
	return harden(db, e);
}

/* What a reader asks of the catalogue before all else, in one read transaction. */
static enum err_code
check(struct db *db, struct err *e)
{
	if (db->mode != DB_READ)
		return migrate_check(db, e);
	if (sql_begin_read(db, e) == ERR_NONE && migrate_check(db, e) == ERR_NONE)
		read_journal_mode(db, e);
	sql_rollback(db);
	return e->code;
}

/* sqlite3_open succeeds on almost anything: only a real read tells. */
static enum err_code
open_and_check(struct db *db, struct err *e)
{
	if (open_sqlite(db, e) != ERR_NONE)
		return e->code;
	if (check(db, e) == ERR_NONE)
		return ERR_NONE;
	if (db->mode != DB_READ || e->code == ERR_LIBRARY || e->code == ERR_STATE || !may_be_immutable(db))
		return e->code;
	*e = (struct err){ 0 };
	if (open_immutable(db, e) != ERR_NONE)
		return e->code;
	return check(db, e);
}

static bool
is_blank(struct db *db)
{
	struct err e = { 0 };

	return migrate_check(db, &e) == ERR_NOTFOUND;
}

/* *made tells whether it was not made by another process in the meantime. */
static enum err_code
make_database(struct db *db, bool *made, struct err *e)
{
	int fd;
	enum err_code rc = ERR_NONE;

	/* two processes may make the same library: one does, the other finds it made */
	if (db_lock_alone(db, e) != ERR_NONE)
		return e->code;
	fd = openat(db->dirfd, "library.db", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		rc = err_sys(e, errno, "cannot make %s/library.db", db->path);
	else if (file_share(db->dirfd, fd) != 0)
		rc = err_sys(e, errno, "cannot make %s/library.db", db->path);
	fd_close(&fd);
	if (rc == ERR_NONE)
		rc = open_sqlite(db, e);
	if (rc == ERR_NONE)
		rc = choose_journal(db, e);
	*made = rc == ERR_NONE && is_blank(db);
	if (rc == ERR_NONE)
		rc = migrate_up(db, e);
	if (rc == ERR_NONE)
		rc = dir_sync(db->dirfd, db->path, e);
	db_unlock(db);
	return rc;
}

/* A read-only disk is told in the words of sql_error(). */
static enum err_code
take_lock_file(struct db *db, struct err *e)
{
	db->lockfd = layout_lock_file(db->dirfd, true, e);
	if (db->lockfd < 0 && e->sys == EROFS)
		return err_set(e, ERR_SPACE, "cannot write the library in %s: it is read-only", db->path);
	return db->lockfd < 0 ? err_context(e, "%s", db->path) : ERR_NONE;
}

static enum err_code
open_existing(struct db *db, struct err *e)
{
	if (db->mode != DB_READ) {
		if (take_lock_file(db, e) != ERR_NONE)
			return e->code;
		if (layout_mend(db->dirfd, e) != ERR_NONE)
			return err_context(e, "%s", db->path);
	}
	if (open_and_check(db, e) != ERR_NONE) {
		struct err link = { 0 };

		if (layout_check_links(db->dirfd, &link) == ERR_NONE)
			return e->code;
		*e = link; /* for which SQLite has no words */
		return err_context(e, "%s", db->path);
	}
	if (db->mode == DB_READ)
		return ERR_NONE;
	if (choose_journal(db, e) != ERR_NONE)
		return e->code;
	return migrate_up(db, e);
}

static enum err_code
open_folder(struct db *db, const char *path, const struct db_options *o, bool *make, struct err *e)
{
	struct stat st;
	bool absent = stat(path, &st) != 0 && errno == ENOENT;

	*make = false;
	if (absent && db->mode == DB_CREATE)
		*make = true;
	else if (layout_open(path, &db->dirfd, e) != ERR_NONE)
		return e->code;
	if (!*make && !layout_has_database(db->dirfd) && !db->over_blobs) {
		if (layout_is_left(db->dirfd))
			return err_set(e, ERR_LIBRARY,
			    layout_has_file(db->dirfd) ? "library.db in %s is empty" LOST
						       : "the library in %s has lost its library.db" LOST,
			    path);
		if (db->mode != DB_CREATE)
			return err_set(
			    e, ERR_LIBRARY, "there is no library in %s: lib-import makes one", path);
		fd_close(&db->dirfd);
		*make = true;
	}
	if (!*make && o != NULL && o->group != NULL &&
	    layout_check_group(db->dirfd, path, o->group, e) != ERR_NONE)
		return e->code;
	if (!*make && db->over_blobs && !layout_has_database(db->dirfd)) {
		if (layout_mend(db->dirfd, e) != ERR_NONE)
			return e->code;
		*make = true;
	} else if (*make && layout_make(path, o, &db->dirfd, e) != ERR_NONE)
		return e->code;
	db->path = realpath(path, NULL);
	if (db->path == NULL)
		return err_sys(e, errno, "%s", path);
	db->network = layout_on_network(db->dirfd);
	if (fstat(db->dirfd, &st) != 0)
		return err_sys(e, errno, "%s", path);
	db->shared = dir_is_shared(db->dirfd);
	db->owner = (int64_t)st.st_uid;
	return db->mode == DB_READ ? ERR_NONE : owner_check_open(db, e);
}

enum err_code
db_open(struct db **ret, const char *path, enum db_mode mode, const struct db_options *o, bool *created,
    struct err *e)
{
	struct db *db = calloc(1, sizeof *db);
	bool make = false;

	if (db == NULL)
		return err_memory(e);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counts that nobody asks for, behind a lock */
	/* What a statement would have to take back goes to a file once it is so much, and from then on for
	 * the whole transaction: by itself 64 KB, which a few pages of a row with triggers are.  SQLite's
	 * files take no writes of 128 KB and more. */
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, 127 << 10);
	db->dirfd = db->lockfd = -1;
	db->mode = mode;
	db->wait_ms = o == NULL ? DEFAULT_WAIT_MS : o->wait_ms;
	db->over_blobs = o != NULL && o->over_blobs;
	if (open_folder(db, path, o, &make, e) != ERR_NONE)
		goto fail;
	if (make) {
		db->lockfd = layout_lock_file(db->dirfd, true, e);
		if (db->lockfd < 0 || make_database(db, &make, e) != ERR_NONE)
			goto fail;
	} else if (open_existing(db, e) != ERR_NONE) {
		/* a making that was cut short, or that another process is at right now; or a catalogue that
		 * is lost */
		if (e->code == ERR_NOTFOUND && is_blank(db) && layout_is_left(db->dirfd) && !db->over_blobs)
			err_set(e, ERR_LIBRARY, "library.db in %s is empty" LOST, path);
		if (e->code != ERR_NOTFOUND || mode != DB_CREATE) {
			e->code = e->code == ERR_NOTFOUND ? ERR_LIBRARY : e->code;
			goto fail;
		}
		sql_close(db);
		*e = (struct err){ 0 };
		if (make_database(db, &make, e) != ERR_NONE)
			goto fail;
	}
	if (created != NULL)
		*created = make;
	*ret = db;
	return ERR_NONE;
fail:
	db_close(db);
	return e->code;
}

void
db_close(struct db *db)
{
	struct err ignored = { 0 };

	if (db == NULL)
		return;
	if (db->sql != NULL) {
		sql_rollback(db);
		if (db->wrote && db->held == HELD_NONE)
			(void)db_checkpoint(db, &ignored); /* whoever closes last, or lib-sweep, does it */
		sql_close(db);
	}
	fd_close(&db->lockfd);
	fd_close(&db->dirfd);
	free(db->path);
	free(db);
}

enum err_code
db_checkpoint(struct db *db, struct err *e)
{
	enum err_code rc;

	if (!db->wal)
		return ERR_NONE;
	if (db_lock_exclusive(db, e) != ERR_NONE)
		return e->code;
	sqlite3_busy_timeout(db->sql, 0);
	rc = sql_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", e);
	sqlite3_busy_timeout(db->sql, db->wait_ms);
	db_unlock(db);
	if (rc == ERR_NONE) {
		db->wrote = false;
		db->wal_pages = 0;
	}
	return rc;
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

bool
db_on_network(const struct db *db)
{
	return db->network;
}

enum err_code
db_event(struct db *db, const char *kind, const char *subject, const char *data, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "INSERT INTO event(at, actor, kind, subject, data) VALUES(?, ?, ?, ?, ?)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, time_now());
	sql_int(st, 2, (int64_t)getuid());
	sql_text(st, 3, kind);
	sql_text(st, 4, subject != NULL ? subject : "");
	sql_text(st, 5, data != NULL ? data : "{}");
	return sql_run(db, st, e);
}

enum err_code
db_lock_shared(struct db *db, struct err *e)
{
	if (lock_take(db->lockfd, LOCK_LIBRARY, LOCK_SHARED, db->wait_ms, e) != ERR_NONE)
		return e->code;
	db->held = HELD_SHARED;
	return ERR_NONE;
}

enum err_code
db_lock_exclusive(struct db *db, struct err *e)
{
	if (lock_take(db->lockfd, LOCK_LIBRARY, LOCK_EXCLUSIVE, 0, e) != ERR_NONE)
		return e->code;
	db->held = HELD_EXCLUSIVE;
	return ERR_NONE;
}

enum err_code
db_lock_alone(struct db *db, struct err *e)
{
	if (lock_take(db->lockfd, LOCK_LIBRARY, LOCK_EXCLUSIVE, db->wait_ms, e) != ERR_NONE)
		return e->code;
	db->held = HELD_EXCLUSIVE;
	return ERR_NONE;
}

void
db_unlock(struct db *db)
{
	if (db->held != HELD_NONE)
		lock_release(db->lockfd, LOCK_LIBRARY);
	db->held = HELD_NONE;
	db->held_for_txn = false;
}

static enum err_code
name_holder(struct db *db, int64_t session, struct err *e)
{
	struct err lost = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT holder FROM session WHERE id = ?", &lost);
	const char *holder = "";

	if (st != NULL) {
		sql_int(st, 1, session);
		if (sql_step(db, st, &lost) == 1)
			holder = (const char *)sqlite3_column_text(st, 0);
	}
	err_set(e, ERR_BUSY, "session s%lld is in use by %s", (long long)session,
	    holder != NULL && *holder != '\0' ? holder : "another process");
	sql_done(st);
	return ERR_BUSY;
}

enum err_code
db_lock_session(struct db *db, int64_t session, struct err *e)
{
	enum err_code rc = owner_check_session(db, session, e);

	if (rc != ERR_NONE)
		return rc;
	rc = lock_take(db->lockfd, lock_session_byte(session), LOCK_EXCLUSIVE, 0, e);

	return rc == ERR_BUSY ? name_holder(db, session, e) : rc;
}

void
db_unlock_session(struct db *db, int64_t session)
{
	lock_release(db->lockfd, lock_session_byte(session));
}

bool
db_session_is_held(struct db *db, int64_t session)
{
	int fd = openat(db->dirfd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool held = fd >= 0 && lock_is_held(fd, lock_session_byte(session), LOCK_EXCLUSIVE);

	fd_close(&fd);
	return held;
}
