/* SPDX-License-Identifier: MIT */
/*
 * scrub.h - read blobs with several threads and compare them with their names
 *
 * Private to lib/store/sweep.  Whoever asks puts jobs in and takes finished ones
 * out, in whatever order they end; the threads know no database.
 */
#ifndef STORE_SWEEP_SCRUB_H
#define STORE_SWEEP_SCRUB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/blob.h"
#include "store/sweep/sweep.h"

enum scrub_verdict {
	SCRUB_RIGHT,
	SCRUB_MISSING,    /* no plain file of that name */
	SCRUB_WRONG,      /* other bytes, or another number of them */
	SCRUB_UNREADABLE, /* the device does not give them back */
	SCRUB_FAILED,     /* not to be judged: no right to read it, no memory */
	SCRUB_UNFINISHED  /* scrub_halt() came first */
};

struct scrub_job {
	int64_t blob; /* id */
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
	/* the caller's */
	int tries;
	bool marked; /* the catalogue holds it for missing or damaged */
	/* filled in */
	enum scrub_verdict verdict;
	int64_t inode, ctime_ns; /* of the file that was read, 0 where there is none */
	struct err e;            /* why, where it is not right */
};

struct scrub;

/* Start the threads.  dirfd: LIBRARY.  limit: bytes a second over all of them, 0: none. */
enum err_code scrub_start(struct scrub **s, int dirfd, int threads, int64_t limit, struct err *e);

/* Put a job in; false: there are enough, take one first. */
bool scrub_put(struct scrub *s, const struct scrub_job *job);

/* Take a finished job, waiting for one for up to 200 ms.  False: none yet, or none at work. */
bool scrub_take(struct scrub *s, struct scrub_job *job);

int scrub_working(struct scrub *s); /* jobs that were put in and not taken out */

/* Whatever is at work ends as unfinished, soon. */
void scrub_halt(struct scrub *s);

/* Something changes in what the catalogue says of a blob that was read: judged once more inside a
 * transaction, so that what a commit put in its place meanwhile is no damage; then its files get their state,
 * and it is told. 1: it is another file by now, read it again; 0; -1 with *e. */
int sweep_settle(
    struct db *db, const struct sweep *s, struct sweep_report *r, const struct scrub_job *j, struct err *e);

/* Halt, end the threads, release; NULL is allowed. */
void scrub_end(struct scrub *s);

#endif
