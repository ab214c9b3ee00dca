/* SPDX-License-Identifier: MIT */
#include "store/sweep/health.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "store/config.h"
#include "store/layout.h"
#include "store/session/resting.h"
#include "store/sweep/health_priv.h"
#include "store/sweep/priv.h"

enum { MINUTE = 60, DAY = 86400, MIB = 1 << 20 };

int64_t
health_age(const struct health *h, int64_t at)
{
	return at < h->now ? h->now - at : 0;
}

static enum err_code
read_limits(struct db *db, struct health *h, struct err *e)
{
	struct config c = { 0 };

	if (config_load(&c, db, e) != ERR_NONE)
		return e->code;
	h->limits = (struct health_limits){
		.free = config_number(&c, SETTING_HEALTH_FREE) * MIB,
		.backup = config_number(&c, SETTING_HEALTH_BACKUP) * DAY,
		.sweep = config_number(&c, SETTING_HEALTH_SWEEP) * DAY,
		.session = config_number(&c, SETTING_HEALTH_SESSION) * DAY,
		.heartbeat = config_number(&c, SETTING_HEALTH_HEARTBEAT) * MINUTE,
		.verified = config_number(&c, SETTING_HEALTH_VERIFIED),
		.verify = config_number(&c, SETTING_HEALTH_VERIFY) * DAY,
	};
	config_free(&c);
	return ERR_NONE;
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

/* The size of a plain file, 0 where there is none. */
static int64_t
size_at(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

/* The copies that the catalogue knows of and that are there. */
static enum err_code
read_copies(struct db *db, struct health *h, struct err *e)
{
	struct err none = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT name FROM backup", e);
	int fd = dir_open_at(db->dirfd, "backup", &none), row = 0;

	while (st != NULL && fd >= 0 && (row = sql_step(db, st, e)) > 0) {
		int64_t size = size_at(fd, path_base((const char *)sqlite3_column_text(st, 0)));

		h->backups.n += size > 0;
		h->backups.bytes += size;
	}
	sql_done(st);
	fd_close(&fd);
	return e->code;
}

static enum err_code
read_space(struct db *db, struct health *h, struct err *e)
{
	struct statvfs fs;

	if (fstatvfs(db->dirfd, &fs) != 0)
		return err_sys(e, errno, "%s", db->path);
	h->free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	h->database_bytes = size_at(db->dirfd, "library.db");
	h->wal_bytes = size_at(db->dirfd, "library.db-wal");
	return read_copies(db, h, e);
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

	h->now = time_now();
	if (layout_check_links(db->dirfd, e) != ERR_NONE)
		return err_context(e, "%s", db->path);
	if (read_limits(db, h, e) != ERR_NONE || check_database(db, h, e) != ERR_NONE ||
	    health_count(db, h, e) != ERR_NONE || health_sessions(db, h, e) != ERR_NONE ||
	    health_schedules(db, h, e) != ERR_NONE || read_resting(db, h, e) != ERR_NONE ||
	    read_space(db, h, e) != ERR_NONE)
		return e->code;
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
