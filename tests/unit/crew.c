/* SPDX-License-Identifier: MIT */
/* Threads that do jobs: each comes back once, done; only so many are inside; whoever waits, waits. */
#include "base/crew.h"

#include <stdlib.h>
#include <time.h>

#include "unit.h"

enum { JOBS = 1000, THREADS = 3, AHEAD = 4 };

struct job {
	int number, square, slow_ms;
};

static int dropped;

static void *
begin(void *context)
{
	(void)context;
	return malloc(1);
}

static void
do_one(void *context, void *own, void *of)
{
	struct job *j = of;
	struct timespec t = { 0, j->slow_ms * 1000000L };

	(void)context;
	if (own != NULL && j->slow_ms > 0)
		nanosleep(&t, NULL);
	j->square = j->number * j->number;
}

static void
drop(void *of)
{
	dropped += ((struct job *)of)->square > 0;
}

static const struct crew_ways ways = { sizeof(struct job), begin, do_one, free };

static void
each_comes_back_once(void)
{
	struct err e = { 0 };
	struct crew *c = NULL;
	struct job j;
	int seen[JOBS] = { 0 }, put = 0, taken = 0, wrong = 0;

	CHECK(crew_start(&c, &ways, NULL, THREADS, AHEAD, &e) == ERR_NONE);
	while (taken < JOBS) {
		while (put < JOBS && crew_put(c, &(struct job){ .number = put }))
			put++;
		if (put - taken > THREADS * AHEAD || crew_inside(c) != put - taken)
			wrong++;
		if (crew_take(c, &j, true)) {
			taken++;
			seen[j.number]++;
			wrong += j.square != j.number * j.number;
		}
	}
	for (int i = 0; i < JOBS; i++)
		wrong += seen[i] != 1;
	CHECK(wrong == 0);
	CHECK(crew_inside(c) == 0);
	CHECK(!crew_take(c, &j, true)); /* at once: nothing is at work */
	crew_end(c, drop);
	CHECK(dropped == 0);
}

static void
waiting_is_no_asking_again(void)
{
	struct err e = { 0 };
	struct crew *c = NULL;
	struct job j = { 0 };

	CHECK(crew_start(&c, &ways, NULL, 1, 1, &e) == ERR_NONE);
	CHECK(crew_put(c, &(struct job){ .number = 2, .slow_ms = 50 }));
	CHECK(!crew_put(c, &(struct job){ .number = 3 }));
	CHECK(!crew_take(c, &j, false));
	CHECK(crew_take(c, &j, true) && j.square == 4); /* one call */
	crew_end(c, drop);
	crew_end(NULL, drop);
}

static void
what_is_left_is_dropped(void)
{
	struct err e = { 0 };
	struct crew *c = NULL;
	struct timespec t = { 0, 100000000 };

	CHECK(crew_start(&c, &ways, NULL, 1, 2, &e) == ERR_NONE);
	CHECK(crew_put(c, &(struct job){ .number = 5 }));
	nanosleep(&t, NULL);
	crew_end(c, drop);
	CHECK(dropped == 1);
}

int
main(void)
{
	each_comes_back_once();
	waiting_is_no_asking_again();
	what_is_left_is_dropped();
	return unit_end("crew");
}
