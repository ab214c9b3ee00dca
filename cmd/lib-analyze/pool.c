/* SPDX-License-Identifier: MIT */
#include "cmd/lib-analyze/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/file.h"
#include "worker/client.h"
#include "worker/hand.h"

enum {
	AHEAD = 16,               /* jobs inside for each thread */
	FILE_MS = 30 * 60 * 1000, /* for all of a file; one that stands still is given up sooner */
	MEMORY_MB = 1024,
	LACKS = 64
};

struct pool {
	const struct sound_job *jobs;
	size_t njobs, next; /* of jobs: to be put in next */
	int library;
	atomic_int halted, stop; /* nothing is begun; what is at work ends */
	atomic_bool asked;       /* for what the sandbox lacks */
	char lacks[LACKS];
	struct crew *crew;
};

static void *
begin(void *context)
{
	struct pool *p = context;
	struct worker_limits limits = {
		.timeout_ms = FILE_MS, .memory_bytes = (long)MEMORY_MB << 20, .stop = &p->stop
	};
	struct hand *h = hand_new();

	if (h != NULL)
		worker_new_sound(&h->worker, &limits, &h->cannot);
	return h;
}

static void
do_one(void *context, void *own, void *job)
{
	struct pool *p = context;
	struct worker *w = NULL;
	struct sound_result *r = job;
	struct err ignored = { 0 };
	int fd = -1;

	if (atomic_load(&p->halted) != 0)
		err_set(&r->failed, ERR_INTERRUPTED, "stopped");
	else if ((w = hand_worker(own, &r->failed)) != NULL)
		fd = sound_open(p->library, &r->job, &r->failed);
	if (fd >= 0)
		worker_listen(w, fd, &r->job.task, &r->sound, &r->failed);
	if (fd >= 0 && !atomic_exchange(&p->asked, true))
		worker_lacks(w, p->lacks, sizeof p->lacks, &ignored);
	fd_close(&fd);
}

enum err_code
pool_start(struct pool **out, const char *library, const struct sound_job *jobs, size_t n, int threads,
    struct err *e)
{
	static const struct crew_ways ways = { sizeof(struct sound_result), begin, do_one, hand_end };
	struct pool *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_memory(e);
	p->jobs = jobs;
	p->njobs = n;
	p->library = open(library, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->library < 0)
		err_sys(e, errno, "%s", library);
	else
		crew_start(&p->crew, &ways, p, threads, AHEAD, e);
	if (e->code == ERR_NONE)
		*out = p;
	else
		pool_end(p);
	return e->code;
}

static void
fill(struct pool *p)
{
	while (p->next < p->njobs && atomic_load(&p->halted) == 0) {
		struct sound_result r = { .job = p->jobs[p->next] };

		if (!crew_put(p->crew, &r))
			break;
		p->next++;
	}
}

size_t
pool_take(struct pool *p, struct sound_result *results, size_t most)
{
	size_t n = 0;

	fill(p);
	/* the first is waited for, the others are there or not */
	if (most > 0 && crew_take(p->crew, &results[0], true))
		for (n = 1; n < most && crew_take(p->crew, &results[n], false); n++)
			;
	fill(p);
	return n;
}

size_t
pool_left(struct pool *p)
{
	size_t ahead = atomic_load(&p->halted) != 0 ? 0 : p->njobs - p->next;

	return ahead + (size_t)crew_inside(p->crew);
}

void
pool_halt(struct pool *p, bool now)
{
	atomic_store(&p->halted, 1);
	if (now)
		atomic_store(&p->stop, 1);
}

const char *
pool_lacks(const struct pool *p)
{
	return p->lacks;
}

void
pool_end(struct pool *p)
{
	if (p == NULL)
		return;
	pool_halt(p, true);
	crew_end(p->crew, NULL);
	fd_close(&p->library);
	free(p);
}
