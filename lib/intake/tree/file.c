/* SPDX-License-Identifier: MIT */
#include "intake/tree/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Seconds, of which vfat keeps every other one; and how far zones lie apart, in hours. */
enum { TIME_SLACK = 2, HALF_HOUR = 1800, HOURS_SLACK = 26 };

/* The folder of a path, which is made where it is missing (make); -1 with errno.  *name is the last piece. */
static int
open_folder(int dirfd, const char *path, bool make, const char **name)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	char piece[NAME_MAX + 1];

	for (const char *slash; fd >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		size_t len = (size_t)(slash - path);
		int next;

		if (len > NAME_MAX) {
			errno = ENAMETOOLONG;
			goto fail;
		}
		memcpy(piece, path, len);
		piece[len] = '\0';
		if (make && mkdirat(fd, piece, 0777) != 0 && errno != EEXIST)
			goto fail;
		next = openat(fd, piece, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			goto fail;
		close(fd);
		fd = next;
	}
	*name = path;
	return fd;
fail:
	path_close(fd);
	return -1;
}

static int64_t
time_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static bool
is_same_time(int64_t a, int64_t b, bool fat)
{
	int64_t apart = a > b ? (a - b) / 1000000000 : (b - a) / 1000000000;

	if (fat && apart <= HOURS_SLACK * 3600)
		apart = apart % HALF_HOUR < TIME_SLACK ? 0 : HALF_HOUR - apart % HALF_HOUR;
	return apart < TIME_SLACK;
}

int
tree_file_is(int dirfd, const struct tree_file *f, bool fat)
{
	const char *name;
	int fd = open_folder(dirfd, f->path, false, &name), there;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	there = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? 1 : errno == ENOENT ? 0 : -1;
	close(fd);
	if (there <= 0)
		return there;
	return S_ISREG(st.st_mode) && st.st_size == f->size && is_same_time(time_ns(&st), f->mtime_ns, fat)
	    ? 1
	    : -1;
}

static enum err_code
copy_bytes(int in, int out, volatile const int *stop, struct err *e)
{
	enum { PIECE = 1 << 20 };
	char *room = malloc(PIECE);
	ssize_t n = 1;

	if (room == NULL)
		return err_memory(e);
	while (n > 0 && e->code == ERR_NONE) {
		if (stop != NULL && *stop)
			err_set(e, ERR_INTERRUPTED, "stopped");
		else if ((n = file_read(in, room, PIECE)) < 0 || file_write(out, room, (size_t)n) < 0)
			err_reason(e, errno);
	}
	free(room);
	return e->code;
}

/* A clone, or a copy, of in under a name of ours until it is whole; with link only a clone, ERR_STATE where
 * there can be none. */
static enum err_code
make_part(int dirfd, int in, const struct stat *st, bool link, volatile const int *stop, struct err *e)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };
	int out;

	if (unlinkat(dirfd, TREE_PART, 0) != 0 && errno != ENOENT)
		return err_reason(e, errno);
	out = openat(dirfd, TREE_PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (out < 0)
		return err_reason(e, errno);
	if (ioctl(out, FICLONE, in) != 0) {
		if (link)
			err_set(e, ERR_STATE, "no clones here");
		else
			copy_bytes(in, out, stop, e);
	}
	if (e->code == ERR_NONE && futimens(out, times) != 0)
		err_reason(e, errno);
	if (close(out) != 0 && e->code == ERR_NONE)
		err_reason(e, errno);
	return e->code;
}

/* A name that is taken stays whose it is. */
static int
rename_new(int dirfd, const char *part, int folder, const char *name)
{
	struct stat st;

	if (renameat2(dirfd, part, folder, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(dirfd, part, folder, name);
}

/* The blob as the file system can: a clone, where it is allowed a link, else a copy. */
static enum err_code
place(int dirfd, int folder, const char *name, const struct tree_file *f, int in, const struct stat *st,
    bool link, volatile const int *stop, struct err *e)
{
	struct err no_clone = { 0 };

	if (link && make_part(dirfd, in, st, true, stop, &no_clone) == ERR_STATE) {
		if (linkat(AT_FDCWD, f->from, folder, name, 0) == 0)
			return ERR_NONE;
		if (errno == EEXIST)
			return err_reason(e, EEXIST);
		link = false; /* another file system */
	} else if (no_clone.code != ERR_NONE) {
		*e = no_clone;
		return e->code;
	}
	if (!link && make_part(dirfd, in, st, false, stop, e) != ERR_NONE)
		return e->code;
	if (rename_new(dirfd, TREE_PART, folder, name) != 0)
		err_reason(e, errno);
	return e->code;
}

enum err_code
tree_file_make(int dirfd, struct tree_file *f, bool link, volatile const int *stop, struct err *e)
{
	const char *name = "";
	int folder = -1, in = open(f->from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (in < 0 || fstat(in, &st) != 0) {
		err_sys(e, errno, "%s", f->from);
		goto out;
	}
	folder = open_folder(dirfd, f->path, true, &name);
	if (folder < 0)
		err_reason(e, errno);
	else
		place(dirfd, folder, name, f, in, &st, link, stop, e);
	if (e->code == ERR_NONE && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		err_reason(e, errno);
	if (e->code != ERR_NONE && e->code != ERR_INTERRUPTED)
		err_context(e, "cannot write %s", f->path);
	f->size = st.st_size;
	f->mtime_ns = time_ns(&st);
out:
	fd_close(&folder);
	fd_close(&in);
	return e->code;
}

enum err_code
tree_file_name(int dirfd, const struct tree_file *f, const char *part, struct err *e)
{
	const char *name;
	int folder = open_folder(dirfd, f->path, true, &name);

	if (folder < 0 || rename_new(dirfd, part, folder, name) != 0)
		err_sys(e, errno, "cannot write %s", f->path);
	fd_close(&folder);
	return e->code;
}

/* Folders that are empty now; one that somebody else uses stays. */
static void
remove_folders(int dirfd, const char *path)
{
	char *folder = strdup(path), *slash;

	while (folder != NULL && (slash = strrchr(folder, '/')) != NULL) {
		const char *name;
		int fd;

		*slash = '\0';
		fd = open_folder(dirfd, folder, false, &name);
		if (fd < 0 || unlinkat(fd, name, AT_REMOVEDIR) != 0) {
			path_close(fd);
			break;
		}
		close(fd);
	}
	free(folder);
}

enum err_code
tree_file_remove(int dirfd, const struct tree_file *f, struct err *e)
{
	const char *name;
	int folder = open_folder(dirfd, f->path, false, &name);

	if (folder < 0 && errno == ENOENT)
		return ERR_NONE;
	if (folder < 0 || (unlinkat(folder, name, 0) != 0 && errno != ENOENT))
		err_sys(e, errno, "cannot remove %s", f->path);
	fd_close(&folder);
	if (e->code == ERR_NONE)
		remove_folders(dirfd, f->path);
	return e->code;
}
