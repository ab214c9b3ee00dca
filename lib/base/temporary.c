/* SPDX-License-Identifier: MIT */
#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char *
folder(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");

	if (runtime != NULL && *runtime == '/' && access(runtime, W_OK) == 0)
		return runtime;
	return tmp != NULL && *tmp == '/' ? tmp : "/tmp";
}

char *
temporary_make(const char *suffix, const void *bytes, size_t len, struct err *e)
{
	const char *dir = folder();
	char *path;
	int fd;

	if (asprintf(&path, "%s/fonoteca-XXXXXX%s", dir, suffix) < 0) {
		err_memory(e);
		return NULL;
	}
	fd = mkostemps(path, (int)strlen(suffix), O_CLOEXEC);
	if (fd >= 0 && file_write(fd, bytes, len) == (ssize_t)len) {
		fd_close(&fd);
		return path;
	}
	err_sys(e, errno, "cannot write a file for another program in %s", dir);
	if (fd >= 0)
		unlink(path);
	fd_close(&fd);
	free(path);
	return NULL;
}

void
temporary_remove(char *path)
{
	if (path != NULL)
		unlink(path);
	free(path);
}
