#include "intake/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { INSIDE_MAX = 192 };

struct list {
	struct job *first, **last;
	size_t n;
};

struct pool {
	struct job_shared *shared;
	pthread_mutex_t lock;
	pthread_cond_t wake, done_wake; /* for the threads; for the main thread */
	struct list waiting, done;
	bool closing;
	size_t inside; /* the main thread's own count */
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

static struct job *
next_job(struct pool *p)
{
	struct job *j;

	pthread_mutex_lock(&p->lock);
	while (p->waiting.first == NULL && !p->closing)
		pthread_cond_wait(&p->wake, &p->lock);
	j = list_take(&p->waiting);
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void
hand_back(struct pool *p, struct job *j)
{
	pthread_mutex_lock(&p->lock);
	list_add(&p->done, j);
	pthread_cond_signal(&p->done_wake);
	pthread_mutex_unlock(&p->lock);
}

/* A thread without its means still takes its jobs, and fails them. */
static void *
thread_main(void *context)
{
	struct pool *p = context;
	struct worker *worker = NULL;
	struct err e = { 0 };
	char *chunk = malloc(COPY_CHUNK);
	struct job *j;

	if (chunk == NULL)
		err_memory(&e);
	else
		(void)worker_new(&worker, NULL, NULL, &e);
	while ((j = next_job(p)) != NULL) {
		if (e.code == ERR_NONE) {
			job_do(j, p->shared, worker, chunk);
		} else {
			j->why = e;
			j->end = JOB_BROKEN;
		}
		hand_back(p, j);
	}
	worker_free(worker);
	free(chunk);
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
	pthread_cond_init(&p->wake, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&p->done_wake, &clock);
	pthread_condattr_destroy(&clock);
	p->threads = calloc((size_t)n, sizeof *p->threads);
	if (p->threads == NULL) {
		pool_free(p);
		return err_memory(e);
	}
	for (int i = 0; i < n; i++) {
		int rc = pthread_create(&p->threads[i], NULL, thread_main, p);

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

static struct timespec
in_ms(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

struct job *
pool_take(struct pool *p, int wait_ms)
{
	struct timespec until = in_ms(wait_ms);
	struct job *j;

	pthread_mutex_lock(&p->lock);
	while (p->done.first == NULL && wait_ms > 0)
		if (pthread_cond_timedwait(&p->done_wake, &p->lock, &until) == ETIMEDOUT)
			break;
	j = list_take(&p->done);
	if (j != NULL)
		p->inside--;
	pthread_mutex_unlock(&p->lock);
	return j;
}

void
pool_join(struct pool *p)
{
	struct job *j;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	while ((j = list_take(&p->waiting)) != NULL) {
		p->inside--;
		job_free(j);
	}
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	p->nthreads = 0;
}

void
pool_free(struct pool *p)
{
	struct job *j;

	if (p == NULL)
		return;
	pool_join(p);
	while ((j = list_take(&p->done)) != NULL)
		job_free(j);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->wake);
	pthread_cond_destroy(&p->done_wake);
	free(p->threads);
	free(p);
}
