/* SPDX-License-Identifier: MIT */
#include "store/sweep/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/crew.h"
#include "base/file.h"
#include "base/rate.h"
#include "digest/sha256.h"

enum { CHUNK = 256 << 10, AHEAD = 4, SECOND_NS = 1000000000 };

struct scrub {
	int dirfd;
	atomic_int halt;
	struct rate rate;
	struct crew *crew;
};

static bool
is_lost(int errnum)
{
	return errnum == EIO || errnum == EUCLEAN || errnum == EBADMSG;
}

static void
set(struct scrub_job *j, enum scrub_verdict verdict, int errnum)
{
	j->verdict = verdict;
	if (errnum != 0)
		err_reason(&j->e, errnum);
}

/* Hash what is open, piece by piece, so that a halt or a rate is kept amid a large file. */
static void
read_all(struct scrub *s, struct scrub_job *j, int fd, unsigned char *chunk)
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;
	int64_t at = 0;

	sha256_begin(&h);
	for (;;) {
		ssize_t n = pread(fd, chunk, rate_piece(&s->rate, CHUNK), (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			set(j, is_lost(errno) ? SCRUB_UNREADABLE : SCRUB_FAILED, errno);
			return;
		}
		if (!rate_wait(&s->rate, (size_t)n, &s->halt) || atomic_load(&s->halt) != 0) {
			j->verdict = SCRUB_UNFINISHED;
			return;
		}
		if (n == 0)
			break;
		sha256_add(&h, chunk, (size_t)n);
		at += n;
	}
	sha256_end(&h, hash);
	j->verdict = SCRUB_RIGHT;
	if (at != j->size || memcmp(hash, j->sha256, sizeof hash) != 0) {
		j->verdict = SCRUB_WRONG;
		err_set(&j->e, ERR_FORMAT, "its bytes are not those of its name");
	}
}

static void
examine(struct scrub *s, struct scrub_job *j, unsigned char *chunk)
{
	char path[BLOB_PATH];
	struct stat st;
	int fd;

	j->e = (struct err){ 0 };
	j->inode = j->ctime_ns = 0;
	blob_path(path, j->sha256, j->suffix);
	fd = below_open(s->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) {
		set(j, SCRUB_MISSING, errno);
		if (j->e.sys == ELOOP)
			err_set(&j->e, ERR_FORMAT, "a symbolic link has its name, and none is followed");
		else if (j->e.sys == ENOTDIR)
			err_set(&j->e, ERR_FORMAT, "its folder is a symbolic link, or none at all");
	} else if (fd < 0 || fstat(fd, &st) != 0) {
		set(j, is_lost(errno) ? SCRUB_UNREADABLE : SCRUB_FAILED, errno);
	} else if (!S_ISREG(st.st_mode)) {
		j->verdict = SCRUB_MISSING;
		err_set(&j->e, ERR_FORMAT, "it is no plain file");
	} else {
		j->inode = (int64_t)st.st_ino;
		j->ctime_ns = (int64_t)st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec;
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_NOREUSE); /* others' files stay in memory */
		if (st.st_size == j->size) {
			read_all(s, j, fd, chunk);
		} else {
			j->verdict = SCRUB_WRONG;
			err_set(&j->e, ERR_FORMAT, "it has %lld bytes instead of %lld", (long long)st.st_size,
			    (long long)j->size);
		}
	}
	fd_close(&fd);
}

static void *
begin(void *context)
{
	(void)context;
	return malloc(CHUNK);
}

static void
do_one(void *context, void *chunk, void *job)
{
	struct scrub *s = context;
	struct scrub_job *j = job;

	if (chunk == NULL)
		set(j, SCRUB_FAILED, ENOMEM);
	else if (atomic_load(&s->halt) != 0)
		j->verdict = SCRUB_UNFINISHED;
	else
		examine(s, j, chunk);
}

enum err_code
scrub_start(struct scrub **out, int dirfd, int threads, int64_t limit, struct err *e)
{
	static const struct crew_ways ways = { sizeof(struct scrub_job), begin, do_one, free };
	struct scrub *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_memory(e);
	s->dirfd = dirfd;
	s->rate.limit = limit;
	if (crew_start(&s->crew, &ways, s, threads, AHEAD, e) == ERR_NONE)
		*out = s;
	else
		free(s);
	return e->code;
}

bool
scrub_put(struct scrub *s, const struct scrub_job *job)
{
	return crew_put(s->crew, job);
}

bool
scrub_take(struct scrub *s, struct scrub_job *job)
{
	return crew_take(s->crew, job, true);
}

int
scrub_working(struct scrub *s)
{
	return crew_inside(s->crew);
}

void
scrub_halt(struct scrub *s)
{
	atomic_store(&s->halt, 1);
}

void
scrub_end(struct scrub *s)
{
	if (s == NULL)
		return;
	scrub_halt(s);
	crew_end(s->crew, NULL);
	free(s);
}
