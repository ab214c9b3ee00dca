/* SPDX-License-Identifier: MIT */
/* To preload: the FAIL_ALLOC-th allocation of a command of ours fails, with FAIL_STICKY all from there on.
 * How many there were is written to the file FAIL_COUNT.  The media worker is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static atomic_long count;
static long fail_at;
static int sticky, on;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("FAIL_ALLOC");

	on = strncmp(program_invocation_short_name, "lib-", 4) == 0;
	fail_at = at == NULL ? 0 : atol(at);
	sticky = getenv("FAIL_STICKY") != NULL;
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("FAIL_COUNT");
	char text[32];
	int fd, len;

	if (!on || path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	len = snprintf(text, sizeof text, "%ld\n", atomic_load(&count));
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		_exit(99);
	close(fd);
}

static int
fails(void)
{
	long n;

	if (!on)
		return 0;
	n = atomic_fetch_add(&count, 1) + 1;
	if (fail_at == 0 || (sticky ? n < fail_at : n != fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
