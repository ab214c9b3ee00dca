/* SPDX-License-Identifier: MIT */
/* Whole folders (file.h). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct tree {
	dev_t dev;
	bool count_only;
	int64_t files, bytes;
};

static enum err_code empty(struct tree *t, int dirfd, const char *name, struct err *e);

/* One name in an open folder. */
static enum err_code
clear(struct tree *t, int dirfd, const char *name, struct err *e)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ERR_NONE : err_sys(e, errno, "cannot look at %s", name);
	if (S_ISDIR(st.st_mode)) {
		if (st.st_dev != t->dev)
			return err_set(e, ERR_STATE, "%s is another file system: it is left alone", name);
		if (empty(t, dirfd, name, e) != ERR_NONE || t->count_only)
			return e->code;
		if (unlinkat(dirfd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
			return err_sys(e, errno, "cannot remove folder %s", name);
		return ERR_NONE;
	}
	if (!t->count_only && unlinkat(dirfd, name, 0) != 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot remove %s", name);
	t->files++;
	t->bytes += st.st_size;
	return ERR_NONE;
}

static enum err_code
empty(struct tree *t, int dirfd, const char *name, struct err *e)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	enum err_code rc = ERR_NONE;
	struct dirent *d;

	if (dir == NULL) {
		rc = err_sys(e, errno, "cannot read folder %s", name);
		fd_close(&fd);
		return rc;
	}
	while (rc == ERR_NONE && (errno = 0, d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = clear(t, fd, d->d_name, e);
	if (rc == ERR_NONE && errno != 0)
		rc = err_sys(e, errno, "cannot read folder %s", name);
	closedir(dir);
	return rc;
}

enum err_code
tree_remove_at(int dirfd, const char *name, bool count_only, int64_t *files, int64_t *bytes, struct err *e)
{
	struct tree t = { .count_only = count_only };
	enum err_code rc;
	struct stat st;

	if (fstat(dirfd, &st) != 0)
		return err_sys(e, errno, "cannot look at the folder of %s", name);
	t.dev = st.st_dev;
	rc = clear(&t, dirfd, name, e);
	*files += t.files;
	*bytes += t.bytes;
	return rc;
}
