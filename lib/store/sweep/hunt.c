/* SPDX-License-Identifier: MIT */
/* Where the bytes of a blob may be found again (repair.h). */
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
#include "digest/sha256.h"
#include "store/sweep/repair.h"
#include "store/sweep/scrub.h"

enum { DEEPEST = 200 };

bool
repair_over(const struct repair *p, struct err *e)
{
	if (e->code == ERR_NONE && sweep_stopped(p->s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	return e->code != ERR_NONE || p->left == 0;
}

/* -- in the library ------------------------------------------------------ */

/* Its own place: what came back, or is right after all. */
static enum err_code
in_place(struct repair *p, struct wanted *w, struct err *e)
{
	struct scrub_job j = { .verdict = SCRUB_RIGHT };
	struct err unreadable = { 0 };
	char path[BLOB_PATH];

	blob_path(path, w->sha256, w->suffix);
	if (!w->there || checked_bytes(&p->checked, p->db->dirfd, path, w->sha256, &unreadable) != 1)
		return ERR_NONE;
	return fetch_settle(p, w, &j, e);
}

static enum err_code
in_trash(struct repair *p, struct wanted *w, struct err *e)
{
	char name[BLOB_NAME], path[8 + BLOB_NAME];

	blob_name(name, w->sha256, w->suffix);
	snprintf(path, sizeof path, "trash/%s", name);
	(void)fetch(p, w, p->db->dirfd, path, path, false, e);
	return e->code;
}

/* What an import has staged and nobody committed yet. */
static enum err_code
in_staging(struct repair *p, struct wanted *w, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    p->db, "SELECT session_id, suffix FROM item WHERE sha256 = ?1 AND state = 'staged' LIMIT 1", e);
	char path[40 + BLOB_NAME] = "", name[BLOB_NAME];

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, w->sha256, sizeof w->sha256);
	if (sql_step(p->db, st, e) == 1) {
		blob_name(name, w->sha256, (const char *)sqlite3_column_text(st, 1));
		snprintf(
		    path, sizeof path, "staging/s%" PRId64 "/%s", (int64_t)sqlite3_column_int64(st, 0), name);
	}
	sql_done(st);
	if (e->code == ERR_NONE && path[0] != '\0')
		(void)fetch(p, w, p->db->dirfd, path, path, false, e);
	return e->code;
}

/* -- in a folder --------------------------------------------------------- */

/* One plain file: a blob by its name, or as large as one that is wanted. */
static enum err_code
try_file(struct repair *p, int dirfd, const char *name, const char *shown, struct err *e)
{
	uint8_t sha256[SHA256_BYTES];
	struct err unreadable = { 0 };
	struct wanted *w;
	struct stat st;
	char suffix[8];
	size_t at = 0;
	int fd;

	if (blob_parse(name, sha256, suffix) && (w = wanted_by_hash(p, sha256)) != NULL) {
		if (!w->done)
			(void)fetch(p, w, dirfd, name, shown, false, e);
		return e->code;
	}
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
	    wanted_by_size(p, st.st_size, &at) == NULL)
		return ERR_NONE;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && sha256_file(fd, sha256, NULL, &unreadable) == ERR_NONE &&
	    (w = wanted_by_hash(p, sha256)) != NULL && !w->done)
		(void)fetch(p, w, dirfd, name, shown, false, e);
	fd_close(&fd);
	return e->code;
}

/* A folder that is open, which is closed here, and what is below it. */
static enum err_code
search(struct repair *p, int fd, const char *path, int depth, struct err *e)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		close(fd);
		return err_memory(e);
	}
	while (!repair_over(p, e) && (d = readdir(dir)) != NULL) {
		char *below;
		int sub;

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if ((below = path_join(path, d->d_name)) == NULL)
			err_memory(e);
		else if (d->d_type == DT_DIR || d->d_type == DT_UNKNOWN) {
			sub = depth > 0
			    ? openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			    : -1;
			if (sub >= 0)
				search(p, sub, below, depth - 1, e);
			else if (d->d_type == DT_UNKNOWN && errno == ENOTDIR)
				try_file(p, fd, d->d_name, below, e);
		} else if (d->d_type == DT_REG) {
			try_file(p, fd, d->d_name, below, e);
		}
		free(below);
		if (p->s->progress != NULL)
			p->s->progress(NULL, "searching", p->looked, 0, 0);
	}
	closedir(dir);
	return e->code;
}

static enum err_code
in_folders(struct repair *p, struct err *e)
{
	for (size_t i = 0; i < p->s->nfrom && p->left > 0; i++) {
		int fd = open(p->s->from[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(e, errno, "%s", p->s->from[i]);
		if (search(p, fd, p->s->from[i], DEEPEST, e) != ERR_NONE)
			break;
	}
	return e->code;
}

/* -- where it came from -------------------------------------------------- */

static enum err_code
at_sources(struct repair *p, struct err *e)
{
	struct places l = { 0 };

	places_sources(p, &l, e);
	for (size_t i = 0; i < l.n && !repair_over(p, e); i++)
		if (!p->v[l.v[i].wanted].done)
			(void)fetch(p, &p->v[l.v[i].wanted], AT_FDCWD, l.v[i].path, l.v[i].path, true, e);
	places_free(&l);
	return e->code;
}

static enum err_code
beside_sources(struct repair *p, struct err *e)
{
	struct places l = { 0 };

	places_of_pictures(p, &l, e);
	for (size_t i = 0; i < l.n && !repair_over(p, e); i++) {
		char *path = l.v[i].path, *slash = strrchr(path, '/');
		int fd;

		if (slash == NULL || p->v[l.v[i].wanted].done)
			continue;
		slash[slash == path] = '\0';
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			search(p, fd, path, 0, e);
	}
	places_free(&l);
	return e->code;
}

enum err_code
hunt(struct repair *p, struct err *e)
{
	static enum err_code (*const own[])(
	    struct repair *, struct wanted *, struct err *) = { in_place, in_trash, in_staging };
	static enum err_code (*const others[])(
	    struct repair *, struct err *) = { at_sources, beside_sources, in_folders, inside };

	for (size_t i = 0; i < p->n && !repair_over(p, e); i++)
		for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
			if (!p->v[i].done && own[k](p, &p->v[i], e) != ERR_NONE)
				return e->code;
	for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
		if (repair_over(p, e) || others[k](p, e) != ERR_NONE)
			return e->code;
	return e->code;
}
