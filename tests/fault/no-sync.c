/* A planted bug to preload: syncs that only say that they were done.  NO_SYNC=blobs: those of the catalogue
 * are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
is_wanted(int fd)
{
	const char *what = getenv("NO_SYNC");
	char link[64], path[4096];
	ssize_t n;

	if (what == NULL || strcmp(what, "blobs") != 0)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, "/library.db") != NULL;
}

int
fsync(int fd)
{
	return is_wanted(fd) ? (int)syscall(SYS_fsync, fd) : 0;
}

int
fdatasync(int fd)
{
	return is_wanted(fd) ? (int)syscall(SYS_fdatasync, fd) : 0;
}

int
syncfs(int fd)
{
	return fd < 0 ? -1 : 0;
}
