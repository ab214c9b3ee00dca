/* SPDX-License-Identifier: MIT */
/* A copy becomes the catalogue. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/time.h"
#include "store/backup/priv.h"
#include "store/layout.h"
#include "store/owner.h"
#include "store/snapshot.h"
#include "store/sql.h"

static const char part[] = "restore.part"; /* in backup/, while it is unpacked */

struct restore {
	const char *file;
	char *path;     /* of the library, absolute */
	char *unpacked; /* path of the part */
	int dirfd, lockfd;
	struct snapshot copy;
	struct backup_restored *done;
};

static enum err_code
write_piece(void *context, const void *bytes, size_t len, struct err *e)
{
	const int *fd = context;

	return file_write(*fd, bytes, len) < 0 ? err_reason(e, errno) : ERR_NONE;
}

/* Unpack the copy beside the library's own, and see what it is. */
static enum err_code
unpack(struct restore *r, struct err *e)
{
	int from = open(r->file, O_RDONLY | O_CLOEXEC), dir = -1, to = -1;

	if (from < 0)
		return err_sys(e, errno, "%s", r->file);
	dir = dir_open_at(r->dirfd, "backup", e);
	if (dir >= 0) {
		(void)unlinkat(dir, part, 0);
		to = openat(dir, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (to < 0)
			err_sys(e, errno, "cannot write backup/%s", part);
		else if (file_share(dir, to) != 0)
			err_sys(e, errno, "cannot write backup/%s", part);
		else if (gzip_unpack(from, write_piece, &to, e) != ERR_NONE)
			err_context(e, "%s", r->file);
		else if (fsync(to) != 0)
			err_sys(e, errno, "cannot write backup/%s", part);
	}
	if (e->code == ERR_NONE && snapshot_look(r->unpacked, &r->copy, e) != ERR_NONE)
		err_context(e, "%s", r->file);
	fd_close(&from);
	fd_close(&to);
	fd_close(&dir);
	return e->code;
}

static void
drop_part(struct restore *r)
{
	char name[32];

	snprintf(name, sizeof name, "backup/%s", part);
	(void)below_unlink(r->dirfd, name, 0);
}

/* Does the library that is there hold anything that the copy does not? */
static enum err_code
compare(const struct restore *r, const struct snapshot *now, bool force, struct err *e)
{
	if (force || (now->tracks == 0 && now->last_event == 0))
		return ERR_NONE;
	if (strcmp(now->uuid, r->copy.uuid) != 0)
		return err_set(e, ERR_EXISTS,
		    "%s is of another library than %s: --force restores it all the same", r->file, r->path);
	if (now->last_event > r->copy.last_event)
		return err_set(e, ERR_EXISTS,
		    "the library goes on to event e%lld, the copy ends with e%lld: --force goes back to it",
		    (long long)now->last_event, (long long)r->copy.last_event);
	return ERR_NONE;
}

/* The copy says that the library went back to it before it takes the library's place: from that moment on
 * blobs that it does not name are not rubbish (sweep.h, `orphans`).  The part is nobody's yet, so nothing
 * need be undone in it. */
static enum err_code
mark(struct restore *r, int64_t last_event, struct err *e)
{
	sqlite3 *sql = NULL;
	int64_t event = last_event > r->copy.last_event ? last_event : r->copy.last_event;
	char *text =
	    sqlite3_mprintf("PRAGMA journal_mode = MEMORY; INSERT INTO event(id, at, actor, kind) VALUES"
			    "(%lld, %lld, %lld, 'restore')",
		(long long)event + 1, (long long)time_now(), (long long)getuid());
	int fd = -1;

	if (text == NULL)
		err_memory(e);
	else if (sqlite3_open_v2(r->unpacked, &sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(sql, text, NULL, NULL, NULL) != SQLITE_OK)
		err_set(e, sqlite3_errcode(sql) == SQLITE_FULL ? ERR_SPACE : ERR_IO, "cannot write %s: %s",
		    r->unpacked, sqlite3_errmsg(sql));
	sqlite3_free(text);
	if (sqlite3_close(sql) != SQLITE_OK && e->code == ERR_NONE)
		err_set(e, ERR_IO, "cannot write %s", r->unpacked);
	if (e->code != ERR_NONE)
		return e->code;
	fd = open(r->unpacked, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err_sys(e, errno, "cannot write %s", r->unpacked);
	fd_close(&fd);
	return e->code;
}

/* Numbers that were given out are never given again, whatever catalogue comes back. */
static enum err_code
keep_numbers(struct db *db, struct err *e)
{
	return sql_exec(
	    db, "CREATE TEMP TABLE IF NOT EXISTS given AS SELECT name, seq FROM main.sqlite_sequence", e);
}

static enum err_code
set_numbers(struct db *db, struct err *e)
{
	return sql_exec(db,
	    "UPDATE main.sqlite_sequence SET seq = max(seq, ifnull((SELECT seq FROM given WHERE given.name ="
	    " sqlite_sequence.name), 0));"
	    "INSERT INTO main.sqlite_sequence SELECT name, seq FROM given"
	    " WHERE name NOT IN (SELECT name FROM main.sqlite_sequence);"
	    "DROP TABLE temp.given",
	    e);
}

/* All pages in one transaction: who reads meanwhile sees the one or the other. */
static enum err_code
copy_pages(struct restore *r, struct db *db, struct err *e)
{
	sqlite3 *from = NULL;
	sqlite3_backup *b = NULL;
	int code = sqlite3_open_v2(r->unpacked, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, NULL);

	if (code == SQLITE_OK && (b = sqlite3_backup_init(db->sql, "main", from, "main")) != NULL)
		code = sqlite3_backup_step(b, -1);
	if (b == NULL || sqlite3_backup_finish(b) != SQLITE_OK || code != SQLITE_DONE)
		err_set(e,
		    code == SQLITE_FULL       ? ERR_SPACE
			: code == SQLITE_BUSY ? ERR_BUSY
					      : ERR_IO,
		    "cannot write %s/library.db: %s", r->path, sqlite3_errmsg(db->sql));
	sqlite3_close(from);
	db->wrote = true;
	return e->code;
}

/* Into a library that can be opened: what it was is kept in backup/. */
static enum err_code
into_open(struct restore *r, struct db *db, bool force, bool dry, volatile const int *stop, struct err *e)
{
	struct snapshot now = { 0 };
	struct backup before = { .name = "" };

	if (owner_check_library(db, "restore it", e) != ERR_NONE || backup_alone(db->lockfd, e) != ERR_NONE ||
	    snapshot_describe(db, &now, e) != ERR_NONE || compare(r, &now, force, e) != ERR_NONE || dry)
		return e->code;
	if ((now.tracks > 0 || now.last_event > 0) && backup_make(db, NULL, stop, &before, e) != ERR_NONE)
		return err_context(e, "cannot keep the catalogue as it is");
	if (mark(r, now.last_event, e) != ERR_NONE || keep_numbers(db, e) != ERR_NONE ||
	    db_lock_exclusive(db, e) != ERR_NONE)
		return e->code;
	copy_pages(r, db, e);
	db_unlock(db);
	if (e->code == ERR_NONE && sql_begin(db, e) == ERR_NONE &&
	    (set_numbers(db, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	memcpy(r->done->before, before.name, sizeof r->done->before);
	return e->code;
}

/* Into a folder whose library.db is lost or broken. */
static enum err_code
into_closed(struct restore *r, struct err *e)
{
	char from[32];

	snprintf(from, sizeof from, "backup/%s", part);
	if (backup_alone(r->lockfd, e) != ERR_NONE ||
	    lock_take(r->lockfd, LOCK_LIBRARY, LOCK_EXCLUSIVE, 0, e) != ERR_NONE ||
	    mark(r, 0, e) != ERR_NONE || backup_put_aside(r->dirfd, r->done->before, e) != ERR_NONE)
		return e->code;
	if (below_rename(r->dirfd, from, r->dirfd, "library.db") != 0)
		return err_sys(e, errno, "cannot write %s/library.db", r->path);
	return dir_sync(r->dirfd, r->path, e);
}

/* Of a catalogue that SQLite opens and then finds broken no copy can be made: it is put aside. */
static enum err_code
open_whole(const char *path, struct db **ret, struct err *e)
{
	struct db *db = NULL;

	if (db_open(&db, path, DB_WRITE, NULL, NULL, e) != ERR_NONE)
		return e->code;
	if (snapshot_is_whole(db)) {
		*ret = db;
		return ERR_NONE;
	}
	db_close(db);
	return err_set(e, ERR_LIBRARY, "%s/library.db is damaged", path);
}

/* Is there a copy at all, packed or not?  Where there is none no library is made for it. */
static enum err_code
look_at_file(const char *file, struct err *e)
{
	static const unsigned char packed[] = { 0x1f, 0x8b };
	static const char plain[] = "SQLite format 3";
	unsigned char head[sizeof plain] = { 0 };
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || (pread(fd, head, sizeof head, 0) < 0 && errno != ESPIPE))
		err_sys(e, errno, "%s", file);
	else if (lseek(fd, 0, SEEK_CUR) >= 0 && memcmp(head, packed, sizeof packed) != 0 &&
	    memcmp(head, plain, sizeof plain) != 0)
		err_set(e, ERR_FORMAT, "%s: it is no catalogue of a Fonoteca library", file);
	fd_close(&fd);
	return e->code;
}

/* The folder, made as a new library's where there is none; *db where its catalogue can be opened. */
static enum err_code
open_library(struct restore *r, const char *path, struct db **db, struct err *e)
{
	struct err cannot = { 0 };
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT) {
		if (look_at_file(r->file, e) != ERR_NONE ||
		    db_open(db, path, DB_CREATE, &(struct db_options){ .make_parents = true }, NULL, e) !=
			ERR_NONE)
			return e->code;
	} else if (layout_open(path, &r->dirfd, e) != ERR_NONE) {
		return e->code;
	} else if (!layout_has_database(r->dirfd) && !layout_is_left(r->dirfd)) {
		fd_close(&r->dirfd);
		if (look_at_file(r->file, e) != ERR_NONE ||
		    db_open(db, path, DB_CREATE, NULL, NULL, e) != ERR_NONE)
			return e->code;
	} else if (layout_has_database(r->dirfd) && open_whole(path, db, &cannot) != ERR_NONE &&
	    cannot.code != ERR_LIBRARY && cannot.code != ERR_FORMAT) {
		*e = cannot; /* busy, no right to: the catalogue may be well */
		return e->code;
	}
	if (r->dirfd < 0 && layout_open(path, &r->dirfd, e) != ERR_NONE)
		return e->code;
	r->path = realpath(path, NULL);
	if (r->path == NULL)
		return err_sys(e, errno, "%s", path);
	if (*db == NULL && layout_mend(r->dirfd, e) == ERR_NONE)
		r->lockfd = layout_lock_file(r->dirfd, true, e);
	return e->code;
}

enum err_code
backup_restore(const char *path, const char *file, bool force, bool dry, volatile const int *stop,
    struct backup_restored *done, struct err *e)
{
	struct backup_restored all = { 0 };
	struct restore r = { .file = file, .dirfd = -1, .lockfd = -1, .done = &all };
	struct db *db = NULL;
	struct stat st;

	if (dry && stat(path, &st) != 0)
		return err_set(e, ERR_LIBRARY, "there is no library in %s yet: it would be made", path);
	if (open_library(&r, path, &db, e) != ERR_NONE)
		goto out;
	r.unpacked = malloc(strlen(r.path) + sizeof part + 16);
	if (r.unpacked == NULL) {
		err_memory(e);
		goto out;
	}
	sprintf(r.unpacked, "%s/backup/%s", r.path, part);
	if (unpack(&r, e) != ERR_NONE)
		goto out;
	if (db != NULL)
		into_open(&r, db, force, dry, stop, e);
	else if (!dry)
		into_closed(&r, e);
	if (dry) {
		done->tracks = r.copy.tracks;
		goto out;
	}
	db_close(db);
	db = NULL;
	fd_close(&r.lockfd);
	/* opened anew, so that a copy of an older version is brought up to date */
	if (e->code == ERR_NONE && db_open(&db, path, DB_WRITE, NULL, NULL, e) == ERR_NONE &&
	    backup_reconcile(db, &all, e) == ERR_NONE)
		*done = all;
out:
	db_close(db);
	if (r.dirfd >= 0)
		drop_part(&r);
	fd_close(&r.lockfd);
	fd_close(&r.dirfd);
	free(r.unpacked);
	free(r.path);
	return e->code;
}
