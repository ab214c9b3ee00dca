#include "cmd/lib-analyze/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "worker/client.h"

enum {
	AHEAD = 16, /* results that wait for each thread */
	WAIT_MS = 200,
	FILE_MS = 30 * 60 * 1000, /* for all of a file; one that stands still is given up sooner */
	MEMORY_MB = 1024
};

struct pool {
	const struct sound_job *jobs;
	size_t njobs, next, taken; /* of jobs: to be begun next; whose results are out */
	int library, threads;
	bool halted;
	atomic_int stop;
	pthread_t *thread;
	pthread_mutex_t lock;
	pthread_cond_t room, done;
	struct sound_result *results;
	size_t nresults, most;
};

static void
listen(struct pool *p, struct worker *w, struct sound_result *r)
{
	int fd = sound_open(p->library, &r->job, &r->failed);

	if (fd >= 0)
		worker_listen(w, fd, &r->job.task, &r->sound, &r->failed);
	fd_close(&fd);
}

static void
put(struct pool *p, const struct sound_result *r)
{
	pthread_mutex_lock(&p->lock);
	while (p->nresults == p->most && atomic_load(&p->stop) == 0)
		pthread_cond_wait(&p->room, &p->lock);
	if (p->nresults < p->most)
		p->results[p->nresults++] = *r;
	else
		p->taken++; /* stopped, and nobody makes room */
	pthread_cond_signal(&p->done);
	pthread_mutex_unlock(&p->lock);
}

static bool
begin(struct pool *p, struct sound_job *job)
{
	bool any;

	pthread_mutex_lock(&p->lock);
	any = !p->halted && p->next < p->njobs;
	if (any)
		*job = p->jobs[p->next++];
	pthread_mutex_unlock(&p->lock);
	return any;
}

static void *
work(void *context)
{
	struct pool *p = context;
	struct worker_limits limits = {
		.timeout_ms = FILE_MS, .memory_bytes = (long)MEMORY_MB << 20, .stop = &p->stop
	};
	struct sound_result *r = malloc(sizeof *r);
	struct worker *w = NULL;
	struct sound_job job;

	while (r != NULL && begin(p, &job)) {
		*r = (struct sound_result){ .job = job };
		if (w != NULL || worker_new_sound(&w, &limits, &r->failed) == ERR_NONE)
			listen(p, w, r);
		put(p, r);
	}
	worker_free(w);
	free(r);
	return NULL;
}

enum err_code
pool_start(struct pool **out, const char *library, const struct sound_job *jobs, size_t n, int threads,
    struct err *e)
{
	struct pool *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_memory(e);
	p->jobs = jobs;
	p->njobs = n;
	p->most = (size_t)threads * AHEAD;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->room, NULL);
	pthread_cond_init(&p->done, NULL);
	p->results = calloc(p->most, sizeof *p->results);
	p->thread = calloc((size_t)threads, sizeof *p->thread);
	p->library = open(library, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->library < 0)
		err_sys(e, errno, "%s", library);
	else if (p->results == NULL || p->thread == NULL)
		err_memory(e);
	while (e->code == ERR_NONE && p->threads < threads) {
		int errnum = pthread_create(&p->thread[p->threads], NULL, work, p);

		if (errnum != 0 && p->threads == 0)
			err_sys(e, errnum, "cannot start a thread");
		if (errnum != 0)
			break; /* fewer will do */
		p->threads++;
	}
	if (e->code == ERR_NONE)
		*out = p;
	else
		pool_end(p);
	return e->code;
}

size_t
pool_take(struct pool *p, struct sound_result *results, size_t most)
{
	struct timespec until = time_in_ms(WAIT_MS);
	size_t n;

	pthread_mutex_lock(&p->lock);
	if (p->nresults == 0)
		pthread_cond_timedwait(&p->done, &p->lock, &until);
	n = p->nresults < most ? p->nresults : most;
	for (size_t i = 0; i < n; i++)
		results[i] = p->results[--p->nresults];
	p->taken += n;
	pthread_cond_broadcast(&p->room);
	pthread_mutex_unlock(&p->lock);
	return n;
}

size_t
pool_left(struct pool *p)
{
	size_t left;

	pthread_mutex_lock(&p->lock);
	left = (p->halted ? p->next : p->njobs) - p->taken;
	pthread_mutex_unlock(&p->lock);
	return left;
}

void
pool_halt(struct pool *p, bool now)
{
	pthread_mutex_lock(&p->lock);
	p->halted = true;
	if (now)
		atomic_store(&p->stop, 1);
	pthread_cond_broadcast(&p->room);
	pthread_mutex_unlock(&p->lock);
}

void
pool_end(struct pool *p)
{
	if (p == NULL)
		return;
	pool_halt(p, true);
	for (int i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	fd_close(&p->library);
	free(p->results);
	free(p->thread);
	free(p);
}
