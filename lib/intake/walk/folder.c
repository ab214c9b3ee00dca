/* SPDX-License-Identifier: MIT */
#include "intake/walk/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err_code
add_name(struct folder *f, size_t *cap, const char *name, struct err *e)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return ERR_NONE;
	if (f->nnames == *cap) {
		size_t more = 2 * *cap + 16;
		char **names = realloc(f->names, more * sizeof *names);

		if (names == NULL)
			return err_memory(e);
		f->names = names;
		*cap = more;
	}
	f->names[f->nnames] = strdup(name);
	if (f->names[f->nnames] == NULL)
		return err_memory(e);
	f->nnames++;
	return ERR_NONE;
}

static enum err_code
read_names(struct folder *f, struct err *e)
{
	int copy = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	size_t cap = 0;
	enum err_code rc = ERR_NONE;
	struct dirent *d;

	if (dir == NULL) {
		rc = err_reason(e, errno);
		fd_close(&copy);
		return rc;
	}
	while (rc == ERR_NONE && (errno = 0, d = readdir(dir)) != NULL)
		rc = add_name(f, &cap, d->d_name, e);
	if (rc == ERR_NONE && errno != 0)
		rc = err_reason(e, errno);
	closedir(dir);
	if (rc == ERR_NONE && f->nnames > 1)
		qsort(f->names, f->nnames, sizeof *f->names, by_bytes);
	return rc;
}

static void
destroy(struct folder *f)
{
	fd_close(&f->fd);
	free(f->path);
	for (size_t i = 0; i < f->nnames; i++)
		free(f->names[i]);
	free(f->names);
	for (size_t i = 0; i < f->art.n; i++)
		free(f->art.covers[i].text);
	free(f->art.covers);
	free(f->art.note);
	for (size_t i = 0; i < f->cues.n; i++)
		record_free(&f->cues.sheets[i]);
	free(f->cues.sheets);
	free(f->cues.names);
	free(f->cues.note);
	free(f->lyrics.names);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* As openat(), for a name of any length. */
static int
open_folder(int dirfd, const char *name, int flags)
{
	const char *rest = name;
	int near = dirfd >= 0 ? dirfd : path_near(name, &rest);
	int fd = near == -1 ? -1 : openat(near, rest, flags);

	if (dirfd < 0)
		path_close(near);
	return fd;
}

enum err_code
folder_new(struct folder **ret, int dirfd, const char *name, const char *path, size_t root_len, bool follow,
    bool listed, struct err *e)
{
	int flags = O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
	struct folder *f = calloc(1, sizeof *f);
	struct stat st;

	if (f == NULL)
		return err_memory(e);
	pthread_mutex_init(&f->lock, NULL);
	atomic_init(&f->refs, 1);
	f->root_len = root_len;
	f->path = strdup(path);
	f->fd = open_folder(dirfd, name, flags | O_RDONLY);
	if (f->fd < 0 && errno == EACCES && !listed) {
		listed = true;
		f->fd = open_folder(dirfd, name, flags | O_PATH);
		if (f->fd < 0)
			err_reason(e, errno);
	} else if (f->fd < 0) {
		err_reason(e, errno);
	} else if (f->path != NULL && read_names(f, e) != ERR_NONE) {
		fd_close(&f->fd);
	}
	if (f->path == NULL)
		err_memory(e);
	else if (f->fd >= 0 && fstat(f->fd, &st) != 0)
		err_sys(e, errno, "%s", path);
	else if (f->fd >= 0) {
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		*ret = f;
		return ERR_NONE;
	}
	destroy(f);
	return e->code;
}

struct folder *
folder_ref(struct folder *f)
{
	atomic_fetch_add(&f->refs, 1);
	return f;
}

void
folder_unref(struct folder *f)
{
	if (f != NULL && atomic_fetch_sub(&f->refs, 1) == 1)
		destroy(f);
}
