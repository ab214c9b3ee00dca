/* SPDX-License-Identifier: MIT */
/* The catalogue that a rebuild begins with. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "store/backup/priv.h"
#include "store/layout.h"
#include "store/owner.h"
#include "store/snapshot.h"
#include "store/sql.h"

struct base {
	const char *path;
	int dirfd;
	bool force, dry;
	volatile const int *stop;
	void (*passed_over)(const char *name, const struct err *why);
	struct backup_base *b;
};

/* Can the catalogue that is there be used?  1, 0, -1: it may be well, or there is no library. */
static int
is_usable(const struct base *b, struct err *e)
{
	struct err cannot = { 0 };
	struct db *db = NULL;
	int whole;

	if (!layout_has_database(b->dirfd)) {
		if (layout_is_left(b->dirfd))
			return 0;
		err_set(e, ERR_LIBRARY, "there is no library in %s, and there is nothing to make one from",
		    b->path);
		return -1;
	}
	/* a dry run changes nothing, not even the version of the tables */
	if (db_open(&db, b->path, b->dry ? DB_READ : DB_WRITE, NULL, NULL, &cannot) != ERR_NONE) {
		if (cannot.code == ERR_LIBRARY || cannot.code == ERR_FORMAT)
			return 0;
		*e = cannot;
		return -1;
	}
	whole = snapshot_is_whole(db);
	db_close(db);
	return whole;
}

/* What was lost with the rest is no error: a mirror has blobs/ alone.  -1 with *e clear where it is not
 * there. */
static int
open_if_there(int dirfd, const char *name, struct err *e)
{
	int fd = dir_open_at(dirfd, name, e);

	if (fd < 0 && e->code == ERR_NOTFOUND)
		*e = (struct err){ 0 };
	return fd;
}

/* The newest copy that can be laid back: 1, 0 there is none, -1. */
static int
lay_back(struct base *b, struct err *e)
{
	struct backup_file *list = NULL;
	int fd = open_if_there(b->dirfd, "backup", e), found = 0;
	size_t n = 0;

	if (fd < 0 || backup_list(fd, &list, &n, e) != ERR_NONE || backup_future_last(list, n, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < n && found == 0; i++) {
		struct err why = { 0 };
		char *file = NULL;

		if (asprintf(&file, "%s/backup/%s", b->path, list[i].name) < 0) {
			err_memory(e);
			break;
		}
		if (b->dry ||
		    backup_restore(b->path, file, true, false, b->stop, &b->b->r, &why) == ERR_NONE) {
			memcpy(b->b->copy, list[i].name, sizeof b->b->copy);
			found = 1;
		} else if (why.code == ERR_FORMAT || why.code == ERR_LIBRARY || why.code == ERR_NOTFOUND) {
			b->passed_over(list[i].name, &why);
		} else {
			*e = why;
		}
		free(file);
		if (e->code != ERR_NONE)
			break;
	}
out:
	free(list);
	fd_close(&fd);
	return e->code != ERR_NONE ? -1 : found;
}

/* Numbers of sessions that have a folder in staging/ are not given again. */
static enum err_code
skip_sessions(struct db *db, struct err *e)
{
	int fd = open_if_there(db->dirfd, "staging", e);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int64_t most = 0;
	struct dirent *d;

	if (dir == NULL) {
		fd_close(&fd);
		return e->code;
	}
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] == 's' && atoll(d->d_name + 1) > most && strlen(d->d_name) < 16)
			most = atoll(d->d_name + 1);
	closedir(dir);
	if (most == 0 || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (sql_change(db,
		"INSERT INTO sqlite_sequence(name, seq) SELECT 'session', 0 WHERE NOT EXISTS"
		" (SELECT 1 FROM sqlite_sequence WHERE name = 'session')",
		NULL, 0, e) != ERR_NONE ||
	    sql_change(db, "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'session'", &most, 1,
		e) != ERR_NONE ||
	    sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* The catalogue that is whole is kept as a copy, one that is not as it is; then there is an empty one. Killed
 * in between, the library has none, and the next run comes here again. */
static enum err_code
begin_anew(struct base *b, bool whole, struct err *e)
{
	struct backup kept = { .name = "" };
	struct db *db = NULL;
	int lockfd;

	if (whole &&
	    (db_open(&db, b->path, DB_WRITE, NULL, NULL, e) != ERR_NONE ||
		backup_make(db, NULL, b->stop, &kept, e) != ERR_NONE)) {
		db_close(db);
		return e->code;
	}
	db_close(db);
	db = NULL;
	if (layout_mend(b->dirfd, e) != ERR_NONE || (lockfd = layout_lock_file(b->dirfd, true, e)) < 0)
		return e->code;
	if (backup_alone(lockfd, e) == ERR_NONE &&
	    lock_take(lockfd, LOCK_LIBRARY, LOCK_EXCLUSIVE, 0, e) == ERR_NONE &&
	    backup_put_aside(b->dirfd, b->b->r.before, e) == ERR_NONE) {
		lock_release(lockfd, LOCK_LIBRARY);
		if (db_open(&db, b->path, DB_CREATE, &(struct db_options){ .over_blobs = true }, NULL, e) ==
		    ERR_NONE)
			skip_sessions(db, e);
	}
	db_close(db);
	fd_close(&lockfd);
	if (kept.name[0] != '\0')
		memcpy(b->b->r.before, kept.name, sizeof b->b->r.before);
	return e->code;
}

/* Another catalogue is for the library's owner to choose. */
static enum err_code
may_choose(const struct base *b, struct err *e)
{
	struct db folder = {
		.dirfd = b->dirfd, .path = (char *)(uintptr_t)b->path, .shared = dir_is_shared(b->dirfd)
	};
	struct stat st;

	if (fstat(b->dirfd, &st) != 0)
		return err_sys(e, errno, "%s", b->path);
	folder.owner = (int64_t)st.st_uid;
	return owner_check_library(&folder, "make its catalogue anew", e);
}

static enum err_code
find(struct base *b, bool alone, struct err *e)
{
	int usable = is_usable(b, e), found = 0;

	if (usable < 0)
		return e->code;
	if (usable == 1 && alone && !b->force)
		return err_set(e, ERR_EXISTS,
		    "the catalogue of %s is whole: --force puts it aside and makes another from the blobs "
		    "alone",
		    b->path);
	if (usable == 1 && !alone) {
		b->b->present = true;
		return ERR_NONE;
	}
	if (may_choose(b, e) != ERR_NONE)
		return e->code;
	if (!alone && (found = lay_back(b, e)) != 0)
		return e->code;
	return b->dry ? ERR_NONE : begin_anew(b, usable == 1, e);
}

enum err_code
backup_find_base(const char *path, bool alone, bool force, bool dry, volatile const int *stop,
    void (*passed_over)(const char *name, const struct err *why), struct backup_base *ret, struct err *e)
{
	struct base b = { .path = path,
		.dirfd = -1,
		.force = force,
		.dry = dry,
		.stop = stop,
		.passed_over = passed_over,
		.b = ret };

	*ret = (struct backup_base){ .copy = "" };
	if (layout_open(path, &b.dirfd, e) == ERR_NONE)
		find(&b, alone, e);
	fd_close(&b.dirfd);
	return e->code;
}
