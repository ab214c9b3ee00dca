/* SPDX-License-Identifier: MIT */
/* Which copies a folder holds, and which of them stay. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "store/backup/priv.h"
#include "store/sql.h"

enum { HOUR = 3600, DAY = 86400, BROKEN_DAYS = 365 };
enum { ALWAYS = 3, DAYS = 7, WEEKS = 4, MONTHS = 12 };

void
backup_stamp(int64_t at, char stamp[BACKUP_STAMP])
{
	time_t t = (time_t)at;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(stamp, BACKUP_STAMP, "%Y%m%dT%H%M%SZ", &tm);
}

void
backup_blobs_name(const char *name, char blobs[BACKUP_NAME])
{
	snprintf(blobs, BACKUP_NAME, "%.*s.blobs.gz", (int)(strlen(name) - strlen(".db.gz")), name);
}

/* Is it a name that we make?  When was it, and what is in it? */
static bool
parse(const char *name, struct backup_file *f)
{
	struct tm tm = { 0 };
	char again[BACKUP_NAME], text[TIME_TEXT], stamp[BACKUP_STAMP];
	int version = 0;

	if (sscanf(name, "library-v%d-%4d-%2d-%2dT%2d:%2d:%2dZ.db", &version, &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 7 &&
	    sscanf(name, "library-%4d%2d%2dT%2d%2d%2dZ.db.gz", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	f->at = timegm(&tm);
	f->packed = version == 0;
	backup_stamp(f->at, stamp);
	time_format(f->at, text);
	if (f->packed)
		snprintf(again, sizeof again, "library-%s.db.gz", stamp);
	else
		snprintf(again, sizeof again, "library-v%d-%s.db", version, text);
	memcpy(f->name, again, sizeof f->name);
	return strcmp(again, name) == 0;
}

static int
newest_first(const void *a, const void *b)
{
	const struct backup_file *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : strcmp(x->name, y->name);
}

enum err_code
backup_list(int dirfd, struct backup_file **out, size_t *n, struct err *e)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct backup_file *list = NULL, f;
	size_t count = 0, cap = 0;

	if (d == NULL) {
		err_sys(e, errno, "cannot list the copies");
		fd_close(&fd);
		return e->code;
	}
	for (const struct dirent *entry; e->code == ERR_NONE && (entry = readdir(d)) != NULL;) {
		struct stat st;

		if (!parse(entry->d_name, &f) || fstatat(dirfd, f.name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (count == cap) {
			struct backup_file *more = realloc(list, (cap = 2 * cap + 16) * sizeof *more);

			if (more == NULL) {
				err_memory(e);
				break;
			}
			list = more;
		}
		list[count++] = f;
	}
	closedir(d);
	if (e->code != ERR_NONE) {
		free(list);
		return e->code;
	}
	if (count > 0)
		qsort(list, count, sizeof *list, newest_first);
	*out = list;
	*n = count;
	return ERR_NONE;
}

/* Days, weeks and months since a day in 1969, a Monday's week. */
static int64_t
period(int64_t at, int kind)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (kind == 0)
		return at / DAY;
	if (kind == 1)
		return (at / DAY + 3) / 7;
	gmtime_r(&t, &tm);
	return tm.tm_year * 12 + tm.tm_mon;
}

/* The newest of each of the last periods that have any. */
static void
keep_periods(const struct backup_file *list, size_t n, int kind, int want, bool *kept)
{
	int64_t last = -1;

	for (size_t i = 0; i < n && want > 0; i++) {
		int64_t p = period(list[i].at, kind);

		if (p == last)
			continue;
		last = p;
		kept[i] = true;
		want--;
	}
}

/* Else they would be kept for years, and every new one would go at once. */
enum err_code
backup_future_last(struct backup_file *list, size_t n, struct err *e)
{
	int64_t now = time_now() + BACKUP_AHEAD;
	struct backup_file *ahead;
	size_t k = 0;

	while (k < n && list[k].at > now)
		k++;
	if (k == 0)
		return ERR_NONE;
	ahead = malloc(k * sizeof *ahead);
	if (ahead == NULL)
		return err_memory(e);
	memcpy(ahead, list, k * sizeof *ahead);
	memmove(list, list + k, (n - k) * sizeof *list);
	memcpy(list + (n - k), ahead, k * sizeof *ahead);
	free(ahead);
	return ERR_NONE;
}

static void
judge(const struct backup_file *list, size_t n, int keep, const char *fresh, bool *kept)
{
	for (size_t i = 0; i < n; i++)
		kept[i] = i < (size_t)(keep > 0 ? keep : ALWAYS) ||
		    (fresh != NULL && strcmp(list[i].name, fresh) == 0);
	if (keep > 0)
		return;
	keep_periods(list, n, 0, DAYS, kept);
	keep_periods(list, n, 1, WEEKS, kept);
	keep_periods(list, n, 2, MONTHS, kept);
}

static enum err_code
forget(struct db *db, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "DELETE FROM backup WHERE name = ?1", e);

	if (st == NULL || sql_begin(db, e) != ERR_NONE)
		return e->code;
	sql_text(st, 1, name);
	if (sql_run(db, st, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* The copy itself first: without it the others are rubbish, not the other way round. */
static enum err_code
remove_one(int dirfd, const struct backup_file *f, struct err *e)
{
	char other[BACKUP_NAME + 8];

	if (unlinkat(dirfd, f->name, 0) != 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot remove %s", f->name);
	if (!f->packed)
		return ERR_NONE;
	snprintf(other, sizeof other, "%s.sha256", f->name);
	(void)unlinkat(dirfd, other, 0);
	backup_blobs_name(f->name, other);
	(void)unlinkat(dirfd, other, 0);
	return ERR_NONE;
}

/* "library-20261121T043000Z.db.gz.part": when was it begun?  -1 where we would not have named it so. */
static int64_t
begun(const char *name, const char *prefix, const char *const *suffixes)
{
	size_t n = strlen(prefix);
	struct tm tm = { 0 };
	char stamp[BACKUP_STAMP];
	int64_t at;

	if (strncmp(name, prefix, n) != 0 ||
	    sscanf(name + n, "%4d%2d%2dT%2d%2d%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		&tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	at = timegm(&tm);
	backup_stamp(at, stamp);
	if (strncmp(name + n, stamp, strlen(stamp)) != 0)
		return -1;
	for (; *suffixes != NULL; suffixes++)
		if (strcmp(name + n + strlen(stamp), *suffixes) == 0)
			return at;
	return -1;
}

/* Is it what a copy that was cut short left, or a broken catalogue put aside so long ago? */
static bool
is_rubbish(int dirfd, const char *name)
{
	static const char *const parts[] = { ".part", ".db.gz.part", NULL };
	static const char *const pieces[] = { ".db.gz.sha256", ".blobs.gz", NULL };
	static const char *const broken[] = { ".db", ".db-wal", ".db-shm", NULL };
	char stamp[BACKUP_STAMP], whole[BACKUP_NAME];
	int64_t at = begun(name, "damaged-", broken);

	if (at >= 0)
		return at < time_now() - (int64_t)BROKEN_DAYS * DAY;
	at = begun(name, "library-", parts);
	if (at >= 0)
		return at < time_now() - HOUR;
	at = begun(name, "library-", pieces);
	backup_stamp(at, stamp);
	snprintf(whole, sizeof whole, "library-%s.db.gz", stamp);
	return at >= 0 && at < time_now() - HOUR && faccessat(dirfd, whole, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

static enum err_code
clear_rubbish(int dirfd, struct err *e)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL) {
		err_sys(e, errno, "cannot list the copies");
		fd_close(&fd);
		return e->code;
	}
	for (const struct dirent *entry; (entry = readdir(d)) != NULL;)
		if (is_rubbish(dirfd, entry->d_name))
			(void)unlinkat(dirfd, entry->d_name, 0);
	closedir(d);
	return ERR_NONE;
}

enum err_code
backup_thin(struct db *db, const char *dir, int keep, const char *fresh, bool dry,
    void (*removed)(void *context, const char *name, int64_t bytes), void *context, struct err *e)
{
	struct backup_file *list = NULL;
	struct stat st;
	bool *kept = NULL;
	size_t n = 0;
	int fd =
	    dir == NULL ? dir_open_at(db->dirfd, "backup", e) : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return e->code != ERR_NONE ? e->code : err_sys(e, errno, "%s", dir);
	if ((!dry && clear_rubbish(fd, e) != ERR_NONE) || backup_list(fd, &list, &n, e) != ERR_NONE ||
	    n == 0 || backup_future_last(list, n, e) != ERR_NONE)
		goto out;
	kept = calloc(n, sizeof *kept);
	if (kept == NULL) {
		err_memory(e);
		goto out;
	}
	judge(list, n, keep, fresh, kept);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		if (kept[i] || fstatat(fd, list[i].name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (!dry && remove_one(fd, &list[i], e) == ERR_NONE && dir == NULL)
			forget(db, list[i].name, e);
		if (removed != NULL && e->code == ERR_NONE)
			removed(context, list[i].name, st.st_size);
	}
	if (!dry && e->code == ERR_NONE)
		dir_sync(fd, dir != NULL ? dir : "backup", e);
out:
	fd_close(&fd);
	free(kept);
	free(list);
	return e->code;
}

int
backup_is_due(struct db *db, struct err *e)
{
	/* a clock that went wrong does not put it off */
	const int64_t args[] = { time_now() - DAY, time_now() + HOUR };
	int64_t due = -1;

	sql_number(db,
	    "SELECT max(ifnull((SELECT max(at) FROM event WHERE kind = 'backup' AND at <= ?2), 0),"
	    " ifnull((SELECT max(at) FROM backup WHERE at <= ?2), 0)) <= ?1"
	    " AND EXISTS (SELECT 1 FROM event WHERE kind NOT IN ('sweep', 'backup')"
	    " AND id > ifnull((SELECT max(id) FROM event WHERE kind = 'backup'), 0))",
	    args, 2, &due, e);
	return (int)due;
}
