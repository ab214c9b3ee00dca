/* SPDX-License-Identifier: MIT */
#include "store/session/archives.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/session/items.h"
#include "store/sql.h"

enum { RACY_SECONDS = 2 }; /* as of a source in items.c */

/* Does every member that was read from this archive still have its bytes in the catalogue?  1, 0, -1.  '0' is
 * the byte behind '/'. */
static int
all_there(struct db *db, const char *path, const struct stat *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT 1 FROM source s WHERE s.path > ?1 AND s.path < ?2 AND s.inode = ?3 AND s.ctime_ns = ?4"
	    " AND NOT EXISTS (SELECT 1 FROM blob b JOIN file f ON f.blob_id = b.id"
	    " WHERE b.sha256 = s.sha256 AND f.state = 'ok') LIMIT 1",
	    e);
	struct buf from = { 0 }, to = { 0 };
	int step = -1;

	if (st == NULL)
		return -1;
	buf_printf(&from, "%s/", path);
	buf_printf(&to, "%s0", path);
	if (buf_ok(&from, e) == ERR_NONE && buf_ok(&to, e) == ERR_NONE) {
		sql_bytes(st, 1, from.data, from.len);
		sql_bytes(st, 2, to.data, to.len);
		sql_int(st, 3, (int64_t)s->st_ino);
		sql_int(st, 4, file_ns(s->st_ctim));
		step = sql_step(db, st, e);
	}
	sql_done(st);
	buf_free(&from);
	buf_free(&to);
	return step < 0 ? -1 : !step;
}

enum archive_known
archives_find(
    struct db *db, int64_t session, const char *path, const struct stat *s, int64_t *members, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT a.session_id = ?1, a.members, a.seen > ?7 AND t.state = 'committed' FROM archive a"
	    " JOIN session t ON t.id = a.session_id WHERE a.path = ?2 AND a.inode = ?3 AND a.size = ?4"
	    " AND a.mtime_ns = ?5 AND a.ctime_ns = ?6",
	    e);
	int64_t newest = s->st_mtim.tv_sec > s->st_ctim.tv_sec ? s->st_mtim.tv_sec : s->st_ctim.tv_sec;
	bool own = false, holds = false;
	int step;

	if (st == NULL)
		return ARCHIVE_ERROR;
	sql_int(st, 1, session);
	items_bind_source(st, 2, path, s);
	sql_int(st, 7, newest + RACY_SECONDS);
	step = sql_step(db, st, e);
	if (step == 1) {
		own = sqlite3_column_int(st, 0) != 0;
		*members = sqlite3_column_int64(st, 1);
		holds = sqlite3_column_int(st, 2) != 0;
	}
	sql_done(st);
	if (step < 0)
		return ARCHIVE_ERROR;
	if (own)
		return ARCHIVE_STAGED;
	step = holds ? all_there(db, path, s, e) : 0;
	return step < 0 ? ARCHIVE_ERROR : step > 0 ? ARCHIVE_UNCHANGED : ARCHIVE_NEW;
}

int
archives_hold(struct db *db, const char *path, struct err *e)
{
	int step = 0;

	for (const char *slash = strchr(path + 1, '/'); step == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM archive WHERE path = ?1", e);

		if (st == NULL)
			return -1;
		sql_bytes(st, 1, path, (size_t)(slash - path));
		step = sql_step(db, st, e);
		sql_done(st);
	}
	return step;
}

/* It failed before, and was tried again. */
static enum err_code
forget_failure(struct db *db, int64_t session, const char *path, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "DELETE FROM item WHERE session_id = ?1 AND path = ?2 AND state = 'failed'", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	sql_bytes(st, 2, path, strlen(path));
	return sql_run(db, st, e);
}

enum err_code
archives_put(struct db *db, int64_t session, const struct item_new *it, struct err *e)
{
	sqlite3_stmt *st;

	if (forget_failure(db, session, it->path, e) != ERR_NONE)
		return e->code;
	st = sql_get(db,
	    "INSERT INTO archive(path, session_id, device, inode, size, mtime_ns, ctime_ns, seen, members)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(path) DO UPDATE SET"
	    " session_id = excluded.session_id, device = excluded.device, inode = excluded.inode,"
	    " size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,"
	    " seen = excluded.seen, members = excluded.members",
	    e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, it->path, strlen(it->path));
	sql_int(st, 2, session);
	sql_int(st, 3, (int64_t)it->st.st_dev);
	sql_int(st, 4, (int64_t)it->st.st_ino);
	sql_int(st, 5, (int64_t)it->st.st_size);
	sql_int(st, 6, file_ns(it->st.st_mtim));
	sql_int(st, 7, file_ns(it->st.st_ctim));
	sql_int(st, 8, it->seen);
	sql_int(st, 9, it->members);
	return sql_run(db, st, e);
}
