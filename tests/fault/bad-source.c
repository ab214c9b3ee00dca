/* SPDX-License-Identifier: MIT */
/*
 * bad-source.c - a device that fails, or does not answer, for one command (LD_PRELOAD)
 *
 * BAD_COMMAND   the program that sees it: lib-import
 * BAD_PATH      calls on paths that hold this text
 * BAD_CALL      read, open or look (fstatat)
 * BAD_ERRNO     fail with this number; or 0: hang for an hour
 * BAD_TIMES     so often for each path, then no longer; absent: always
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[PATHS];
static int times[PATHS];

static int
told(const char *path)
{
	const char *limit = getenv("BAD_TIMES");
	int i = 0, bad;

	pthread_mutex_lock(&lock);
	while (i < PATHS - 1 && paths[i] != NULL && strcmp(paths[i], path) != 0)
		i++;
	if (paths[i] == NULL)
		paths[i] = strdup(path);
	bad = limit == NULL || times[i]++ < atoi(limit);
	pthread_mutex_unlock(&lock);
	return bad;
}

/* 0: go on; else errno is set. */
static int
is_bad(const char *call, const char *path)
{
	const char *who = getenv("BAD_COMMAND"), *what = getenv("BAD_CALL"), *where = getenv("BAD_PATH");
	const char *number = getenv("BAD_ERRNO");

	if (who == NULL || what == NULL || where == NULL || number == NULL)
		return 0;
	if (strcmp(program_invocation_short_name, who) != 0 || strcmp(what, call) != 0 ||
	    strstr(path, where) == NULL || !told(path))
		return 0;
	if (atoi(number) == 0)
		for (int i = 0; i < 3600; i++)
			sleep(1);
	errno = atoi(number);
	return 1;
}

static int
is_bad_fd(const char *call, int fd, const char *name)
{
	char link[64], path[9000] = "";
	ssize_t n = 0;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (fd >= 0 && (name == NULL || name[0] != '/'))
		n = readlink(link, path, 4096);
	path[n > 0 ? n : 0] = '\0';
	if (name != NULL && strlen(name) < 4096) {
		strcat(path, n > 0 ? "/" : "");
		strcat(path, name);
	}
	return is_bad(call, path);
}

ssize_t
pread64(int fd, void *bytes, size_t len, off64_t at)
{
	static ssize_t (*next)(int, void *, size_t, off64_t);

	if (next == NULL)
		next = (ssize_t(*)(int, void *, size_t, off64_t))dlsym(RTLD_NEXT, "pread64");
	return is_bad_fd("read", fd, NULL) ? -1 : next(fd, bytes, len, at);
}

ssize_t
pread(int fd, void *bytes, size_t len, off_t at)
{
	return pread64(fd, bytes, len, at);
}

int
openat64(int fd, const char *name, int flags, ...)
{
	static int (*next)(int, const char *, int, int);

	if (next == NULL)
		next = (int (*)(int, const char *, int, int))dlsym(RTLD_NEXT, "openat64");
	if (is_bad_fd("open", fd, name))
		return -1;
	if ((flags & O_CREAT) != 0) {
		__builtin_va_list ap;
		int mode;

		__builtin_va_start(ap, flags);
		mode = __builtin_va_arg(ap, int);
		__builtin_va_end(ap);
		return next(fd, name, flags, mode);
	}
	return next(fd, name, flags, 0);
}

int
openat(int fd, const char *name, int flags, ...)
{
	__builtin_va_list ap;
	int mode = 0;

	if ((flags & O_CREAT) != 0) {
		__builtin_va_start(ap, flags);
		mode = __builtin_va_arg(ap, int);
		__builtin_va_end(ap);
	}
	return openat64(fd, name, flags, mode);
}

int
fstatat64(int fd, const char *name, struct stat64 *st, int flags)
{
	static int (*next)(int, const char *, struct stat64 *, int);

	if (next == NULL)
		next = (int (*)(int, const char *, struct stat64 *, int))dlsym(RTLD_NEXT, "fstatat64");
	return is_bad_fd("look", fd, name) ? -1 : next(fd, name, st, flags);
}

int
fstatat(int fd, const char *name, struct stat *st, int flags)
{
	return fstatat64(fd, name, (struct stat64 *)st, flags);
}
