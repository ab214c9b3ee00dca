#include "store/sweep/health.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/out.h"
#include "base/time.h"
#include "store/session/resting.h"
#include "store/sweep/priv.h"

enum { RECENT = 30 * 86400 };

/* One number; now is the second parameter, if the statement has any. */
static enum err_code
number(struct db *db, const char *sql, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);

	if (st == NULL)
		return e->code;
	if (sqlite3_bind_parameter_count(st) > 0)
		sql_int(st, 1, time_now() - RECENT);
	if (sql_step(db, st, e) < 0)
		return e->code;
	*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return ERR_NONE;
}

static enum err_code
read_counts(struct db *db, struct health *h, struct err *e)
{
	const struct {
		const char *sql;
		int64_t *n;
	} counts[] = {
		{ "SELECT count(*) FROM track WHERE removed IS NULL", &h->tracks },
		{ "SELECT count(*) FROM release r WHERE EXISTS (SELECT 1 FROM track t"
		  " WHERE t.release_id = r.id AND t.removed IS NULL)",
		    &h->albums },
		{ "SELECT count(DISTINCT artist_key) FROM track WHERE removed IS NULL AND artist IS NOT NULL",
		    &h->artists },
		{ "SELECT count(*) FROM item i JOIN session s ON s.id = i.session_id WHERE i.state = 'failed'"
		  " AND s.state NOT IN ('rejected', 'expired') AND s.changed > ?1",
		    &h->failed_items },
		{ "SELECT min(created) FROM session s WHERE " SWEEP_UNFINISHED, &h->oldest_unfinished },
		{ "SELECT count(*) FROM trash", &h->trash },
		{ "SELECT sum(size) FROM trash", &h->trash_bytes },
		{ "PRAGMA user_version", NULL },
	};
	int64_t version = 0;

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		if (number(db, counts[i].sql, counts[i].n != NULL ? counts[i].n : &version, e) != ERR_NONE)
			return e->code;
	h->schema = (int)version;
	return ERR_NONE;
}

static enum err_code
read_states(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *files = sql_get(db,
	    "SELECT instr('ok      missing damaged removed', f.state) / 8, count(*), sum(b.size)"
	    " FROM (SELECT DISTINCT blob_id, state FROM file) f JOIN blob b ON b.id = f.blob_id GROUP BY "
	    "f.state",
	    e);
	sqlite3_stmt *sessions = sql_get(db,
	    "SELECT CASE state WHEN 'staging' THEN 0 WHEN 'staged' THEN 1 WHEN 'committing' THEN 2"
	    " WHEN 'committed' THEN 3 WHEN 'failed' THEN 4 WHEN 'rejected' THEN 5 ELSE 6 END, count(*)"
	    " FROM session GROUP BY state",
	    e);
	int row;

	if (files == NULL || sessions == NULL)
		return e->code;
	while ((row = sql_step(db, files, e)) > 0) {
		int state = sqlite3_column_int(files, 0);

		h->files[state].n = sqlite3_column_int64(files, 1);
		h->files[state].bytes = sqlite3_column_int64(files, 2);
	}
	while (row == 0 && (row = sql_step(db, sessions, e)) > 0) {
		h->sessions[sqlite3_column_int(sessions, 0)] = sqlite3_column_int64(sessions, 1);
		row = 0;
	}
	sql_done(files);
	sql_done(sessions);
	return row < 0 ? e->code : ERR_NONE;
}

/* Sessions in `committing` whose lock nobody holds. */
static enum err_code
read_stuck(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM session WHERE state = 'committing'", e);
	int fd = openat(db->dirfd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int row;

	while (st != NULL && (row = sql_step(db, st, e)) > 0)
		h->stuck += fd < 0 ||
		    !lock_is_held(fd, lock_session_byte(sqlite3_column_int64(st, 0)), LOCK_EXCLUSIVE);
	sql_done(st);
	fd_close(&fd);
	return e->code;
}

static enum err_code
read_runs(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT name, started, status FROM task ORDER BY name", e);
	int row;

	if (st == NULL)
		return e->code;
	while ((row = sql_step(db, st, e)) > 0 && h->nruns < HEALTH_RUNS) {
		snprintf(h->runs[h->nruns].name, sizeof h->runs[0].name, "%s",
		    (const char *)sqlite3_column_text(st, 0));
		h->runs[h->nruns].started = sqlite3_column_int64(st, 1);
		h->runs[h->nruns++].status = sqlite3_column_int(st, 2);
	}
	sql_done(st);
	return row < 0 ? e->code : ERR_NONE;
}

static enum err_code
read_resting(struct db *db, struct health *h, struct err *e)
{
	struct resting r = { 0 };

	while (h->nresting < HEALTH_RESTING && resting_next(db, &r, e) == 1) {
		struct buf root = { 0 };

		out_escape(&root, r.root, strlen(r.root));
		snprintf(h->resting[h->nresting].root, sizeof h->resting[0].root, "%s",
		    root.failed ? "" : root.data);
		snprintf(h->resting[h->nresting].reason, sizeof h->resting[0].reason, "%.127s", r.reason);
		h->resting[h->nresting++].until = r.until;
		buf_free(&root);
	}
	resting_free(&r);
	return e->code;
}

/* Damage is a finding here, not a failure. */
static enum err_code
check_database(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "PRAGMA quick_check(1)", e);
	const char *text;

	if (st == NULL || sql_step(db, st, e) < 0) {
		if (e->code != ERR_LIBRARY)
			return e->code;
		snprintf(h->damage, sizeof h->damage, "%.255s", e->msg);
		*e = (struct err){ 0 };
	} else {
		text = (const char *)sqlite3_column_text(st, 0);
		if (text != NULL && strcmp(text, "ok") != 0)
			snprintf(h->damage, sizeof h->damage, "%s", text);
	}
	sql_done(st);
	return ERR_NONE;
}

static void
count_foreign(void *context, const char *path)
{
	(void)path;
	++*(int64_t *)context;
}

enum err_code
health_read(struct db *db, volatile const int *stop, struct health *h, struct err *e)
{
	struct blob_survey v = { 0 };
	struct statvfs fs;

	if (check_database(db, h, e) != ERR_NONE || read_counts(db, h, e) != ERR_NONE ||
	    read_states(db, h, e) != ERR_NONE || read_stuck(db, h, e) != ERR_NONE ||
	    read_runs(db, h, e) != ERR_NONE || read_resting(db, h, e) != ERR_NONE)
		return e->code;
	if (fstatvfs(db->dirfd, &fs) != 0)
		return err_sys(e, errno, "%s", db->path);
	h->free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	if (sweep_survey(db, true, stop, &v, count_foreign, &h->foreign, e) != ERR_NONE)
		return e->code;
	h->orphans = (int64_t)v.orphans.n;
	for (size_t i = 0; i < v.orphans.n; i++)
		h->orphan_bytes += v.orphans.v[i].size;
	h->missing_blobs = v.missing;
	h->wrong_blobs = v.wrong;
	snprintf(h->first_bad, sizeof h->first_bad, "%s", v.first_bad);
	blob_survey_free(&v);
	return ERR_NONE;
}
