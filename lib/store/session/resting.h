/* SPDX-License-Identifier: MIT */
/*
 * resting.h - roots of imports that could not be reached as a whole
 *
 * The circuit breaker of automatic retries: each failure in a row doubles the
 * time that they leave a root alone.  What a user asks for never waits.
 */
#ifndef STORE_SESSION_RESTING_H
#define STORE_SESSION_RESTING_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

enum rest_class {
	REST_ACCESS, /* may not be entered: 30 min, doubling to 4 h */
	REST_IO,     /* its device or network fails: 10 min to 1 h */
	REST_UNKNOWN /* anything else, as that it is not there: 20 min to 3 h */
};

struct resting {
	char *root;       /* bytes */
	const char *kind; /* "access", "io", "unknown" */
	int64_t failures; /* in a row */
	char *reason;
	int64_t since, until;
};
void resting_free(struct resting *r); /* release and zero */

/* A root failed as a whole, once more. */
enum err_code resting_note(
    struct db *db, const char *root, enum rest_class class, const char *reason, struct err *e);

/* It was reached: forget it. */
enum err_code resting_clear(struct db *db, const char *root, struct err *e);

/* Is any root written down here, resting still or not?  1, 0, -1. */
int resting_any(struct db *db, struct err *e);

/* Roots that rest now, in their order, after the one in *r (zeroed: from the first): 1, 0 at the end, -1. */
int resting_next(struct db *db, struct resting *r, struct err *e);

/* Is this one resting now?  1 with *r refilled, 0, -1. */
int resting_find(struct db *db, const char *root, struct resting *r, struct err *e);

#endif
