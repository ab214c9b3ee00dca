/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"

ssize_t
file_read(int fd, void *bytes, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, (char *)bytes + got, len - got);

		if (n == 0)
			break;
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		got += (size_t)n;
	}
	return (ssize_t)got;
}

ssize_t
file_write(int fd, const void *bytes, size_t len)
{
	size_t put = 0;

	while (put < len) {
		ssize_t n = write(fd, (const char *)bytes + put, len - put);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		put += (size_t)n;
	}
	return (ssize_t)put;
}

enum err_code
file_slurp(struct buf *b, int dirfd, const char *name, size_t max, struct err *e)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(e, errno, "%s", name);
	(void)file_slurp_open(b, fd, name, max, e);
	close(fd);
	return e->code;
}

int64_t
file_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum err_code
file_slurp_open(struct buf *b, int fd, const char *name, size_t max, struct err *e)
{
	enum err_code rc = ERR_NONE;

	for (;;) {
		char *at = buf_reserve(b, 65536);
		ssize_t n;

		if (at == NULL) {
			rc = err_memory(e);
			break;
		}
		n = file_read(fd, at, 65536);
		if (n < 0)
			rc = err_sys(e, errno, "%s", name);
		if (n <= 0)
			break;
		b->len += (size_t)n;
		if (b->len > max) {
			rc = err_set(e, ERR_FORMAT, "%s: larger than %zu bytes", name, max);
			break;
		}
	}
	buf_add(b, "", 0);
	return rc;
}

enum err_code
file_replace(int dirfd, const char *name, const void *bytes, size_t len, mode_t mode, struct err *e)
{
	char *tmp = NULL;
	int fd = -1;
	enum err_code rc = ERR_NONE;
	const char *slash = strrchr(name, '/');
	int head = slash == NULL ? 0 : (int)(slash - name) + 1;
	char *folder = NULL;
	int folderfd = -1;

	if (asprintf(&tmp, "%.*s.%s.%ld.tmp", head, name, name + head, (long)getpid()) < 0)
		return err_memory(e);
	folder = head == 0 ? strdup(".") : strndup(name, (size_t)head);
	if (folder == NULL) {
		rc = err_memory(e);
		goto out;
	}
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0) {
		rc = err_sys(e, errno, "cannot write %s", name);
		goto out;
	}
	if (file_write(fd, bytes, len) < 0 || fsync(fd) != 0) {
		rc = err_sys(e, errno, "cannot write %s", name);
		goto undo;
	}
	if (renameat(dirfd, tmp, dirfd, name) != 0) {
		rc = err_sys(e, errno, "cannot write %s", name);
		goto undo;
	}
	/* where users want a file links are followed: the folder is opened as the file was */
	folderfd = openat(dirfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc =
	    folderfd < 0 ? err_sys(e, errno, "cannot open folder %s", folder) : dir_sync(folderfd, folder, e);
	fd_close(&folderfd);
	goto out;
undo:
	(void)unlinkat(dirfd, tmp, 0);
out:
	fd_close(&fd);
	free(folder);
	free(tmp);
	return rc;
}

static enum err_code
write_into(const char *path, const void *bytes, size_t len, struct err *e)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "cannot write %s", path);
	if (file_write(fd, bytes, len) < 0)
		err_sys(e, errno, "cannot write %s", path);
	if (close(fd) != 0 && e->code == ERR_NONE)
		err_sys(e, errno, "cannot write %s", path);
	return e->code;
}

enum err_code
file_output(const char *path, const void *bytes, size_t len, mode_t mode, struct err *e)
{
	struct stat st;
	char *real = NULL;

	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			return write_into(path, bytes, len, e);
		real = realpath(path, NULL);
		if (real == NULL)
			return err_sys(e, errno, "cannot write %s", path);
	}
	(void)file_replace(AT_FDCWD, real != NULL ? real : path, bytes, len, mode, e);
	free(real);
	return e->code;
}

enum err_code
dir_sync(int fd, const char *what, struct err *e)
{
	if (fsync(fd) != 0)
		return err_sys(e, errno, "cannot make %s durable", what);
	return ERR_NONE;
}

enum err_code
dir_sync_at(int dirfd, const char *name, struct err *e)
{
	int fd = dir_open_at(dirfd, name, e);
	enum err_code rc;

	if (fd < 0)
		return e->code;
	rc = dir_sync(fd, name, e);
	close(fd);
	return rc;
}

int
dir_open_at(int dirfd, const char *name, struct err *e)
{
	int fd = below_open(dirfd, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		err_sys(e, errno, "cannot open folder %s", name);
	return fd;
}

bool
dir_is_shared(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & (S_ISGID | S_IRWXG)) == (S_ISGID | S_IRWXG);
}

int
file_share(int dirfd, int fd)
{
	return dir_is_shared(dirfd) ? fchmod(fd, 0660) : 0;
}

void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The folder that is the first part of path, as far as one call goes; *path moves behind it. */
static int
step_into(int from, const char **path)
{
	char part[PATH_MAX];
	const char *end = *path + PATH_MAX - 2;
	size_t len;

	while (end > *path && *end != '/')
		end--;
	if (end == *path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	len = (size_t)(end - *path);
	memcpy(part, *path, len);
	part[len] = '\0';
	*path = end + strspn(end, "/");
	return openat(from, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int
path_near(const char *path, const char **rest)
{
	int fd = AT_FDCWD;

	while (strlen(path) >= PATH_MAX) {
		int next = step_into(fd, &path);

		path_close(fd);
		if (next < 0)
			return -1;
		fd = next;
	}
	*rest = path;
	return fd;
}

void
path_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

char *
path_join(const char *a, const char *b)
{
	char *joined = NULL;
	size_t len = strlen(a);

	if (*b == '/')
		return strdup(b);
	if (asprintf(&joined, "%s%s%s", a, len > 0 && a[len - 1] == '/' ? "" : "/", b) < 0)
		return NULL;
	return joined;
}

void
path_tidy(char *path)
{
	char *out = path;

	for (const char *s = path; *s != '\0';) {
		size_t len;

		while (*s == '/')
			s++;
		len = strcspn(s, "/");
		if (len == 2 && s[0] == '.' && s[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (len != 0 && !(len == 1 && s[0] == '.')) {
			*out++ = '/';
			memmove(out, s, len);
			out += len;
		}
		s += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}
