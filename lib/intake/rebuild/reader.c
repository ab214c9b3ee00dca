/* SPDX-License-Identifier: MIT */
#include "intake/rebuild/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/below.h"
#include "base/crew.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "worker/client.h"
#include "worker/hand.h"

enum { AHEAD = 2 };

struct reader {
	int dirfd; /* LIBRARY, the caller's */
	atomic_int halt;
	struct crew *crew;
};

static enum reader_end
judge(const struct err *why)
{
	switch (why->code) {
	case ERR_NONE:
		return READ_AUDIO;
	case ERR_NOTAUDIO:
		return READ_NOT_AUDIO;
	case ERR_FORMAT:
		return READ_FAILED;
	case ERR_INTERRUPTED:
		return READ_STOPPED;
	default:
		return READ_BROKEN;
	}
}

/* Its bytes first: what is damaged is no track, whatever its tags say. */
static enum reader_end
read_blob(struct reading *j, struct worker *worker, int fd)
{
	uint8_t sha256[SHA256_BYTES];

	if (fstat(fd, &j->st) != 0 || !S_ISREG(j->st.st_mode)) {
		err_set(&j->why, ERR_FORMAT, "is no plain file");
		return READ_DAMAGED;
	}
	if (sha256_file(fd, sha256, NULL, &j->why) != ERR_NONE)
		return READ_DAMAGED;
	if (memcmp(sha256, j->blob.sha256, sizeof sha256) != 0) {
		err_set(&j->why, ERR_FORMAT, "its bytes are not those of its name");
		return READ_DAMAGED;
	}
	worker_read(worker, fd, &j->record, &j->why);
	return judge(&j->why);
}

static void
read_one(struct reader *r, struct reading *j, struct worker *worker)
{
	char path[BLOB_PATH];
	int fd;

	if (atomic_load(&r->halt) != 0) {
		j->end = READ_STOPPED;
		return;
	}
	blob_path(path, j->blob.sha256, j->blob.suffix);
	fd = below_open(r->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0) {
		err_reason(&j->why, errno);
		j->end = READ_DAMAGED;
		return;
	}
	j->end = read_blob(j, worker, fd);
	fd_close(&fd);
	if (j->end != READ_AUDIO)
		record_free(&j->record);
}

static void *
begin(void *context)
{
	struct reader *r = context;
	struct worker_limits limits = { .stop = &r->halt };
	struct hand *h = hand_new();

	if (h != NULL)
		worker_new(&h->worker, NULL, &limits, &h->cannot);
	return h;
}

static void
do_one(void *context, void *own, void *job)
{
	struct reading *j = job;
	struct worker *w = hand_worker(own, &j->why);

	if (w != NULL)
		read_one(context, j, w);
	else
		j->end = READ_BROKEN;
}

static void
drop(void *job)
{
	struct reading *j = job;

	record_free(&j->record);
}

enum err_code
reader_start(struct reader **out, int dirfd, int threads, struct err *e)
{
	static const struct crew_ways ways = { sizeof(struct reading), begin, do_one, hand_end };
	struct reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return err_memory(e);
	r->dirfd = dirfd;
	if (crew_start(&r->crew, &ways, r, threads, AHEAD, e) == ERR_NONE)
		*out = r;
	else
		free(r);
	return e->code;
}

bool
reader_put(struct reader *r, const struct unnamed *blob)
{
	struct reading job = { .blob = *blob };

	return crew_put(r->crew, &job);
}

bool
reader_take(struct reader *r, struct reading *out)
{
	return crew_take(r->crew, out, true);
}

int
reader_inside(struct reader *r)
{
	return crew_inside(r->crew);
}

void
reader_halt(struct reader *r)
{
	atomic_store(&r->halt, 1);
}

void
reader_end(struct reader *r)
{
	if (r == NULL)
		return;
	reader_halt(r);
	crew_end(r->crew, drop);
	free(r);
}
