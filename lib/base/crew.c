/* SPDX-License-Identifier: MIT */
#include "base/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

enum { WAIT_MS = 200 };

enum place { FREE, READY, AT_WORK, DONE };

struct crew {
	const struct crew_ways *ways;
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t todo, done;
	bool ending;
	pthread_t *threads;
	int nthreads, nslots;
	enum place *place; /* of each slot */
	char *jobs;        /* one a slot */
};

static void *
job_of(struct crew *c, int slot)
{
	return c->jobs + (size_t)slot * c->ways->size;
}

/* A slot in this place, -1: none; the lock is held. */
static int
find(const struct crew *c, enum place place)
{
	for (int i = 0; i < c->nslots; i++)
		if (c->place[i] == place)
			return i;
	return -1;
}

static void *
work(void *of)
{
	struct crew *c = of;
	void *own = c->ways->begin(c->context);
	int slot;

	pthread_mutex_lock(&c->lock);
	while (!c->ending) {
		if ((slot = find(c, READY)) < 0) {
			pthread_cond_wait(&c->todo, &c->lock);
			continue;
		}
		c->place[slot] = AT_WORK;
		pthread_mutex_unlock(&c->lock);
		c->ways->do_one(c->context, own, job_of(c, slot));
		pthread_mutex_lock(&c->lock);
		c->place[slot] = DONE;
		pthread_cond_signal(&c->done);
	}
	pthread_mutex_unlock(&c->lock);
	c->ways->end(own);
	return NULL;
}

enum err_code
crew_start(
    struct crew **out, const struct crew_ways *ways, void *context, int threads, int ahead, struct err *e)
{
	struct crew *c = calloc(1, sizeof *c);
	pthread_condattr_t clock;

	if (c == NULL)
		return err_memory(e);
	*c = (struct crew){ .ways = ways, .context = context, .nslots = ahead * threads };
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->todo, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC); /* as time_in_ms() counts */
	pthread_cond_init(&c->done, &clock);
	pthread_condattr_destroy(&clock);
	c->place = calloc((size_t)c->nslots, sizeof *c->place);
	c->jobs = calloc((size_t)c->nslots, ways->size);
	c->threads = calloc((size_t)threads, sizeof *c->threads);
	if (c->place == NULL || c->jobs == NULL || c->threads == NULL)
		err_memory(e);
	while (e->code == ERR_NONE && c->nthreads < threads) {
		int errnum = pthread_create(&c->threads[c->nthreads], NULL, work, c);

		if (errnum != 0 && c->nthreads == 0)
			err_sys(e, errnum, "cannot start a thread");
		if (errnum != 0)
			break; /* fewer will do */
		c->nthreads++;
	}
	if (e->code == ERR_NONE)
		*out = c;
	else
		crew_end(c, NULL);
	return e->code;
}

bool
crew_put(struct crew *c, const void *job)
{
	int slot;

	pthread_mutex_lock(&c->lock);
	slot = find(c, FREE);
	if (slot >= 0) {
		memcpy(job_of(c, slot), job, c->ways->size);
		c->place[slot] = READY;
		pthread_cond_signal(&c->todo);
	}
	pthread_mutex_unlock(&c->lock);
	return slot >= 0;
}

bool
crew_take(struct crew *c, void *job, bool wait)
{
	struct timespec until = time_in_ms(WAIT_MS);
	int slot;

	pthread_mutex_lock(&c->lock);
	slot = find(c, DONE);
	if (wait && slot < 0 && (find(c, READY) >= 0 || find(c, AT_WORK) >= 0)) {
		pthread_cond_timedwait(&c->done, &c->lock, &until);
		slot = find(c, DONE);
	}
	if (slot >= 0) {
		memcpy(job, job_of(c, slot), c->ways->size);
		c->place[slot] = FREE;
	}
	pthread_mutex_unlock(&c->lock);
	return slot >= 0;
}

int
crew_inside(struct crew *c)
{
	int n = 0;

	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < c->nslots; i++)
		n += c->place[i] != FREE;
	pthread_mutex_unlock(&c->lock);
	return n;
}

void
crew_end(struct crew *c, void (*drop)(void *job))
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_broadcast(&c->todo);
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < c->nthreads; i++)
		pthread_join(c->threads[i], NULL);
	for (int i = 0; drop != NULL && i < c->nslots; i++)
		if (c->place[i] == DONE)
			drop(job_of(c, i));
	pthread_cond_destroy(&c->done);
	pthread_cond_destroy(&c->todo);
	pthread_mutex_destroy(&c->lock);
	free(c->threads);
	free(c->place);
	free(c->jobs);
	free(c);
}
