/* SPDX-License-Identifier: MIT */
#include "intake/run/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"

/* 1 the blocks are shared, 0 they cannot be, -1. */
static int
clone_blocks(struct copy_shared *shared, int src, int dst, enum copy_fault *fault, struct err *e)
{
	bool demanded = shared->mode == COPY_REFLINK;

	if (atomic_load(&shared->no_clone) && !demanded)
		return 0;
	if (ioctl(dst, FICLONE, src) == 0)
		return 1;
	if (errno == EOPNOTSUPP || errno == ENOTTY || errno == ENOSYS)
		atomic_store(&shared->no_clone, true);
	if (!demanded && errno != ENOSPC && errno != EDQUOT)
		return 0;
	*fault = errno == EXDEV || errno == EIO ? COPY_SOURCE : COPY_LIBRARY;
	if (errno == ENOSPC || errno == EDQUOT)
		err_sys(e, errno, "cannot write to the library");
	else if (errno == EIO)
		err_sys(e, errno, "cannot be read");
	else if (errno == EXDEV)
		err_set(e, ERR_STATE, "is on another file system than the library: use --mode=copy");
	else
		err_set(e, ERR_STATE, "the library's file system cannot share blocks: use --mode=copy");
	return -1;
}

static enum err_code
changed(enum copy_fault *fault, struct err *e)
{
	*fault = COPY_SOURCE;
	return err_set(e, ERR_CHANGED, "changed while it was read");
}

/* Read from `from` to its end, hash, and write to `to` (-1: the bytes are there already). */
static enum err_code
pass(struct copy_shared *shared, int from, int to, int64_t size, char *chunk, struct copied *c,
    enum copy_fault *fault, struct err *e)
{
	size_t piece = rate_piece(&shared->rate, COPY_CHUNK);
	struct sha256 h;

	c->size = 0;
	sha256_begin(&h);
	for (;;) {
		ssize_t n = pread(from, chunk, piece, (off_t)c->size);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*fault = to >= 0 || c->linked ? COPY_SOURCE : COPY_LIBRARY;
			return err_sys(e, errno, "cannot be read");
		}
		if (c->size + n > size) /* it grows: do not run after its end */
			return changed(fault, e);
		sha256_add(&h, chunk, (size_t)n);
		if (to >= 0 && file_write(to, chunk, (size_t)n) < 0) {
			*fault = COPY_LIBRARY;
			return err_sys(e, errno, "cannot write to the library");
		}
		c->size += n;
		if (!rate_wait(&shared->rate, (size_t)n, shared->stop) || atomic_load(shared->stop) != 0) {
			*fault = COPY_STOPPED;
			return err_set(e, ERR_INTERRUPTED, "stopped");
		}
	}
	sha256_end(&h, c->sha256);
	if (to >= 0) /* writing begins now, so that the sync of the whole batch finds little to wait for */
		(void)sync_file_range(to, 0, 0, SYNC_FILE_RANGE_WRITE);
	return c->size == size ? ERR_NONE : changed(fault, e);
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool
copy_same(int src, const struct stat *was, bool bytes, struct stat *now)
{
	return fstat(src, now) == 0 && now->st_ino == was->st_ino && now->st_dev == was->st_dev &&
	    now->st_size == was->st_size && same_time(now->st_mtim, was->st_mtim) &&
	    (bytes || same_time(now->st_ctim, was->st_ctim));
}

/* Into a file of our own; where it fails the caller drops it. */
static enum err_code
copy_bytes(
    struct copy_shared *shared, int src, char *chunk, struct copied *c, enum copy_fault *fault, struct err *e)
{
	int cloned, dst = stage_file(shared->stage, c->tmp, e);
	enum err_code rc;

	if (dst < 0)
		return e->code;
	cloned = clone_blocks(shared, src, dst, fault, e);
	if (cloned < 0)
		rc = e->code;
	else if (cloned > 0)
		rc = pass(shared, dst, -1, (int64_t)c->st.st_size, chunk, c, fault, e);
	else
		rc = pass(shared, src, dst, (int64_t)c->st.st_size, chunk, c, fault, e);
	if (close(dst) != 0 && rc == ERR_NONE) {
		*fault = COPY_LIBRARY;
		rc = err_sys(e, errno, "cannot write to the library");
	}
	return rc;
}

/* 1 linked, 0 it has to be copied, -1. */
static int
link_source(struct copy_shared *shared, int src, struct copied *c, enum copy_fault *fault, struct err *e)
{
	int refused = stage_link(shared->stage, src, c->tmp, e);
	struct stat now;

	if (refused == 0) {
		c->linked = copy_same(src, &c->st, true, &now);
		c->st = now;
		if (c->linked)
			return 1;
		stage_drop(shared->stage, c->tmp);
		changed(fault, e);
		return -1;
	}
	if (refused < 0)
		return -1;
	if (shared->mode == COPY_MOVE)
		return 0;
	*fault = COPY_SOURCE;
	if (refused == ENOENT)
		changed(fault, e);
	else if (refused == EXDEV)
		err_set(e, ERR_STATE, "is on another file system than the library: use --mode=copy");
	else if (refused == EMLINK)
		err_set(e, ERR_STATE, "has as many names as its file system allows: use --mode=copy");
	else
		err_set(e, ERR_STATE,
		    "is not yours to link, or its file system has no hard links: use --mode=copy");
	return -1;
}

enum err_code
copy_file(struct copy_shared *shared, int src, const struct stat *before, char *chunk, struct copied *c,
    enum copy_fault *fault, struct err *e)
{
	bool links = shared->mode == COPY_LINK || shared->mode == COPY_MOVE;
	struct stat after;
	int linked;
	enum err_code rc;

	*c = (struct copied){ .st = *before };
	*fault = COPY_LIBRARY;
	(void)posix_fadvise(src, 0, 0, POSIX_FADV_SEQUENTIAL);
	linked = links ? link_source(shared, src, c, fault, e) : 0;
	if (linked < 0)
		return e->code;
	if (linked == 0)
		rc = copy_bytes(shared, src, chunk, c, fault, e);
	else
		rc = pass(shared, src, -1, (int64_t)c->st.st_size, chunk, c, fault, e);
	if (rc == ERR_NONE && !copy_same(src, &c->st, false, &after))
		rc = changed(fault, e);
	if (rc != ERR_NONE)
		stage_drop(shared->stage, c->tmp);
	return rc;
}

enum err_code
copy_unpacked(struct copy_shared *shared, int src, const struct stat *before, char *chunk, struct copied *c,
    enum copy_fault *fault, struct err *e)
{
	enum err_code rc;
	int refused;

	*c = (struct copied){ .st = *before };
	*fault = COPY_LIBRARY;
	refused = stage_link(shared->stage, src, c->tmp, e);
	rc = e->code;
	if (refused > 0)
		rc = copy_bytes(shared, src, chunk, c, fault, e);
	else if (refused == 0)
		rc = pass(shared, src, -1, (int64_t)before->st_size, chunk, c, fault, e);
	if (rc != ERR_NONE && refused >= 0)
		stage_drop(shared->stage, c->tmp);
	return rc;
}
