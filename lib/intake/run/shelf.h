/* SPDX-License-Identifier: MIT */
/*
 * shelf.h - the archives of an import: met, unpacked, imported, a few at a time
 *
 * An archive that the threads meet waits here until it may be unpacked, lies
 * unpacked in staging until all of its members are settled, and is then done: its
 * folder is removed and its job comes out again, to be recorded after its members.
 * The calling thread's alone.
 */
#ifndef INTAKE_RUN_SHELF_H
#define INTAKE_RUN_SHELF_H

#include <stdbool.h>
#include <stddef.h>

#include "intake/run/job.h"

enum {
	SHELF_UNPACKED = 2, /* so many lie unpacked at a time: one is walked, one unpacked meanwhile */
	SHELF_WAITING = 64  /* more should wait for those before them */
};

struct shelf {
	struct job *waiting, *done;
	struct unpacked *ready;
	size_t nwaiting;
	int unpacked;
};

/* Nothing waits and nothing lies unpacked. */
bool shelf_is_empty(const struct shelf *s);

void shelf_meet(struct shelf *s, struct job *j); /* JOB_ARCHIVE; takes it over */

/* One that may be unpacked now, the caller's again; NULL. */
struct job *shelf_next(struct shelf *s);

/* It came back and is not JOB_UNPACKED: its place is free. */
void shelf_failed(struct shelf *s);

/* It is; takes the job over, until it is done. */
void shelf_put(struct shelf *s, struct job *j);

/* One to be walked, which stays the shelf's; NULL. */
struct unpacked *shelf_walk(struct shelf *s);

/* Walked, and no member is on its way any more?  Then its folder goes and its job is done. */
bool shelf_is_through(const struct unpacked *u);
void shelf_finish(struct shelf *s, struct unpacked *u, struct stage *stage, enum job_end end);

/* A job that is done, the caller's again; NULL. */
struct job *shelf_take(struct shelf *s);

void shelf_free(struct shelf *s); /* drops what it holds; the folders stay to be tidied */

#endif
