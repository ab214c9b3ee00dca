/* SPDX-License-Identifier: MIT */
/* Planted bugs to preload, which the tests of this folder must find.  PLANT names them, a word each:
 *
 *	nosync	every sync only says that it was done
 *	blobs	every sync but those of the catalogue
 *	folders	those of folders
 *	late	those of staging/ come after the next sync of the catalogue: items before their bytes
 *	wal	the catalogue is committed with synchronous=NORMAL: no sync
 *	over	a blob that is there already is written over, and not by a rename
 *	gc	the library's lock is said to be had: nothing keeps orphans from being cleared, nor
 *checkpoints, while somebody publishes locks	every lock of the library and its sessions is said to be had
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int pending = -1;

static int
planted(const char *word)
{
	const char *what = getenv("PLANT");

	return what != NULL && strcmp(what, word) == 0;
}

static int
has_path(int fd, const char *part)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, part) != NULL;
}

static int
is_catalogue(int fd)
{
	return has_path(fd, "/library.db");
}

static int
is_folder(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* -1: do it, else the result. */
static int
lie(int fd)
{
	if (planted("nosync") || (planted("blobs") && !is_catalogue(fd)) ||
	    (planted("folders") && is_folder(fd)) || (planted("wal") && is_catalogue(fd)))
		return 0;
	if (planted("late") && !is_catalogue(fd)) {
		if (pending < 0)
			pending = dup(fd);
		return 0;
	}
	return -1;
}

static void
make_good(int fd)
{
	if (pending >= 0 && is_catalogue(fd)) {
		syscall(SYS_syncfs, pending);
		close(pending);
		pending = -1;
	}
}

int
fsync(int fd)
{
	int rc = lie(fd);

	if (rc >= 0)
		return rc;
	rc = (int)syscall(SYS_fsync, fd);
	make_good(fd);
	return rc;
}

int
fdatasync(int fd)
{
	int rc = lie(fd);

	if (rc >= 0)
		return rc;
	rc = (int)syscall(SYS_fdatasync, fd);
	make_good(fd);
	return rc;
}

int
syncfs(int fd)
{
	int rc = lie(fd);

	return rc >= 0 ? rc : (int)syscall(SYS_syncfs, fd);
}

static int
is_blob(const char *name)
{
	return strlen(name) > 64 && name[64] == '.';
}

/* Asked before a blob is put in its place, and after that: before, nothing is there. */
int
fstatat(int dir, const char *restrict name, struct stat *restrict st, int flags)
{
	int (*real)(int, const char *, struct stat *, int);
	static int asked;

	*(void **)&real = dlsym(RTLD_NEXT, "fstatat");
	if (planted("over") && is_blob(name) && has_path(dir, "/blobs/") && asked++ % 2 == 0)
		return real(dir, "nothing", st, flags);
	return real(dir, name, st, flags);
}

int
linkat(int from, const char *old, int to, const char *new, int flags)
{
	char bytes[4096];
	ssize_t n;
	int in, out;

	if (!planted("over") || !is_blob(new))
		return (int)syscall(SYS_linkat, from, old, to, new, flags);
	in = openat(from, old, O_RDONLY);
	out = openat(to, new, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	while (in >= 0 && out >= 0 && (n = read(in, bytes, sizeof bytes)) > 0)
		if (write(out, bytes, (size_t)n) != n)
			break;
	close(in);
	return close(out);
}

int
fcntl64(int fd, int what, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, what);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (what == F_OFD_SETLK && has_path(fd, "/lock") &&
	    (planted("locks") || (planted("gc") && ((struct flock *)arg)->l_start == 0)))
		return 0;
	return (int)syscall(SYS_fcntl, fd, what, arg);
}

int fcntl(int fd, int what, ...) __attribute__((alias("fcntl64")));
