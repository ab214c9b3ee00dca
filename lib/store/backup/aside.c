/* SPDX-License-Identifier: MIT */
/* Who is about to give a library another catalogue is alone with it, and loses nothing of the old one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/time.h"
#include "store/backup/priv.h"

enum err_code
backup_alone(int lockfd, struct err *e)
{
	if (lock_take(lockfd, LOCK_SWEEP, LOCK_EXCLUSIVE, 0, e) != ERR_NONE)
		return e->code;
	if (lock_any_session(lockfd))
		return err_set(e, ERR_BUSY, "an import or a commit is at work on this library");
	return ERR_NONE;
}

/* A name in backup/ that nothing has yet: what was put aside within this second stays, too. */
static void
free_stamp(int dirfd, char stamp[BACKUP_STAMP])
{
	int64_t at = time_now();
	char path[80];
	struct stat st;

	do {
		backup_stamp(at++, stamp);
		snprintf(path, sizeof path, "backup/damaged-%s.db", stamp);
	} while (below_stat(dirfd, path, &st) == 0);
}

enum err_code
backup_put_aside(int dirfd, char name[BACKUP_NAME], struct err *e)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char stamp[BACKUP_STAMP], from[32], to[80];
	struct stat st;

	free_stamp(dirfd, stamp);
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		snprintf(from, sizeof from, "library.db%s", suffixes[i]);
		snprintf(to, sizeof to, "backup/damaged-%s.db%s", stamp, suffixes[i]);
		if (below_rename(dirfd, from, dirfd, to) != 0 && errno != ENOENT)
			return err_sys(e, errno, "cannot put %s aside", from);
		if (i == 0 && below_stat(dirfd, to, &st) == 0)
			snprintf(name, BACKUP_NAME, "damaged-%s.db", stamp);
	}
	return dir_sync_at(dirfd, "backup", e);
}
