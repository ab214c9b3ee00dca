/* SPDX-License-Identifier: MIT */
#include "intake/run/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/time.h"

enum { INSIDE_MAX = 192, DONE_BYTES = 4 << 20 };

struct list {
	struct job *first, **last;
	size_t n;
};

struct pool {
	struct job_shared *shared;
	pthread_mutex_t lock;
	pthread_cond_t wake, done_wake; /* for the threads; for the main thread */
	struct list waiting, done;
	struct job *later; /* those to be done again, by their time */
	bool closing;
	int running;       /* threads that have not come to their end */
	size_t inside;     /* the main thread's own count */
	size_t done_bytes; /* of the records of those that are done */
	pthread_cond_t taken;
	pthread_t *threads;
	int nthreads;
};

static void
list_add(struct list *l, struct job *j)
{
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
	l->n++;
}

static struct job *
list_take(struct list *l)
{
	struct job *j = l->first;

	if (j == NULL)
		return NULL;
	l->first = j->next;
	if (l->first == NULL)
		l->last = &l->first;
	l->n--;
	return j;
}

/* A job whose time has come goes before those that were never tried: it began earlier. */
static struct job *
pick(struct pool *p)
{
	struct job *j = p->later;

	if (j != NULL && j->again_ms <= time_monotonic_ms()) {
		p->later = j->next;
		return j;
	}
	return list_take(&p->waiting);
}

static struct job *
next_job(struct pool *p)
{
	struct job *j = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->closing && (j = pick(p)) == NULL) {
		if (p->later != NULL) {
			int64_t left = p->later->again_ms - time_monotonic_ms();
			struct timespec until = time_in_ms(left > 0 ? left : 0);

			pthread_cond_timedwait(&p->wake, &p->lock, &until);
		} else {
			pthread_cond_wait(&p->wake, &p->lock);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

/* Done, or put off. */
static void
hand_back(struct pool *p, struct job *j)
{
	struct job **at = &p->later;

	pthread_mutex_lock(&p->lock);
	if (j->end == JOB_AGAIN && !p->closing) {
		while (*at != NULL && (*at)->again_ms <= j->again_ms)
			at = &(*at)->next;
		j->next = *at;
		*at = j;
		pthread_cond_signal(&p->wake); /* somebody has to wait for its time */
	} else {
		if (j->end == JOB_AGAIN)
			j->end = JOB_STOPPED;
		while (p->done_bytes > DONE_BYTES && !p->closing) /* the main thread writes: do not pile up */
			pthread_cond_wait(&p->taken, &p->lock);
		p->done_bytes += j->record.len;
		list_add(&p->done, j);
		pthread_cond_signal(&p->done_wake);
	}
	pthread_mutex_unlock(&p->lock);
}

/* What a thread holds the lock of large files by. */
struct hold {
	pthread_mutex_t *lock;
	bool held;
};

static void
take_hold(void *context)
{
	struct hold *h = context;

	if (!h->held)
		pthread_mutex_lock(h->lock);
	h->held = true;
}

static void
let_go(struct hold *h)
{
	if (h->held)
		pthread_mutex_unlock(h->lock);
	h->held = false;
}

/* Once: what is this kernel not able to do for the sandbox? */
static void
ask_sandbox(struct pool *p, struct worker *worker)
{
	struct err ignored = { 0 };

	if (!atomic_exchange(&p->shared->asked, true))
		(void)worker_lacks(worker, p->shared->lacks, sizeof p->shared->lacks, &ignored);
}

/* A thread without its means still takes its jobs, and fails them. */
static void *
thread_main(void *context)
{
	struct pool *p = context;
	struct hold hold = { &p->shared->big, false };
	struct worker_limits limits = { .big = take_hold, .context = &hold, .stop = &p->shared->stop };
	struct worker *worker = NULL;
	struct err e = { 0 };
	char *chunk = malloc(COPY_CHUNK);
	struct job *j;

	if (chunk == NULL)
		err_memory(&e);
	else
		(void)worker_new(&worker, NULL, &limits, &e);
	while ((j = next_job(p)) != NULL) {
		if (e.code == ERR_NONE) {
			job_do(j, p->shared, worker, chunk);
			ask_sandbox(p, worker);
		} else {
			j->why = e;
			j->end = JOB_BROKEN;
		}
		hand_back(p, j);
		let_go(&hold);
	}
	worker_free(worker);
	free(chunk);
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_cond_signal(&p->done_wake);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

enum err_code
pool_start(struct pool **ret, int n, struct job_shared *shared, struct err *e)
{
	struct pool *p = calloc(1, sizeof *p);
	pthread_condattr_t clock;

	if (p == NULL)
		return err_memory(e);
	p->shared = shared;
	p->waiting.last = &p->waiting.first;
	p->done.last = &p->done.first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->taken, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &clock);
	pthread_cond_init(&p->done_wake, &clock);
	pthread_condattr_destroy(&clock);
	p->threads = calloc((size_t)n, sizeof *p->threads);
	if (p->threads == NULL) {
		pool_free(p);
		return err_memory(e);
	}
	for (int i = 0; i < n; i++) {
		int rc;

		pthread_mutex_lock(&p->lock);
		rc = pthread_create(&p->threads[i], NULL, thread_main, p);
		p->running += rc == 0;
		pthread_mutex_unlock(&p->lock);
		if (rc != 0 && i == 0) {
			pool_free(p);
			return err_sys(e, rc, "cannot start a thread");
		}
		if (rc != 0)
			break; /* fewer will do */
		p->nthreads++;
	}
	*ret = p;
	return ERR_NONE;
}

size_t
pool_inside(const struct pool *p)
{
	return p->inside;
}

size_t
pool_room(const struct pool *p)
{
	return INSIDE_MAX - p->inside;
}

void
pool_push(struct pool *p, struct job *j)
{
	pthread_mutex_lock(&p->lock);
	list_add(&p->waiting, j);
	p->inside++;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

struct job *
pool_take(struct pool *p, int wait_ms)
{
	struct timespec until = time_in_ms(wait_ms);
	struct job *j;

	pthread_mutex_lock(&p->lock);
	while (p->done.first == NULL && wait_ms > 0)
		if (pthread_cond_timedwait(&p->done_wake, &p->lock, &until) == ETIMEDOUT)
			break;
	j = list_take(&p->done);
	if (j != NULL)
		p->inside--;
	if (j != NULL) {
		p->done_bytes -= j->record.len;
		pthread_cond_signal(&p->taken);
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void
drop_waiting(struct pool *p)
{
	struct job *j;

	while ((j = list_take(&p->waiting)) != NULL) {
		p->inside--;
		job_free(j);
	}
	while ((j = p->later) != NULL) {
		p->later = j->next;
		p->inside--;
		job_free(j);
	}
}

bool
pool_join(struct pool *p, int wait_ms)
{
	struct timespec until = time_in_ms(wait_ms > 0 ? wait_ms : 0);
	bool late = false;

	if (p == NULL)
		return true;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	drop_waiting(p);
	pthread_cond_broadcast(&p->wake);
	pthread_cond_broadcast(&p->taken);
	while (wait_ms >= 0 && p->running > 0 && !late)
		late = pthread_cond_timedwait(&p->done_wake, &p->lock, &until) == ETIMEDOUT;
	late = late && p->running > 0;
	pthread_mutex_unlock(&p->lock);
	if (late)
		return false;
	for (int i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	p->nthreads = 0;
	return true;
}

void
pool_free(struct pool *p)
{
	struct job *j;

	if (p == NULL)
		return;
	(void)pool_join(p, -1);
	while ((j = list_take(&p->done)) != NULL)
		job_free(j);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->wake);
	pthread_cond_destroy(&p->taken);
	pthread_cond_destroy(&p->done_wake);
	free(p->threads);
	free(p);
}
