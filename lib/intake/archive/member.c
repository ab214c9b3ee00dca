/* SPDX-License-Identifier: MIT */
#include "intake/archive/member.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "intake/archive/unpack.h"

const char *
member_wrong(const char *name, size_t len)
{
	int depth = 0;

	if (len == 0)
		return "has no name";
	if (memchr(name, '\0', len) != NULL)
		return "has a NUL in its name";
	if (name[0] == '/')
		return "has an absolute path";
	if (len > UNPACK_PATH)
		return "has too long a path";
	for (const char *at = name, *end = name + len; at < end;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t n = (size_t)((slash != NULL ? slash : end) - at);

		if (n == 2 && at[0] == '.' && at[1] == '.')
			return "leads out of the archive";
		if (n > NAME_MAX)
			return "has too long a name";
		if (n > 0 && ++depth > UNPACK_DEPTH)
			return "lies too deep";
		at += n + 1;
	}
	return NULL;
}

bool
member_named_audio(const char *name)
{
	static const char *const suffixes[] = { "mp3", "flac", "ogg", "oga", "opus", "spx", "m4a", "m4b",
		"mp4", "aac", "wav", "aif", "aiff", "wma", "ape", "wv", "mpc", "tta", "dsf", "dff", "mka",
		"mp2", "ac3", "dts", "caf", "w64", "shn" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcasecmp(dot + 1, suffixes[i]) == 0)
			return true;
	return false;
}

void
member_place_free(struct member_place *p)
{
	fd_close(&p->fd);
	free(p->folder);
	p->folder = NULL;
}

/* Into the folder `name`, made where it is not there; dirfd is closed unless it is the root. */
static int
step(const struct member_place *p, int dirfd, const char *name)
{
	int fd = -1, saved;

	if (strcmp(name, ".") == 0)
		return dirfd;
	if (below_mkdir(dirfd, name) == 0 || errno == EEXIST)
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	saved = errno;
	if (dirfd != p->root)
		close(dirfd);
	errno = saved;
	return fd;
}

/* Make folder (a copy that may be written to) the place.  -1 with errno. */
static int
enter(struct member_place *p, char *folder)
{
	char *rest = NULL, *copy = strdup(folder);
	int fd = p->root;

	member_place_free(p);
	if (copy == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (char *part = strtok_r(folder, "/", &rest); part != NULL && fd >= 0;
	     part = strtok_r(NULL, "/", &rest))
		fd = step(p, fd, part);
	if (fd == p->root)
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {
		free(copy);
		return -1;
	}
	p->fd = fd;
	p->folder = copy;
	return fd;
}

static int
refuse(const char **refused, struct err *e)
{
	switch (errno) {
	case EEXIST:
		*refused = "is there twice";
		break;
	case ENOTDIR:
	case ELOOP:
		*refused = "lies in a folder that is a file";
		break;
	case EISDIR:
		*refused = "is a folder, too";
		break;
	case ENAMETOOLONG:
		*refused = "has too long a name";
		break;
	case EINVAL:
	case EILSEQ:
		*refused = "has a name that the library's file system does not take";
		break;
	default:
		err_sys(e, errno, "cannot write to the library");
	}
	return -1;
}

int
member_create(struct member_place *p, const char *name, const char **refused, struct err *e)
{
	const char *base = path_base(name);
	char *folder = strndup(name, (size_t)(base - name));
	int fd, ok;

	if (folder == NULL) {
		err_memory(e);
		return -1;
	}
	if (*base == '\0' || strcmp(base, ".") == 0) {
		free(folder);
		*refused = "has no name";
		return -1;
	}
	ok = p->folder != NULL && strcmp(p->folder, folder) == 0 ? 0 : enter(p, folder);
	free(folder);
	if (ok < 0)
		return refuse(refused, e);
	fd = openat(p->fd, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? refuse(refused, e) : fd;
}

void
member_drop(struct member_place *p, const char *name)
{
	(void)unlinkat(p->fd, path_base(name), 0); /* what stays goes with the folder */
}
