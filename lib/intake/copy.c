#include "intake/copy.h"

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
	struct sha256 h;

	c->size = 0;
	sha256_begin(&h);
	for (;;) {
		ssize_t n = pread(from, chunk, COPY_CHUNK, (off_t)c->size);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*fault = to >= 0 ? COPY_SOURCE : COPY_LIBRARY;
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
		if (atomic_load(shared->stop) != 0) {
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
same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

enum err_code
copy_file(struct copy_shared *shared, int src, const struct stat *before, char *chunk, struct copied *c,
    enum copy_fault *fault, struct err *e)
{
	struct stat after;
	int cloned, dst;
	enum err_code rc;

	*fault = COPY_LIBRARY;
	dst = stage_file(shared->stage, c->tmp, e);
	if (dst < 0)
		return e->code;
	(void)posix_fadvise(src, 0, 0, POSIX_FADV_SEQUENTIAL);
	cloned = clone_blocks(shared, src, dst, fault, e);
	if (cloned < 0)
		rc = e->code;
	else if (cloned > 0)
		rc = pass(shared, dst, -1, (int64_t)before->st_size, chunk, c, fault, e);
	else
		rc = pass(shared, src, dst, (int64_t)before->st_size, chunk, c, fault, e);
	if (rc == ERR_NONE && (fstat(src, &after) != 0 || !same(before, &after)))
		rc = changed(fault, e);
	if (close(dst) != 0 && rc == ERR_NONE) {
		*fault = COPY_LIBRARY;
		rc = err_sys(e, errno, "cannot write to the library");
	}
	if (rc != ERR_NONE)
		stage_drop(shared->stage, c->tmp);
	return rc;
}

enum err_code
copy_unpacked(struct copy_shared *shared, int src, int dirfd, const char *name, const struct stat *before,
    char *chunk, struct copied *c, enum copy_fault *fault, struct err *e)
{
	int linked = stage_link(shared->stage, dirfd, name, c->tmp, e);

	*fault = COPY_LIBRARY;
	if (linked == 0)
		return copy_file(shared, src, before, chunk, c, fault, e);
	if (linked < 0)
		return e->code;
	if (pass(shared, src, -1, (int64_t)before->st_size, chunk, c, fault, e) != ERR_NONE)
		stage_drop(shared->stage, c->tmp);
	return e->code;
}
