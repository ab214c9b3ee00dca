/* SPDX-License-Identifier: MIT */
#include "intake/walk/scout.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

enum { AHEAD = 128 };

struct scout {
	struct walk *walk;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct finding queue[AHEAD];
	size_t first, n;
	bool stop, ended;
	bool counting; /* and nothing else */
	int64_t counted;
	struct walk_counts counts;
};

void
scout_release(struct finding *f)
{
	folder_unref(f->folder);
	free(f->path);
	free(f->why);
	*f = (struct finding){ 0 };
}

/* What a step of the walk found, with everything its own.  Where memory is out that is the finding. */
static struct finding
keep(enum walk_step step, const struct walk_entry *entry, const struct err *why)
{
	struct finding f = { .step = step, .st = entry->st, .root = entry->root };

	if (step == WALK_END)
		return f;
	f.path = entry->path != NULL ? strdup(entry->path) : NULL;
	if (step != WALK_FILE)
		f.why = malloc(sizeof *f.why);
	if ((entry->path != NULL && f.path == NULL) || (step != WALK_FILE && f.why == NULL)) {
		scout_release(&f);
		f.step = WALK_BROKEN;
		return f;
	}
	if (f.why != NULL)
		*f.why = *why;
	if (step == WALK_FILE)
		f.folder = folder_ref(entry->folder);
	return f;
}

/* False: stop. */
static bool
hand_over(struct scout *s, struct finding *f)
{
	bool stop;

	pthread_mutex_lock(&s->lock);
	while (s->n == AHEAD && !s->stop)
		pthread_cond_wait(&s->emptied, &s->lock);
	stop = s->stop;
	if (!stop) {
		s->queue[(s->first + s->n++) % AHEAD] = *f;
		if (s->n == 1)
			pthread_cond_signal(&s->filled);
	}
	pthread_mutex_unlock(&s->lock);
	if (stop)
		scout_release(f);
	return !stop;
}

/* False: stop. */
static bool
count(struct scout *s, enum walk_step step)
{
	bool stop;

	pthread_mutex_lock(&s->lock);
	s->counted += step == WALK_FILE;
	stop = s->stop;
	pthread_mutex_unlock(&s->lock);
	return !stop;
}

static void *
thread_main(void *context)
{
	struct scout *s = context;
	enum walk_step step = WALK_FILE;
	bool go_on = true;

	while (go_on && step != WALK_END && step != WALK_BROKEN) {
		struct walk_entry entry = { 0 };
		struct err why = { 0 };
		struct finding f;

		step = walk_next(s->walk, &entry, &why);
		if (s->counting) {
			go_on = count(s, step);
			continue;
		}
		if (step == WALK_END)
			s->counts = *walk_counts(s->walk);
		f = keep(step, &entry, &why);
		go_on = hand_over(s, &f);
	}
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static enum err_code
start(struct scout **ret, struct walk *w, bool counting, struct err *e)
{
	struct scout *s = calloc(1, sizeof *s);
	pthread_condattr_t clock;
	int rc;

	if (s == NULL) {
		walk_free(w);
		return err_memory(e);
	}
	s->walk = w;
	s->counting = counting;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&s->filled, &clock);
	pthread_cond_init(&s->emptied, &clock);
	pthread_condattr_destroy(&clock);
	rc = pthread_create(&s->thread, NULL, thread_main, s);
	if (rc != 0) {
		walk_free(w);
		free(s);
		return err_sys(e, rc, "cannot start a thread");
	}
	*ret = s;
	return ERR_NONE;
}

enum err_code
scout_start(struct scout **s, struct walk *w, struct err *e)
{
	return start(s, w, false, e);
}

enum err_code
scout_start_count(struct scout **s, struct walk *w, struct err *e)
{
	return start(s, w, true, e);
}

int64_t
scout_counted(struct scout *s, bool *all)
{
	int64_t n;

	pthread_mutex_lock(&s->lock);
	n = s->counted;
	*all = s->ended;
	pthread_mutex_unlock(&s->lock);
	return n;
}

bool
scout_next(struct scout *s, struct finding *f, int wait_ms)
{
	struct timespec until = time_in_ms(wait_ms);
	bool found;

	pthread_mutex_lock(&s->lock);
	while (s->n == 0 && !s->ended && wait_ms > 0)
		if (pthread_cond_timedwait(&s->filled, &s->lock, &until) == ETIMEDOUT)
			break;
	found = s->n > 0;
	if (found) {
		*f = s->queue[s->first];
		s->first = (s->first + 1) % AHEAD;
		if (s->n-- == AHEAD / 2 + 1) /* not at every one: waking costs more than walking */
			pthread_cond_signal(&s->emptied);
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

struct walk_counts
scout_counts(const struct scout *s)
{
	return s->counts;
}

bool
scout_stop(struct scout *s, int wait_ms)
{
	struct timespec until = time_in_ms(wait_ms > 0 ? wait_ms : 0);
	bool late = false;

	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->emptied);
	while (wait_ms >= 0 && !s->ended && !late)
		late = pthread_cond_timedwait(&s->filled, &s->lock, &until) == ETIMEDOUT;
	late = late && !s->ended;
	pthread_mutex_unlock(&s->lock);
	return !late;
}

void
scout_free(struct scout *s)
{
	if (s == NULL)
		return;
	(void)scout_stop(s, -1);
	pthread_join(s->thread, NULL);
	for (; s->n > 0; s->n--) {
		scout_release(&s->queue[s->first]);
		s->first = (s->first + 1) % AHEAD;
	}
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
	walk_free(s->walk);
	free(s);
}
