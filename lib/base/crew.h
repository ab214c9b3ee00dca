/* SPDX-License-Identifier: MIT */
/*
 * crew.h - threads that do jobs which one thread puts in and takes out again, in whatever order they end
 *
 * Jobs are plain bytes of one size, copied in and out.  There are only so many at a time: who puts too fast
 * is told to take first, so memory stays bounded however many there are.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct crew_ways {
	size_t size;                   /* of a job, in bytes */
	void *(*begin)(void *context); /* what a thread keeps for itself, NULL being for do_one to tell */
	void (*do_one)(void *context, void *own, void *job);
	void (*end)(void *own); /* also of NULL */
};

struct crew;

/* Start the threads: fewer where the system allows no more, an error where it allows none.  ahead: jobs
 * inside for each of them. context is the caller's, and so is its locking. */
enum err_code crew_start(
    struct crew **c, const struct crew_ways *ways, void *context, int threads, int ahead, struct err *e);

/* Put a job in; false: there are enough, take one first. */
bool crew_put(struct crew *c, const void *job);

/* Take a job that is done; wait: for up to 200 ms.  False: none yet, or none at work. */
bool crew_take(struct crew *c, void *job, bool wait);

/* Jobs that were put in and not taken out. */
int crew_inside(struct crew *c);

/* End the threads, each after the job that it is at; drop, where it is not NULL, gets those that were done
 * and not taken.  NULL is allowed. */
void crew_end(struct crew *c, void (*drop)(void *job));

#endif
