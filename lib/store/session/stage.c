/* SPDX-License-Identifier: MIT */
#include "store/session/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "store/sql.h"

enum { FEW = 16, FOLDER = 40 };

struct stage {
	int fd; /* staging/s3 */
	char folder[FOLDER];
	atomic_uint_fast64_t next; /* of the temporary names */
};

static void
folder_name(char name[FOLDER], int64_t session)
{
	snprintf(name, FOLDER, "staging/s%" PRId64, session);
}

enum err_code
stage_make(struct db *db, int64_t session, struct err *e)
{
	char folder[FOLDER];

	folder_name(folder, session);
	if (below_mkdir(db->dirfd, folder) != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make %s/%s", db->path, folder);
	return dir_sync_at(db->dirfd, "staging", e);
}

enum err_code
stage_open(struct stage **ret, struct db *db, int64_t session, struct err *e)
{
	struct stage *s = calloc(1, sizeof *s);
	uint64_t seed = 0;

	if (s == NULL)
		return err_memory(e);
	folder_name(s->folder, session);
	s->fd = dir_open_at(db->dirfd, s->folder, e);
	if (s->fd < 0) {
		free(s);
		return e->code;
	}
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
	atomic_init(&s->next, seed);
	*ret = s;
	return ERR_NONE;
}

void
stage_close(struct stage *s)
{
	if (s == NULL)
		return;
	fd_close(&s->fd);
	free(s);
}

int
stage_file(struct stage *s, char name[STAGE_TMP], struct err *e)
{
	for (int tries = 0; tries < 100; tries++) {
		uint64_t n = atomic_fetch_add(&s->next, 1);
		int fd;

		snprintf(name, STAGE_TMP, "tmp-%016" PRIx64, n);
		fd = openat(s->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	err_sys(e, errno, "cannot make a file in the library's %s", s->folder);
	return -1;
}

/* What is the source's fault, or that of where it lies. */
static bool
is_refusal(int errnum)
{
	return errnum == EXDEV || errnum == EPERM || errnum == EACCES || errnum == EMLINK ||
	    errnum == EOPNOTSUPP || errnum == ENOSYS || errnum == EINVAL || errnum == ENOENT;
}

int
stage_link(struct stage *s, int src, char name[STAGE_TMP], struct err *e)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", src);
	for (int tries = 0; tries < 100; tries++) {
		snprintf(name, STAGE_TMP, "tmp-%016" PRIx64, (uint64_t)atomic_fetch_add(&s->next, 1));
		if (linkat(AT_FDCWD, path, s->fd, name, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		/* without /proc; only the privileged may */
		if (errno == ENOENT && linkat(src, "", s->fd, name, AT_EMPTY_PATH) == 0)
			return 0;
		if (is_refusal(errno))
			return errno;
		if (errno != EEXIST)
			break;
	}
	err_sys(e, errno, "cannot make a link in the library's %s", s->folder);
	return -1;
}

int
stage_folder(struct stage *s, char name[STAGE_FOLDER], struct err *e)
{
	for (int tries = 0; tries < 100; tries++) {
		snprintf(name, STAGE_FOLDER, "unpack-%016" PRIx64, (uint64_t)atomic_fetch_add(&s->next, 1));
		if (below_mkdir(s->fd, name) == 0)
			return dir_open_at(s->fd, name, e);
		if (errno != EEXIST)
			break;
	}
	err_sys(e, errno, "cannot make a folder in the library's %s", s->folder);
	return -1;
}

enum err_code
stage_drop_folder(struct stage *s, const char *name, struct err *e)
{
	int64_t files = 0, bytes = 0;

	if (tree_remove_at(s->fd, name, false, &files, &bytes, e) != ERR_NONE)
		err_context(e, "in the library's %s", s->folder);
	return e->code;
}

int
stage_reopen(struct stage *s, const char *name, struct err *e)
{
	int fd = openat(s->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		err_sys(e, errno, "cannot open %s in the library's %s", name, s->folder);
	return fd;
}

int64_t
stage_room(const struct stage *s)
{
	struct statvfs fs;

	if (fstatvfs(s->fd, &fs) != 0)
		return INT64_MAX;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

void
stage_drop(struct stage *s, const char *tmp)
{
	(void)unlinkat(s->fd, tmp, 0); /* what stays is cleared with the session's folder */
}

/* Are the bytes there under their name already? */
static bool
is_there(struct stage *s, const char *name, int64_t size)
{
	struct stat st;

	return fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == (off_t)size;
}

enum err_code
stage_keep(struct stage *s, const char *tmp, const uint8_t sha256[32], const char *suffix, int64_t size,
    bool linked, int64_t *ctime_ns, struct err *e)
{
	char name[BLOB_NAME];
	struct stat st;

	*ctime_ns = 0;
	blob_name(name, sha256, suffix);
	if (is_there(s, name, size)) { /* never put bytes that are not durable over some that may be */
		stage_drop(s, tmp);
		return ERR_NONE;
	}
	if ((!linked && fchmodat(s->fd, tmp, 0444, 0) != 0) || renameat(s->fd, tmp, s->fd, name) != 0) {
		err_sys(e, errno, "cannot name %s in the library's %s", name, s->folder);
		stage_drop(s, tmp);
		return e->code;
	}
	if (fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*ctime_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
	return ERR_NONE;
}

enum err_code
stage_bytes(struct stage *s, const void *bytes, size_t len, const uint8_t sha256[32], const char *suffix,
    int64_t *ctime_ns, struct err *e)
{
	char name[BLOB_NAME], tmp[STAGE_TMP];
	int fd;

	*ctime_ns = 0;
	blob_name(name, sha256, suffix);
	if (is_there(s, name, (int64_t)len))
		return ERR_NONE;
	fd = stage_file(s, tmp, e);
	if (fd < 0)
		return e->code;
	if (file_write(fd, bytes, len) < 0) {
		err_sys(e, errno, "cannot write to the library's %s", s->folder);
		close(fd);
		stage_drop(s, tmp);
		return e->code;
	}
	if (close(fd) != 0) {
		err_sys(e, errno, "cannot write to the library's %s", s->folder);
		stage_drop(s, tmp);
		return e->code;
	}
	return stage_keep(s, tmp, sha256, suffix, (int64_t)len, false, ctime_ns, e);
}

static enum err_code
sync_one(struct stage *s, const char *name, struct err *e)
{
	int fd = openat(s->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err_code rc = ERR_NONE;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s in the library's %s", name, s->folder);
	if (fdatasync(fd) != 0)
		rc = err_sys(e, errno, "cannot write %s to the library's %s", name, s->folder);
	close(fd);
	return rc;
}

/* s->fd was opened before the first write, so syncfs() on it reports every error since. */
enum err_code
stage_sync(struct stage *s, char (*names)[BLOB_NAME], size_t n, struct err *e)
{
	if (n == 0)
		return ERR_NONE;
	for (size_t i = 0; i < n && n < FEW; i++)
		if (sync_one(s, names[i], e) != ERR_NONE)
			return e->code;
	if (n >= FEW && syncfs(s->fd) != 0)
		return err_sys(e, errno, "cannot write to the library's %s", s->folder);
	return dir_sync(s->fd, s->folder, e);
}

static bool
is_tmp(const char *name)
{
	return strncmp(name, "tmp-", 4) == 0 &&
	    name[4 + strspn(name + 4, "abcdefghijklmnopqrstuvwxyz0123456789.")] == '\0';
}

/* What stage_folder() makes. */
static bool
is_folder_name(const char *name)
{
	return strncmp(name, "unpack-", 7) == 0 && strlen(name) == STAGE_FOLDER - 1 &&
	    strspn(name + 7, "0123456789abcdef") == 16;
}

/* Walk an open folder; what the callback says about a name of ours: 1 keep, 0 remove, -1 stop. */
static enum err_code
remove_names(int fd, const char *folder, int (*owned)(void *, const uint8_t *, struct err *), void *context,
    int64_t *removed, int64_t *bytes, struct err *e)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	enum err_code rc = ERR_NONE;
	struct dirent *d;

	if (dir == NULL) {
		rc = err_sys(e, errno, "cannot read the library's %s", folder);
		fd_close(&copy);
		return rc;
	}
	while (rc == ERR_NONE && (errno = 0, d = readdir(dir)) != NULL) {
		uint8_t sha256[32];
		char suffix[8];
		struct stat st;
		int keep = 0;

		if (is_folder_name(d->d_name)) {
			rc = tree_remove_at(fd, d->d_name, false, removed, bytes, e);
			continue;
		}
		if (!is_tmp(d->d_name)) {
			if (!blob_parse(d->d_name, sha256, suffix))
				continue;
			if (owned != NULL)
				keep = owned(context, sha256, e);
		}
		if (keep < 0)
			rc = e->code;
		if (keep != 0 || fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			continue;
		if (unlinkat(fd, d->d_name, 0) != 0 && errno != ENOENT)
			rc = err_sys(e, errno, "cannot remove %s from the library's %s", d->d_name, folder);
		*removed += 1;
		*bytes += st.st_size;
	}
	if (rc == ERR_NONE && errno != 0)
		rc = err_sys(e, errno, "cannot read the library's %s", folder);
	closedir(dir);
	return rc;
}

enum err_code
stage_tidy(struct stage *s, int (*owned)(void *context, const uint8_t sha256[32], struct err *e),
    void *context, struct err *e)
{
	int64_t removed = 0, bytes = 0;

	return remove_names(s->fd, s->folder, owned, context, &removed, &bytes, e);
}

enum err_code
stage_clear(struct db *db, int64_t session, int64_t *removed, int64_t *bytes, struct err *e)
{
	char folder[FOLDER];
	struct err why = { 0 };
	int64_t n = 0, size = 0;
	enum err_code rc;
	int fd;

	folder_name(folder, session);
	fd = dir_open_at(db->dirfd, folder, &why);
	if (fd < 0 && why.sys != ENOENT) {
		*e = why;
		return e->code;
	}
	if (fd >= 0) {
		rc = remove_names(fd, folder, NULL, NULL, &n, &size, e);
		close(fd);
		if (rc != ERR_NONE)
			return rc;
		/* foreign files keep the folder: they are not ours to remove */
		if (below_unlink(db->dirfd, folder, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY &&
		    errno != ENOENT)
			return err_sys(e, errno, "cannot remove the library's %s", folder);
	}
	if (dir_sync_at(db->dirfd, "staging", e) != ERR_NONE)
		return e->code;
	*removed = n;
	*bytes = size;
	return ERR_NONE;
}
