/* SPDX-License-Identifier: MIT */
#include "base/below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { PART = 256 };

/* The folder that the last component of *path is in, and *path is that component; -1 with errno.  It is dirfd
 * itself where there is but one. */
static int
parent(int dirfd, const char **path)
{
	const char *rest = *path, *slash;
	int fd = dirfd;

	while ((slash = strchr(rest, '/')) != NULL) {
		char part[PART];
		int next = -1;

		errno = ENAMETOOLONG;
		if (slash - rest < PART) {
			snprintf(part, sizeof part, "%.*s", (int)(slash - rest), rest);
			next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		if (fd != dirfd)
			path_close(fd);
		if (next < 0)
			return -1;
		fd = next;
		rest = slash + 1;
	}
	*path = rest;
	return fd;
}

/* Close what parent() opened, errno being kept, and hand on what a call gave. */
static int
leave(int dirfd, int fd, int result)
{
	if (fd != dirfd)
		path_close(fd);
	return result;
}

int
below_open(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd = parent(dirfd, &path);

	return fd == -1 ? -1 : leave(dirfd, fd, openat(fd, path, flags | O_NOFOLLOW | O_CLOEXEC, mode));
}

int
below_stat(int dirfd, const char *path, struct stat *st)
{
	int fd = parent(dirfd, &path);

	return fd == -1 ? -1 : leave(dirfd, fd, fstatat(fd, path, st, AT_SYMLINK_NOFOLLOW));
}

int
below_chmod(int dirfd, const char *path, mode_t mode)
{
	int fd = parent(dirfd, &path);

	return fd == -1 ? -1 : leave(dirfd, fd, fchmodat(fd, path, mode, AT_SYMLINK_NOFOLLOW));
}

int
below_unlink(int dirfd, const char *path, int flags)
{
	int fd = parent(dirfd, &path);

	return fd == -1 ? -1 : leave(dirfd, fd, unlinkat(fd, path, flags));
}

int
below_rename(int from, const char *old, int to, const char *name)
{
	int a = parent(from, &old), b = a == -1 ? -1 : parent(to, &name);

	if (a == -1)
		return -1;
	if (b == -1)
		return leave(from, a, -1);
	return leave(from, a, leave(to, b, renameat(a, old, b, name)));
}

int
below_mkdir(int dirfd, const char *path)
{
	int fd = parent(dirfd, &path), result;

	if (fd == -1)
		return -1;
	result = mkdirat(fd, path, 0700);
	if (result == 0 && dir_is_shared(fd))
		result = fchmodat(fd, path, 02770, 0);
	return leave(dirfd, fd, result);
}
