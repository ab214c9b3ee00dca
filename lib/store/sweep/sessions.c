/* SPDX-License-Identifier: MIT */
/* Sessions: their staging when it is done with, and those whose holder died. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "store/commit/leave.h"
#include "store/session/session.h"
#include "store/sweep/priv.h"

enum { TRIES = 3 };

static const char finished_sql[] =
    "SELECT s.id FROM session s WHERE s.staging = 1 AND (s.state IN ('committed', 'rejected', 'expired')"
    " OR (s.state = 'staged' AND EXISTS (SELECT 1 FROM item i WHERE i.session_id = s.id)"
    " AND NOT EXISTS (SELECT 1 FROM item i WHERE i.session_id = s.id AND i.state <> 'duplicate')))"
    " AND s.id > ?1 ORDER BY s.id LIMIT 1";

#define OLD                                                                                                  \
	"state NOT IN ('committed', 'rejected', 'expired', 'committing')"                                    \
	" AND max(created, changed, heartbeat) <= ?2"
static const char old_sql[] = "SELECT id FROM session WHERE " OLD " AND id > ?1 ORDER BY id LIMIT 1";

static const char dead_sql[] =
    "SELECT id FROM session WHERE state = 'committing' AND id > ?1 ORDER BY id LIMIT 1";
static const char reading_sql[] =
    "SELECT s.id FROM session s WHERE " SWEEP_UNFINISHED " AND EXISTS (SELECT 1 FROM item i"
    " WHERE i.session_id = s.id AND i.state = 'reading') AND s.id > ?1 ORDER BY s.id LIMIT 1";

/* The first session after *id that sql finds: 1, 0, -1.  before is its second parameter, if it has one. */
static int
next_session(struct db *db, const char *sql, int64_t before, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);
	int row;

	if (st == NULL)
		return -1;
	sql_int(st, 1, *id);
	if (sqlite3_bind_parameter_count(st) > 1)
		sql_int(st, 2, before);
	row = sql_step(db, st, e);
	if (row > 0)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return row;
}

static void
session_name(char name[32], int64_t id)
{
	snprintf(name, 32, "s%" PRId64, id);
}

/* Is nobody at work on it?  Then it is locked, except for a dry run. */
static bool
take(struct db *db, const struct sweep *s, struct sweep_report *r, int64_t id)
{
	struct err busy = { 0 };
	bool free = s->dry_run ? !db_session_is_held(db, id) : db_lock_session(db, id, &busy) == ERR_NONE;

	if (!free)
		sweep_add(r, "busy", 1);
	return free;
}

static void
give(struct db *db, const struct sweep *s, int64_t id)
{
	if (!s->dry_run)
		db_unlock_session(db, id);
}

/* Run one statement about session id; *changes (may be NULL) tells of how many rows. */
static enum err_code
change(struct db *db, const char *sql, int64_t id, int64_t now, int64_t *changes, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sqlite3_bind_parameter_count(st) > 1)
		sql_int(st, 2, now);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	if (changes != NULL)
		*changes = sqlite3_changes64(db->sql);
	return ERR_NONE;
}

/* What a dry run would find to remove. */
static void
measure(struct db *db, int64_t id, int64_t *files, int64_t *bytes)
{
	struct err none = { 0 };
	char folder[48];
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int fd;

	snprintf(folder, sizeof folder, "staging/s%" PRId64, id);
	fd = dir_open_at(db->dirfd, folder, &none);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		fd_close(&fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' || fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(st.st_mode) || (S_ISDIR(st.st_mode) && strncmp(d->d_name, "unpack-", 7) == 0))
			(void)tree_remove_at(dirfd(dir), d->d_name, true, files, bytes, &none);
	}
	closedir(dir);
}

/* The session is locked, and finished. */
static void
clear(struct db *db, const struct sweep *s, struct sweep_report *r, int64_t id)
{
	struct err one = { 0 };
	int64_t files = 0, bytes = 0;
	char name[32];

	session_name(name, id);
	if (s->dry_run)
		measure(db, id, &files, &bytes);
	else if (session_clear_staging(db, id, &files, &bytes, &one) != ERR_NONE) {
		sweep_failed(s, &one);
		return;
	}
	r->changed = true;
	sweep_act(s, r, "clear", name, bytes);
	sweep_add(r, "cleared", 1);
	sweep_add(r, "files", files);
	sweep_add(r, "bytes", bytes);
}

/* In one transaction: the state, and what its items hold. */
static enum err_code
expire(struct db *db, const struct sweep *s, struct sweep_report *r, int64_t id, struct err *e)
{
	int64_t before = sweep_before(s, s->older_than), changes = 0;
	char name[32];

	session_name(name, id);
	if (!s->dry_run) {
		if (sql_begin(db, e) != ERR_NONE)
			return e->code;
		if (change(db,
			"UPDATE session SET state = 'expired', holder = '', commit_id = NULL WHERE id = ?1"
			" AND " OLD,
			id, before, &changes, e) != ERR_NONE)
			goto fail;
		if (changes == 0) { /* somebody was faster */
			sql_rollback(db);
			return ERR_NONE;
		}
		if (change(db, "UPDATE session SET changed = ?2 WHERE id = ?1", id, time_now(), NULL, e) !=
			ERR_NONE ||
		    change(db,
			"UPDATE item SET state = 'skipped', code = 'EXPIRED', reason = 'the session was not"
			" committed in time' WHERE session_id = ?1"
			" AND state IN ('pending', 'reading', 'staged', 'conflict')",
			id, 0, NULL, e) != ERR_NONE ||
		    change(db,
			"DELETE FROM item_cover WHERE item_id IN (SELECT id FROM item WHERE session_id = ?1)",
			id, 0, NULL, e) != ERR_NONE ||
		    db_event(db, "expire", name, NULL, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
			goto fail;
	}
	r->changed = true;
	sweep_act(s, r, "expire", name, -1);
	sweep_add(r, "expired", 1);
	clear(db, s, r, id);
	return ERR_NONE;
fail:
	sql_rollback(db);
	return e->code;
}

/* Is it still as sql has it, now that it is locked? */
static bool
still(struct db *db, const char *sql, int64_t before, int64_t id, struct err *e)
{
	int64_t again = id - 1;

	return next_session(db, sql, before, &again, e) > 0 && again == id;
}

/* Is this the folder of a session that has none any more, and empty?  Then it goes; inside a transaction, so
 * that no session is being made meanwhile.  True where it is of a session, or gone. */
static bool
ours(struct db *db, const struct sweep *s, int dirfd, const char *name, int64_t id)
{
	struct err e = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM session WHERE id = ?1 AND staging = 1", &e);
	bool gone;
	int row;

	if (st == NULL || (!s->dry_run && sql_begin(db, &e) != ERR_NONE))
		return true; /* next time */
	sql_int(st, 1, id);
	row = sql_step(db, st, &e);
	sql_done(st);
	gone = row == 0 && !s->dry_run && unlinkat(dirfd, name, AT_REMOVEDIR) == 0;
	if (!s->dry_run)
		sql_rollback(db);
	return row != 0 || gone;
}

/* One entry of staging/. */
static void
leftover(struct db *db, const struct sweep *s, struct sweep_report *r, int dirfd, const char *name)
{
	struct sweep_foreign f = { s, r };
	char expected[32] = "", path[300];
	struct stat st;
	int64_t id = name[0] == 's' ? strtoll(name + 1, NULL, 10) : 0;

	session_name(expected, id);
	if (id > 0 && strcmp(name, expected) == 0 && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode) && ours(db, s, dirfd, name, id))
		return;
	snprintf(path, sizeof path, "staging/%s", name);
	sweep_foreign(&f, path);
}

static enum err_code
leftovers(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int fd = openat(db->dirfd, "staging", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct sweep_foreign f = { s, r };
	struct dirent *d;
	DIR *dir;

	if (fd < 0) {
		if (errno == ELOOP || errno == ENOTDIR)
			sweep_foreign(&f, "staging");
		return ERR_NONE;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return err_memory(e);
	}
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			leftover(db, s, r, fd, d->d_name);
	closedir(dir);
	return ERR_NONE;
}

static void
source_removed(void *context, const char *path, int64_t size)
{
	const struct sweep_foreign *f = context;

	sweep_act(f->s, f->r, "remove source", path, size);
}

/* What a commit of --mode=move that was cut short has left to remove. */
static enum err_code
sources(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct sweep_foreign context = { s, r };
	struct leave_counts n;
	struct leave how = { .dry_run = s->dry_run,
		.give_up = sweep_before(s, s->older_than),
		.stop = s->stop,
		.failed = s->dry_run ? NULL : s->failed,
		.removed = source_removed,
		.context = &context };

	leave_go(db, &how, &n, e);
	r->changed = r->changed || n.removed + n.kept > 0;
	sweep_add(r, "sources_removed", n.removed);
	sweep_add(r, "sources_kept", n.kept);
	sweep_add(r, "sources_left", n.left);
	return e->code;
}

enum err_code
sweep_stage(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int64_t before = sweep_before(s, s->older_than), id = 0;
	int row = 0;

	while (!sweep_stopped(s) && (row = next_session(db, finished_sql, 0, &id, e)) > 0) {
		if (!take(db, s, r, id))
			continue;
		if (still(db, finished_sql, 0, id, e))
			clear(db, s, r, id);
		give(db, s, id);
	}
	id = 0;
	while (row >= 0 && !sweep_stopped(s) && (row = next_session(db, old_sql, before, &id, e)) > 0) {
		if (!take(db, s, r, id))
			continue;
		if (expire(db, s, r, id, e) != ERR_NONE)
			row = -1;
		give(db, s, id);
	}
	if (row < 0)
		return e->code;
	if (sweep_stopped(s))
		return err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	return leftovers(db, s, r, e) == ERR_NONE ? sources(db, s, r, e) : e->code;
}

/* committing -> staged, and after TRIES times -> failed. */
static enum err_code
roll_back(struct db *db, const struct sweep *s, struct sweep_report *r, int64_t id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT attempts FROM session WHERE id = ?1", e);
	bool give_up;
	char name[32];

	session_name(name, id);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) < 0)
		return e->code;
	give_up = sqlite3_column_int(st, 0) >= TRIES;
	sql_done(st);
	if (!s->dry_run) {
		if (sql_begin(db, e) != ERR_NONE)
			return e->code;
		if (change(db,
			give_up
			    ? "UPDATE session SET state = 'failed', holder = '', commit_id = NULL,"
			      " attempts = attempts + 1, changed = ?2, commit_error = '{\"step\":\"commit\","
			      "\"code\":\"STUCK\",\"reason\":\"its commit was cut short again and again\"}'"
			      " WHERE id = ?1 AND state = 'committing'"
			    : "UPDATE session SET state = 'staged', holder = '', commit_id = NULL,"
			      " attempts = attempts + 1, changed = ?2 WHERE id = ?1 AND state = 'committing'",
			id, time_now(), NULL, e) != ERR_NONE ||
		    db_event(db, give_up ? "give-up" : "roll-back", name, NULL, e) != ERR_NONE ||
		    sql_commit(db, e) != ERR_NONE) {
			sql_rollback(db);
			return e->code;
		}
	}
	r->changed = true;
	sweep_act(s, r, give_up ? "give up" : "roll back", name, -1);
	sweep_add(r, give_up ? "failed" : "rolled_back", 1);
	return ERR_NONE;
}

/* Items whose reading was cut short, and those of which it was once too often. */
static enum err_code
count_reading(struct db *db, int64_t id, int64_t *pending, int64_t *failed, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT count(*) FILTER (WHERE attempts < 3), count(*) FILTER (WHERE attempts >= 3) FROM item"
	    " WHERE session_id = ?1 AND state = 'reading'",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) > 0) {
		*pending = sqlite3_column_int64(st, 0);
		*failed = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
put_back(struct db *db, int64_t id, int64_t *pending, int64_t *failed, struct err *e)
{
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (change(db,
		"UPDATE item SET state = 'failed', code = 'STUCK', reason = 'reading it was cut short again"
		" and again', failed = ?2 WHERE session_id = ?1 AND state = 'reading' AND attempts >= 3",
		id, time_now(), failed, e) != ERR_NONE ||
	    change(db,
		"UPDATE item SET state = 'pending', attempts = attempts + 1"
		" WHERE session_id = ?1 AND state = 'reading'",
		id, 0, pending, e) != ERR_NONE ||
	    sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* reading -> pending, and after TRIES times -> failed. */
static enum err_code
unread(struct db *db, const struct sweep *s, struct sweep_report *r, int64_t id, struct err *e)
{
	int64_t failed = 0, pending = 0;
	char name[32];

	session_name(name, id);
	if ((s->dry_run ? count_reading(db, id, &pending, &failed, e)
			: put_back(db, id, &pending, &failed, e)) != ERR_NONE)
		return e->code;
	r->changed = r->changed || failed + pending > 0;
	sweep_act(s, r, "read again", name, -1);
	sweep_add(r, "items", pending);
	sweep_add(r, "items_failed", failed);
	return ERR_NONE;
}

enum err_code
sweep_stuck(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	static const struct {
		const char *sql;
		enum err_code (*mend)(
		    struct db *, const struct sweep *, struct sweep_report *, int64_t, struct err *);
	} kinds[] = { { dead_sql, roll_back }, { reading_sql, unread } };
	int row = 0;

	for (size_t k = 0; row >= 0 && k < sizeof kinds / sizeof kinds[0]; k++) {
		int64_t id = 0;

		while (!sweep_stopped(s) && (row = next_session(db, kinds[k].sql, 0, &id, e)) > 0) {
			if (!take(db, s, r, id))
				continue;
			if (still(db, kinds[k].sql, 0, id, e) && kinds[k].mend(db, s, r, id, e) != ERR_NONE)
				row = -1;
			give(db, s, id);
			if (row < 0)
				break;
		}
	}
	if (row >= 0 && sweep_stopped(s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	return e->code;
}
