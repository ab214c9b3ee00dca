/* SPDX-License-Identifier: MIT */
/*
 * pool.h - threads that do jobs, each with a media worker of its own
 *
 * The main thread pushes jobs and takes them back done, in any order.  A job
 * that wants another attempt (JOB_AGAIN) waits inside for its time and blocks no
 * thread meanwhile.  Nothing here is unbounded: pool_room() says how many more
 * may be pushed.
 */
#ifndef INTAKE_RUN_POOL_H
#define INTAKE_RUN_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/run/job.h"

struct pool;

/* n threads; shared must outlive the pool. */
enum err_code pool_start(struct pool **p, int n, struct job_shared *shared, struct err *e);

/* Jobs pushed and not yet taken back, and how many more may be pushed. */
size_t pool_inside(const struct pool *p);
size_t pool_room(const struct pool *p);

void pool_push(struct pool *p, struct job *j); /* takes it over */

/* A job that is done, now the caller's; NULL where there is none within wait_ms. */
struct job *pool_take(struct pool *p, int wait_ms);

/* Drop what waits, let the threads come to the end of what they do (shared->stop makes that soon), join them.
 * False where one has not come to it within wait_ms (-1: ever), because a device does not answer: it is left
 * alone, and what it may touch (the pool, shared, the stage) must stay as long as the process.  Jobs that are
 * done can still be taken; NULL is allowed. */
bool pool_join(struct pool *p, int wait_ms);
void pool_free(struct pool *p); /* joins and drops everything; NULL is allowed */

#endif
