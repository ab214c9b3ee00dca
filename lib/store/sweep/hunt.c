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

static enum err_code
is_over(const struct repair *p, struct err *e)
{
	return sweep_stopped(p->s) ? err_set(e, ERR_INTERRUPTED, "interrupted: the next run goes on")
				   : e->code;
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
	while (p->left > 0 && is_over(p, e) == ERR_NONE && (d = readdir(dir)) != NULL) {
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

struct paths {
	struct {
		size_t wanted;
		char *path;
	} * v;
	size_t n, cap;
};

static void
paths_end(struct paths *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
}

static enum err_code
add_path(struct paths *l, size_t wanted, sqlite3_stmt *st, int column, struct err *e)
{
	const char *path = sqlite3_column_blob(st, column);

	if (path == NULL)
		return ERR_NONE;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		void *more = realloc(l->v, cap * sizeof *l->v);

		if (more == NULL)
			return err_memory(e);
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n].wanted = wanted;
	l->v[l->n].path = strndup(path, (size_t)sqlite3_column_bytes(st, column));
	return l->v[l->n++].path == NULL ? err_memory(e) : ERR_NONE;
}

/* The files that had these bytes when they were last read. */
static enum err_code
list_sources(struct repair *p, struct paths *l, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT b.sha256, f.source FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.source IS NOT NULL"
	    " AND f.state <> 'removed' UNION SELECT sha256, path FROM source",
	    e);

	if (st == NULL)
		return e->code;
	while (sql_step(p->db, st, e) == 1) {
		struct wanted *w = wanted_by_hash(p, sqlite3_column_blob(st, 0));

		if (w != NULL && !w->done && add_path(l, (size_t)(w - p->v), st, 1, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

/* Of covers that no file holds: a file beside the audio. */
static enum err_code
list_folders(struct repair *p, struct paths *l, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT DISTINCT f.source FROM cover c JOIN track t ON t.release_id = c.release_id OR t.id = "
	    "c.track_id"
	    " JOIN file f ON f.track_id = t.id WHERE c.blob_id = ?1 AND f.source IS NOT NULL",
	    e);

	if (st == NULL)
		return e->code;
	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		if (!p->v[i].cover || p->v[i].done)
			continue;
		sql_int(st, 1, p->v[i].blob);
		while (sql_step(p->db, st, e) == 1 && add_path(l, i, st, 0, e) == ERR_NONE)
			;
		sqlite3_reset(st);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
at_sources(struct repair *p, struct err *e)
{
	struct paths l = { 0 };

	list_sources(p, &l, e);
	for (size_t i = 0; i < l.n && is_over(p, e) == ERR_NONE; i++)
		if (!p->v[l.v[i].wanted].done)
			(void)fetch(p, &p->v[l.v[i].wanted], AT_FDCWD, l.v[i].path, l.v[i].path, true, e);
	paths_end(&l);
	return e->code;
}

static enum err_code
beside_sources(struct repair *p, struct err *e)
{
	struct paths l = { 0 };

	list_folders(p, &l, e);
	for (size_t i = 0; i < l.n && is_over(p, e) == ERR_NONE; i++) {
		char *path = l.v[i].path, *slash = strrchr(path, '/');
		int fd;

		if (slash == NULL || p->v[l.v[i].wanted].done)
			continue;
		slash[slash == path] = '\0';
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			search(p, fd, path, 0, e);
	}
	paths_end(&l);
	return e->code;
}

enum err_code
hunt(struct repair *p, struct err *e)
{
	static enum err_code (*const places[])(
	    struct repair *, struct wanted *, struct err *) = { in_place, in_trash, in_staging };

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < sizeof places / sizeof places[0]; k++)
			if (is_over(p, e) != ERR_NONE ||
			    (!p->v[i].done && places[k](p, &p->v[i], e) != ERR_NONE))
				return e->code;
	if (p->left > 0 && at_sources(p, e) == ERR_NONE && p->left > 0)
		beside_sources(p, e);
	return e->code == ERR_NONE && p->left > 0 ? in_folders(p, e) : e->code;
}
