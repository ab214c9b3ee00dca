/* SPDX-License-Identifier: MIT */
#include "store/commit/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "store/session/archives.h"
#include "store/sql.h"

enum { BATCH = 256 };

/* One row, and what became of it. */
struct source {
	char *path;
	int64_t session, device, inode, size, mtime_ns, ctime_ns, committed;
	uint8_t sha256[32];
	bool linked;
	enum { LEFT, GONE, REMOVED, KEPT } end;
};

/* One run: the batch, and the folder that was opened last. */
struct run {
	struct db *db;
	const struct leave *how;
	struct leave_counts *counts;
	struct source batch[BATCH];
	size_t n;
	char *folder; /* path */
	int fd;
	bool touched; /* a name was removed from it */
};

enum err_code
leave_record(struct db *db, const struct item *it, struct err *e)
{
	int member = archives_hold(db, it->path, e);
	sqlite3_stmt *st;

	if (member != 0)
		return e->code;
	st = sql_get(db,
	    "INSERT OR REPLACE INTO leaving(path, session_id, device, inode, size, mtime_ns, ctime_ns, "
	    "linked, sha256) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, it->path, strlen(it->path));
	sql_int(st, 2, it->session);
	sql_int(st, 3, it->device);
	sql_int(st, 4, it->inode);
	sql_int(st, 5, it->size);
	sql_int(st, 6, it->mtime_ns);
	sql_int(st, 7, it->ctime_ns);
	sql_int(st, 8, it->linked);
	sql_bytes(st, 9, it->sha256, sizeof it->sha256);
	return sql_run(db, st, e);
}

static enum err_code
read_row(struct source *s, sqlite3_stmt *st, struct err *e)
{
	*s = (struct source){ .session = sqlite3_column_int64(st, 1),
		.device = sqlite3_column_int64(st, 2),
		.inode = sqlite3_column_int64(st, 3),
		.size = sqlite3_column_int64(st, 4),
		.mtime_ns = sqlite3_column_int64(st, 5),
		.ctime_ns = sqlite3_column_int64(st, 6),
		.linked = sqlite3_column_int(st, 7) != 0,
		.committed = sqlite3_column_int64(st, 9) };
	memcpy(s->sha256, sqlite3_column_blob(st, 8), sizeof s->sha256);
	s->path = strndup((const char *)sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
	return s->path == NULL ? err_memory(e) : ERR_NONE;
}

/* The next rows after `after`, in the order of their paths, so that those of a folder come together. */
static enum err_code
load(struct run *r, const char *after, struct err *e)
{
	sqlite3_stmt *st = sql_get(r->db,
	    "SELECT l.path, l.session_id, l.device, l.inode, l.size, l.mtime_ns, l.ctime_ns, l.linked,"
	    " l.sha256, s.committed FROM leaving l JOIN session s ON s.id = l.session_id"
	    " WHERE l.path > ?1 AND (?2 = 0 OR l.session_id = ?2) ORDER BY l.path LIMIT ?3",
	    e);

	r->n = 0;
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, after, strlen(after));
	sql_int(st, 2, r->how->session);
	sql_int(st, 3, BATCH);
	while (sql_step(r->db, st, e) == 1 && read_row(&r->batch[r->n], st, e) == ERR_NONE)
		r->n++;
	sql_done(st);
	return e->code;
}

/* Is it in the library, under a name that is fit to be its only one?  1 with *blob its stat, 0, -1. */
static int
is_safe(struct run *r, const struct source *s, char path[BLOB_PATH], struct stat *blob, struct err *e)
{
	sqlite3_stmt *st = sql_get(r->db,
	    "SELECT b.suffix FROM blob b JOIN file f ON f.blob_id = b.id JOIN track t ON t.id = f.track_id"
	    " WHERE b.sha256 = ?1 AND b.damaged = 0 AND f.state = 'ok' AND t.removed IS NULL LIMIT 1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, s->sha256, sizeof s->sha256);
	step = sql_step(r->db, st, e);
	if (step == 1)
		blob_path(path, s->sha256, (const char *)sqlite3_column_text(st, 0));
	sql_done(st);
	if (step != 1)
		return step;
	return below_stat(r->db->dirfd, path, blob) == 0 && S_ISREG(blob->st_mode) &&
	    blob->st_size == s->size;
}

/* Names of the folder that is open: durable before their rows go. */
static enum err_code
close_folder(struct run *r, struct err *e)
{
	enum err_code rc = ERR_NONE;

	if (r->touched && fsync(r->fd) != 0 && errno != EINVAL && errno != EBADF)
		rc = err_sys(e, errno, "%s", r->folder);
	r->touched = false;
	fd_close(&r->fd);
	free(r->folder);
	r->folder = NULL;
	return rc;
}

/* Down from the root, one name at a time, and through no link: -1 with errno, ELOOP for a link. */
static int
open_folder(char *path)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *save = NULL;

	for (char *name = strtok_r(path, "/", &save); name != NULL && fd >= 0;) {
		char *next = strtok_r(NULL, "/", &save);
		int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		int below = openat(fd, name, flags | (next == NULL ? O_RDONLY : O_PATH)), error = errno;
		struct stat st;

		if (below < 0 && error == EACCES && next == NULL) /* may be entered, if not listed */
			below = openat(fd, name, flags | O_PATH);
		if (below < 0 && error == ENOTDIR && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode))
			error = ELOOP;
		close(fd);
		fd = below;
		errno = error;
		name = next;
	}
	return fd;
}

/* The folder of a source is r->fd, with errno where it cannot be. */
static enum err_code
enter_folder(struct run *r, const struct source *s, int *error, struct err *e)
{
	size_t len = (size_t)(path_base(s->path) - s->path);
	char *walk;

	*error = 0;
	if (r->folder != NULL && strlen(r->folder) == len && memcmp(r->folder, s->path, len) == 0)
		return ERR_NONE;
	if (close_folder(r, e) != ERR_NONE)
		return e->code;
	walk = strndup(s->path, len);
	r->folder = strndup(s->path, len);
	if (walk == NULL || r->folder == NULL) {
		free(walk);
		return err_memory(e);
	}
	r->fd = open_folder(walk);
	if (r->fd < 0) {
		*error = errno;
		(void)close_folder(r, e);
	}
	free(walk);
	return e->code;
}

static bool
same_bytes(const struct run *r, const struct source *s)
{
	int fd = openat(r->fd, path_base(s->path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t hash[SHA256_BYTES];
	struct err ignored = { 0 };
	struct stat st;
	bool same = fd >= 0 && sha256_file(fd, hash, NULL, &ignored) == ERR_NONE &&
	    memcmp(hash, s->sha256, sizeof hash) == 0 && fstat(fd, &st) == 0 &&
	    (int64_t)st.st_ino == s->inode && file_ns(st.st_mtim) == s->mtime_ns;

	fd_close(&fd);
	return same;
}

/* Is it the file that was read?  One that is the blob itself loses a name and no byte. */
static bool
is_unchanged(const struct run *r, const struct source *s, const struct stat *st, const struct stat *blob)
{
	if (!S_ISREG(st->st_mode) || (int64_t)st->st_dev != s->device || (int64_t)st->st_ino != s->inode ||
	    st->st_size != s->size || file_ns(st->st_mtim) != s->mtime_ns)
		return false;
	if (file_ns(st->st_ctim) == s->ctime_ns || (st->st_dev == blob->st_dev && st->st_ino == blob->st_ino))
		return true;
	return s->linked && same_bytes(r, s);
}

/* A blob that was linked has the mode of its source until it has no other name. */
static void
protect(const struct run *r, const char *path, const struct source *s)
{
	struct stat st;

	if (below_stat(r->db->dirfd, path, &st) == 0 && (int64_t)st.st_ino == s->inode && st.st_nlink == 1 &&
	    (st.st_mode & 07777) != 0444)
		(void)below_chmod(r->db->dirfd, path, 0444);
}

static void
stays(struct run *r, struct source *s, const char *why, int error)
{
	struct err e = { 0 };

	s->end = KEPT;
	if (error != 0)
		err_sys(&e, error, "%s stays where it is: %s", s->path, why);
	else
		err_set(&e, ERR_CHANGED, "%s stays where it is: %s", s->path, why);
	if (r->how->failed != NULL)
		r->how->failed(&e);
}

/* Not now: somebody who asked for this session hears of it. */
static void
later(struct run *r, struct source *s, int error)
{
	struct err e = { 0 };

	if (s->committed < r->how->give_up) {
		stays(r, s, "it could not be removed for too long", error);
		return;
	}
	s->end = LEFT;
	err_sys(&e, error, "%s cannot be removed yet", s->path);
	if (r->how->session != 0 && r->how->failed != NULL)
		r->how->failed(&e);
}

/* What is in its folder under its name: this is where it goes. */
static void
remove_name(struct run *r, struct source *s, const struct stat *blob)
{
	const char *name = path_base(s->path);
	struct stat st;

	if (fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			s->end = GONE;
		else
			later(r, s, errno);
	} else if (!is_unchanged(r, s, &st, blob)) {
		stays(
		    r, s, S_ISLNK(st.st_mode) ? "it is a symbolic link" : "it changed since it was read", 0);
	} else if (r->how->dry_run || unlinkat(r->fd, name, 0) == 0) {
		s->end = REMOVED;
	} else if (errno == EACCES || errno == EPERM || errno == EROFS) {
		stays(r, s, "it cannot be removed", errno);
	} else {
		later(r, s, errno);
	}
}

static enum err_code
remove_one(struct run *r, struct source *s, struct err *e)
{
	char path[BLOB_PATH];
	struct stat blob;
	int error = 0, safe = is_safe(r, s, path, &blob, e);

	if (safe < 0 || enter_folder(r, s, &error, e) != ERR_NONE)
		return e->code;
	if (safe == 0)
		stays(r, s, "the library has lost or removed it since", 0);
	else if (error == ELOOP)
		stays(r, s, "a folder on the way to it is a symbolic link", 0);
	else if (error == ENOTDIR)
		stays(r, s, "it lies in something that is no folder", 0);
	else if (error != 0)
		later(r, s, error);
	else
		remove_name(r, s, &blob);
	r->touched = r->touched || (s->end == REMOVED && !r->how->dry_run);
	if (!r->how->dry_run && (s->end == REMOVED || s->end == GONE))
		protect(r, path, s);
	return ERR_NONE;
}

/* Only the row that was read: the path may be another session's by now. */
static enum err_code
forget(struct run *r, const struct source *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(r->db,
	    "DELETE FROM leaving WHERE path = ?1 AND session_id = ?2 AND inode = ?3 AND ctime_ns = ?4", e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, s->path, strlen(s->path));
	sql_int(st, 2, s->session);
	sql_int(st, 3, s->inode);
	sql_int(st, 4, s->ctime_ns);
	if (sql_run(r->db, st, e) != ERR_NONE || s->end == KEPT)
		return e->code;
	st = sql_get(r->db, "DELETE FROM source WHERE path = ?1 AND inode = ?2 AND sha256 = ?3", e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, s->path, strlen(s->path));
	sql_int(st, 2, s->inode);
	sql_bytes(st, 3, s->sha256, sizeof s->sha256);
	return sql_run(r->db, st, e);
}

/* The rows of what is settled, once that is durable. */
static enum err_code
tick_off(struct run *r, size_t done, struct err *e)
{
	if (close_folder(r, e) != ERR_NONE || r->how->dry_run || done == 0)
		return e->code;
	if (sql_begin(r->db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < done; i++)
		if (r->batch[i].end != LEFT && forget(r, &r->batch[i], e) != ERR_NONE)
			break;
	if (e->code != ERR_NONE || sql_commit(r->db, e) != ERR_NONE)
		sql_rollback(r->db);
	return e->code;
}

static bool
is_stopped(const struct leave *how)
{
	return how->stop != NULL && *how->stop != 0;
}

static void
count(struct run *r, size_t done)
{
	const struct progress *pr = r->how->progress;
	struct leave_counts *n = r->counts;

	for (size_t i = 0; i < done; i++) {
		const struct source *s = &r->batch[i];

		n->removed += s->end == REMOVED;
		n->kept += s->end == KEPT;
		n->left += s->end == LEFT;
		if (s->end == REMOVED && r->how->removed != NULL)
			r->how->removed(r->how->context, s->path, s->size);
	}
	if (pr != NULL && pr->report != NULL)
		pr->report(pr->context, "removing sources", n->removed + n->kept + n->left, 0, 0);
}

/* A batch; an error does not keep what was done before it from being ticked off. */
static enum err_code
run_batch(struct run *r, struct err *e)
{
	struct err ticking = { 0 };
	size_t done = 0;

	while (done < r->n && !is_stopped(r->how) && remove_one(r, &r->batch[done], e) == ERR_NONE)
		done++;
	if (tick_off(r, done, &ticking) == ERR_NONE)
		count(r, done);
	else if (e->code == ERR_NONE)
		*e = ticking;
	if (e->code == ERR_NONE && is_stopped(r->how))
		err_set(e, ERR_INTERRUPTED, "stopped while sources were removed");
	return e->code;
}

/* The rows of the batch; *last becomes the path of the last one. */
static void
release(struct run *r, char **last)
{
	for (size_t i = 0; i < r->n; i++) {
		free(*last);
		*last = r->batch[i].path;
	}
	r->n = 0;
}

enum err_code
leave_go(struct db *db, const struct leave *how, struct leave_counts *n, struct err *e)
{
	struct run *r = calloc(1, sizeof *r);
	char *last = NULL;
	size_t got;

	*n = (struct leave_counts){ 0 };
	if (r == NULL)
		return err_memory(e);
	*r = (struct run){ .db = db, .how = how, .counts = n, .fd = -1 };
	do {
		if (load(r, last != NULL ? last : "", e) == ERR_NONE)
			(void)run_batch(r, e);
		got = r->n;
		release(r, &last);
	} while (got > 0 && e->code == ERR_NONE);
	free(last);
	free(r);
	return e->code;
}

enum err_code
leave_staying(struct db *db, int64_t session,
    void (*fn)(void *context, const char *path, const char *state, const char *reason), void *context,
    struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT CAST(path AS TEXT), state, reason FROM item WHERE session_id = ?1 AND path IS NOT NULL"
	    " AND state IN ('conflict', 'skipped', 'removed-earlier', 'failed') ORDER BY id",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	while (sql_step(db, st, e) == 1)
		fn(context, (const char *)sqlite3_column_text(st, 0),
		    (const char *)sqlite3_column_text(st, 1), (const char *)sqlite3_column_text(st, 2));
	sql_done(st);
	return e->code;
}
