/* SPDX-License-Identifier: MIT */
#include "store/layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "store/track.h"

enum { SHARDS = 256 };

static const char *const folders[] = { "blobs", "staging", "trash", "backup" };
static const char *const files[] = { "lock", "config", "library.db", "library.db-wal", "library.db-shm",
	"library.db-journal" };

static bool
is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (strcmp(name, folders[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (strcmp(name, files[i]) == 0)
			return true;
	return false;
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Is there anything in the folder (below it, down to depth), folders themselves aside? */
static bool
holds_files(int at, const char *name, int depth)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool found = fd < 0 && errno != ENOENT;
	struct dirent *d;

	if (dir == NULL) {
		fd_close(&fd);
		return found;
	}
	while (!found && (d = readdir(dir)) != NULL) {
		if (is_dots(d->d_name))
			continue;
		found = (d->d_type != DT_DIR && d->d_type != DT_UNKNOWN) || depth == 0 ||
		    holds_files(dirfd(dir), d->d_name, depth - 1);
	}
	closedir(dir);
	return found;
}

bool
layout_is_left(int dirfd)
{
	return holds_files(dirfd, "blobs", 1) || holds_files(dirfd, "trash", 0) ||
	    holds_files(dirfd, "backup", 0);
}

/* A folder that a library may be made in: empty, or one whose making was cut short. */
static enum err_code
check_usable(int fd, const char *path, struct err *e)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *d;
	enum err_code rc = ERR_NONE;

	if (dir == NULL) {
		rc = err_sys(e, errno, "cannot read folder %s", path);
		fd_close(&copy);
		return rc;
	}
	while (rc == ERR_NONE && (d = readdir(dir)) != NULL)
		if (!is_dots(d->d_name) && !is_ours(d->d_name))
			rc = err_set(e, ERR_LIBRARY,
			    "%s is not empty and no library (it holds %s): none is made there", path,
			    d->d_name);
	closedir(dir);
	if (rc == ERR_NONE && layout_is_left(fd))
		rc = err_set(e, ERR_LIBRARY,
		    "%s has lost its library.db but still holds blobs or copies: nothing is made over them",
		    path);
	return rc;
}

static enum err_code
make_folder(int dirfd, const char *name, struct err *e)
{
	if (below_mkdir(dirfd, name) != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make folder %s", name);
	return ERR_NONE;
}

static enum err_code
make_shards(int dirfd, struct err *e)
{
	int blobs = dir_open_at(dirfd, "blobs", e);
	enum err_code rc = ERR_NONE;
	char name[4];

	if (blobs < 0)
		return e->code;
	for (int i = 0; i < SHARDS && rc == ERR_NONE; i++) {
		snprintf(name, sizeof name, "%02x", (unsigned)i & 0xff);
		rc = make_folder(blobs, name, e);
	}
	if (rc == ERR_NONE)
		rc = dir_sync(blobs, "blobs", e);
	close(blobs);
	return rc;
}

static enum err_code
make_path(const char *path, bool parents, struct err *e)
{
	char *copy;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return ERR_NONE;
	if (errno != ENOENT || !parents)
		return err_sys(e, errno, "cannot make the library's folder %s", path);
	copy = strdup(path);
	if (copy == NULL)
		return err_memory(e);
	for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(copy, 0700); /* the last mkdir tells what is wrong */
		*slash = '/';
	}
	free(copy);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make the library's folder %s", path);
	return ERR_NONE;
}

/* Before anything is in it: what is made there is the group's, too. */
static enum err_code
share(int fd, const char *name, struct err *e)
{
	const struct group *group = getgrnam(name);

	if (group == NULL)
		return err_set(e, ERR_NOTFOUND, "there is no group '%s'", name);
	if (fchown(fd, (uid_t)-1, group->gr_gid) != 0 || fchmod(fd, 02770) != 0)
		return err_sys(e, errno, "cannot give it to the group %s", name);
	if (!dir_is_shared(fd)) /* chmod() takes the bit away from who is no member, and says nothing */
		return err_set(e, ERR_DENIED, "you are no member of the group %s", name);
	return ERR_NONE;
}

enum err_code
layout_make(const char *path, const struct db_options *o, int *dirfd, struct err *e)
{
	int fd = -1;

	if (make_path(path, o != NULL && o->make_parents, e) != ERR_NONE)
		return e->code;
	if (layout_open(path, &fd, e) != ERR_NONE)
		return e->code;
	if (check_usable(fd, path, e) != ERR_NONE)
		goto fail;
	if (o != NULL && o->group != NULL && share(fd, o->group, e) != ERR_NONE)
		goto fail;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (make_folder(fd, folders[i], e) != ERR_NONE)
			goto fail;
	if (make_shards(fd, e) != ERR_NONE || dir_sync(fd, path, e) != ERR_NONE ||
	    dir_sync_at(fd, "..", e) != ERR_NONE)
		goto fail;
	*dirfd = fd;
	return ERR_NONE;
fail:
	close(fd);
	return err_context(e, "cannot make a library in %s", path);
}

enum err_code
layout_check_group(int dirfd, const char *path, const char *name, struct err *e)
{
	const struct group *group = getgrnam(name);
	struct stat st;

	if (group == NULL)
		return err_set(e, ERR_NOTFOUND, "there is no group '%s'", name);
	if (fstat(dirfd, &st) != 0)
		return err_sys(e, errno, "%s", path);
	if (!dir_is_shared(dirfd) || st.st_gid != group->gr_gid)
		return err_set(e, ERR_STATE,
		    "the library in %s is there already, and is not shared with %s: fonoteca-library(5) says "
		    "how to share it",
		    path, name);
	return ERR_NONE;
}

enum err_code
layout_open(const char *path, int *dirfd, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[OWNER_TEXT];

	if (fd < 0 && errno == ENOTDIR)
		return err_set(e, ERR_LIBRARY, "%s is not a folder, so it is no library", path);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_LIBRARY, "there is no library in %s: lib-import makes one", path);
	if (fd < 0) {
		int why = errno;
		struct stat st;

		err_sys(e, why, "cannot open the library in %s", path);
		if (why == EACCES && stat(path, &st) == 0)
			err_set(e, ERR_LIBRARY,
			    "cannot open the library in %s: it belongs to %s, and is not shared with you",
			    path, owner_name((int64_t)st.st_uid, name));
		return e->code = ERR_LIBRARY;
	}
	*dirfd = fd;
	return ERR_NONE;
}

enum err_code
layout_check_links(int dirfd, struct err *e)
{
	static const char *const names[] = { "library.db", "blobs", "staging", "trash", "backup" };
	struct stat st;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (fstatat(dirfd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
			return err_set(e, ERR_LIBRARY,
			    "the library's %s is a symbolic link, and none is followed there: "
			    "move the library as a whole, or mount the other disk at its place",
			    names[i]);
	return ERR_NONE;
}

enum err_code
layout_mend(int dirfd, struct err *e)
{
	bool made = false;

	if (layout_check_links(dirfd, e) != ERR_NONE)
		return e->code;
	for (size_t i = 1; i < sizeof folders / sizeof folders[0]; i++) {
		if (below_mkdir(dirfd, folders[i]) == 0)
			made = true;
		else if (errno != EEXIST)
			return err_sys(e, errno, "cannot make the library's folder %s", folders[i]);
	}
	return made ? dir_sync(dirfd, "the library's folder", e) : ERR_NONE;
}

/* Is the folder empty, or not there? */
static bool
is_empty(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		fd_close(&fd);
		return true;
	}
	do
		d = readdir(dir);
	while (d != NULL && is_dots(d->d_name));
	closedir(dir);
	return d == NULL;
}

enum err_code
layout_check_blobs(int dirfd, struct err *e)
{
	if (layout_check_links(dirfd, e) == ERR_NONE && is_empty(dirfd, "blobs"))
		err_set(e, ERR_LIBRARY,
		    "the library's blobs/ is empty: is its disk mounted? if the blobs are lost, make a "
		    "folder blobs/00: then lib-sweep repair fetches what it finds");
	return e->code;
}

enum err_code
layout_mend_shard(int dirfd, const char *shard, bool has_blobs, struct err *e)
{
	if (has_blobs && layout_check_blobs(dirfd, e) != ERR_NONE)
		return e->code;
	if (below_mkdir(dirfd, "blobs") != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make the library's folder blobs");
	if (below_mkdir(dirfd, shard) != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make the library's folder %s", shard);
	return dir_sync_at(dirfd, "blobs", e);
}

bool
layout_has_file(int dirfd)
{
	struct stat st;

	return fstatat(dirfd, "library.db", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
layout_has_database(int dirfd)
{
	struct stat st;

	return fstatat(dirfd, "library.db", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0;
}

int
layout_lock_file(int dirfd, bool create, struct err *e)
{
	int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (create ? O_CREAT : 0);
	int fd = openat(dirfd, "lock", flags, 0600);
	struct stat st;

	if (fd < 0)
		err_sys(e, errno, "cannot open the library's lock file");
	else if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & S_IRWXG) == 0)
		(void)file_share(dirfd, fd); /* made just now */
	return fd;
}

bool
layout_on_network(int dirfd)
{
	static const long types[] = { 0x6969 /* NFS */, 0x517b /* SMB */, 0xff534d42 /* CIFS */,
		0xfe534d42 /* SMB2 */, 0x5346414f /* AFS */, 0x01021997 /* 9p */, 0x00c36400 /* Ceph */,
		0x65735546 /* FUSE: sshfs, rclone, ... */ };
	struct statfs fs;

	if (fstatfs(dirfd, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if ((unsigned long)fs.f_type == (unsigned long)types[i])
			return true;
	return false;
}
