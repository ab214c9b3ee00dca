/* SPDX-License-Identifier: MIT */
/* A catalogue that came back and the blobs that are there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "store/backup/priv.h"
#include "store/blob.h"
#include "store/sql.h"

/* 1: it is in its place, also by coming back from trash/; 0: it is not; -1. */
static int
is_there(struct db *db, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	char path[BLOB_PATH], name[BLOB_NAME], trash[BLOB_NAME + 8], shard[9];
	struct stat st;

	blob_path(path, sha256, suffix);
	if (below_stat(db->dirfd, path, &st) == 0)
		return S_ISREG(st.st_mode);
	blob_name(name, sha256, suffix);
	snprintf(trash, sizeof trash, "trash/%s", name);
	if (below_stat(db->dirfd, trash, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != size)
		return 0;
	snprintf(shard, sizeof shard, "%.8s", path);
	if (below_rename(db->dirfd, trash, db->dirfd, path) != 0) {
		err_sys(e, errno, "cannot move %s back", trash);
		return -1;
	}
	return dir_sync_at(db->dirfd, shard, e) == ERR_NONE ? 1 : -1;
}

static enum err_code
miss(struct db *db, int64_t blob, struct err *e)
{
	return sql_change(db,
	    "UPDATE file SET state = 'missing', changed = ?2 WHERE blob_id = ?1 AND state IN ('ok', "
	    "'damaged')",
	    (const int64_t[]){ blob, time_now() }, 2, e);
}

/* What a file that was missing then has its blob now. */
static enum err_code
find_again(struct db *db, int64_t blob, struct err *e)
{
	return sql_change(db,
	    "UPDATE file SET state = 'ok', changed = ?2 WHERE blob_id = ?1 AND state = 'missing'",
	    (const int64_t[]){ blob, time_now() }, 2, e);
}

static enum err_code
look_at_all(struct db *db, struct backup_restored *r, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT b.id, b.sha256, b.suffix, b.size FROM blob b WHERE" BLOB_IS_NAMED, e);
	int step;

	if (st == NULL)
		return e->code;
	while ((step = sql_step(db, st, e)) == 1) {
		int64_t blob = sqlite3_column_int64(st, 0);
		int there = is_there(db, sqlite3_column_blob(st, 1), (const char *)sqlite3_column_text(st, 2),
		    sqlite3_column_int64(st, 3), e);

		if (there < 0 || (there == 0 ? miss(db, blob, e) : find_again(db, blob, e)) != ERR_NONE)
			break;
		r->missing += there == 0;
	}
	sql_done(st);
	return e->code;
}

static enum err_code
count(struct db *db, struct backup_restored *r, struct err *e)
{
	sql_number(db, "SELECT count(*) FROM track WHERE removed IS NULL", NULL, 0, &r->tracks, e);
	return e->code;
}

enum err_code
backup_reconcile(struct db *db, struct backup_restored *r, struct err *e)
{
	struct buf data = { 0 };

	if (db_lock_exclusive(db, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE)
		goto out;
	if (look_at_all(db, r, e) != ERR_NONE || count(db, r, e) != ERR_NONE)
		goto back;
	json_object_begin(&data, NULL);
	json_int(&data, "tracks", r->tracks);
	json_int(&data, "missing", r->missing);
	json_object_end(&data);
	if (buf_ok(&data, e) == ERR_NONE && db_event(db, "restore", "", data.data, e) == ERR_NONE &&
	    sql_commit(db, e) == ERR_NONE)
		goto out;
back:
	sql_rollback(db);
out:
	buf_free(&data);
	db_unlock(db);
	return e->code;
}
