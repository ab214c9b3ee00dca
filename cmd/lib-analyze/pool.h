/* SPDX-License-Identifier: MIT */
/*
 * pool.h - threads with a sound worker each, which decode one job after another
 *
 * They know no database: whoever asks takes results out, in whatever order they end.
 */
#ifndef CMD_ANALYZE_POOL_H
#define CMD_ANALYZE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "store/sound/sound.h"

struct pool;

/* Start on n jobs, which stay the caller's until pool_end().  library: the path of its folder. */
enum err_code pool_start(
    struct pool **p, const char *library, const struct sound_job *jobs, size_t n, int threads, struct err *e);

/* Take up to `most` results out, waiting up to 200 ms for the first; how many.  Those of a job that was
 * stopped have the code ERR_INTERRUPTED. */
size_t pool_take(struct pool *p, struct sound_result *results, size_t most);

/* Jobs that were begun and not taken out, or are still to be begun. */
size_t pool_left(struct pool *p);

/* Once none is left: what this kernel lacks for the sandbox of the workers, "landlock, seccomp"; "" where
 * nothing. */
const char *pool_lacks(const struct pool *p);

/* Begin no other job; now: what is at work ends as stopped, soon. */
void pool_halt(struct pool *p, bool now);

/* Halt, end the threads, release; NULL is allowed. */
void pool_end(struct pool *p);

#endif
