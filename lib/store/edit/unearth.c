/* SPDX-License-Identifier: MIT */
/* Blobs that are to be there again come back from trash/: under the library lock, and durable before the rows
 * that name them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "store/edit/priv.h"

struct buried {
	int64_t id;
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
};

enum err_code
unearth_start(struct db *db, struct err *e)
{
	return sql_exec(db,
	    "CREATE TABLE IF NOT EXISTS temp.wanted (id INTEGER PRIMARY KEY); DELETE FROM temp.wanted", e);
}

/* The next blob that is wanted: 1, 0, -1. */
static int
next(struct db *db, struct buried *b, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT w.id, b.sha256, b.suffix, b.size FROM temp.wanted w LEFT JOIN main.blob b ON b.id = w.id"
	    " WHERE w.id > ?1 ORDER BY w.id LIMIT 1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, b->id);
	step = sql_step(db, st, e);
	if (step == 1 && sqlite3_column_bytes(st, 1) != 32) {
		err_set(e, ERR_NOTFOUND,
		    "a file that it needs is gone for good, and nothing was changed: edit anew instead");
		step = -1;
	} else if (step == 1) {
		b->id = sqlite3_column_int64(st, 0);
		memcpy(b->sha256, sqlite3_column_blob(st, 1), 32);
		strncpy(b->suffix, (const char *)sqlite3_column_text(st, 2), sizeof b->suffix - 1);
		b->size = sqlite3_column_int64(st, 3);
	}
	sql_done(st);
	return step;
}

/* Whose it is, for people. */
static enum err_code
gone(struct db *db, const struct buried *b, struct err *e)
{
	struct err ignored = { 0 };
	char path[BLOB_PATH];
	int64_t track = 0;

	sql_number(db, "SELECT min(track_id) FROM file WHERE blob_id = ?1", &b->id, 1, &track, &ignored);
	blob_path(path, b->sha256, b->suffix);
	if (track == 0) /* an undo took it out */
		return err_set(e, ERR_NOTFOUND,
		    "a file that it needs is gone for good: neither %s nor its copy in trash/ is whole;"
		    " nothing was changed: edit anew instead",
		    path);
	return err_set(e, ERR_NOTFOUND,
	    "the file of track %" PRId64
	    " is gone for good: neither %s nor its copy in trash/ is whole; nothing was"
	    " changed",
	    track, path);
}

static bool
is_there(struct db *db, const struct buried *b)
{
	struct err ignored = { 0 };

	return blob_check(db, b->sha256, b->suffix, b->size, &ignored) == ERR_NONE;
}

/* A blob's name is a promise: only what still holds these bytes may go back. */
static bool
is_whole(int trash, const struct buried *b)
{
	char name[BLOB_NAME];
	uint8_t sha256[32];
	struct err e = { 0 };
	struct stat st;
	bool same = false;
	int fd;

	blob_name(name, b->sha256, b->suffix);
	fd = openat(trash, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == b->size)
		same = sha256_file(fd, sha256, NULL, &e) == ERR_NONE && memcmp(sha256, b->sha256, 32) == 0;
	fd_close(&fd);
	return same;
}

enum err_code
unearth_check(struct db *db, struct err *e)
{
	int trash = openat(db->dirfd, "trash", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct buried b = { 0 };

	while (next(db, &b, e) == 1)
		if (!is_there(db, &b) && (trash < 0 || !is_whole(trash, &b))) {
			gone(db, &b, e);
			break;
		}
	fd_close(&trash);
	return e->code;
}

static enum err_code
bring_back(struct db *db, int trash, const struct buried *b, struct err *e)
{
	char path[BLOB_PATH], name[BLOB_NAME];

	blob_path(path, b->sha256, b->suffix);
	blob_name(name, b->sha256, b->suffix);
	if (below_rename(trash, name, db->dirfd, path) != 0) {
		if (errno == ENOENT && is_there(db, b)) /* another process was first */
			return ERR_NONE;
		return err_sys(e, errno, "cannot bring %s back from trash/", path);
	}
	return ERR_NONE;
}

enum err_code
unearth_all(struct db *db, struct err *e)
{
	struct buried b = { 0 };
	bool moved = false;
	int trash = -1, step;

	while ((step = next(db, &b, e)) == 1) {
		if (!is_there(db, &b)) {
			if (trash < 0 && (trash = dir_open_at(db->dirfd, "trash", e)) < 0)
				break;
			if (bring_back(db, trash, &b, e) != ERR_NONE)
				break;
			moved = true;
		}
		/* also where it was there: whoever made it may not have synced it yet */
		db->shards[b.sha256[0] >> 3] |= (uint8_t)(1 << (b.sha256[0] & 7));
	}
	if (e->code == ERR_NONE && blob_sync(db, e) == ERR_NONE && moved)
		dir_sync(trash, "trash", e);
	memset(db->shards, 0, sizeof db->shards);
	fd_close(&trash);
	return e->code;
}

enum err_code
unearth_confirm(struct db *db, bool dry_run, struct err *e)
{
	struct buried b = { 0 };

	while (!dry_run && next(db, &b, e) == 1)
		if (!is_there(db, &b)) {
			gone(db, &b, e);
			return e->code;
		}
	if (e->code != ERR_NONE)
		return e->code;
	return sql_exec(db,
	    "DELETE FROM main.trash WHERE sha256 IN (SELECT sha256 FROM main.blob WHERE id IN (SELECT id FROM"
	    " temp.wanted))",
	    e);
}
