/* SPDX-License-Identifier: MIT */
/*
 * job.h - one commit at work: what its transaction writes
 *
 * Private to commit.c, which has the steps and their order.
 */
#ifndef STORE_COMMIT_JOB_H
#define STORE_COMMIT_JOB_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/err.h"
#include "store/commit/commit.h"
#include "store/commit/plan.h"
#include "store/commit/publish.h"
#include "store/db.h"

struct job {
	struct db *db;
	int64_t session;
	const struct commit_options *o;
	char commit_id[33]; /* fresh at each attempt */
	struct plan *plan;
	struct publish files;
	const char *step;       /* where it is, for commit_error */
	int64_t item;           /* which one it is about, or 0 */
	int64_t owner, created; /* of the session */
};

/* The first column of a statement's first row. */
enum err_code job_number(struct db *db, sqlite3_stmt *st, int64_t *n, struct err *e);

/* SHA-256 over the sorted hashes of what is staged. */
enum err_code job_fingerprint(struct job *j, uint8_t hash[32], struct err *e);

/* An earlier commit of the same set of files, all of which are still live, or 0. */
enum err_code job_find_same(struct job *j, const uint8_t hash[32], int64_t *same, struct err *e);

/* Inside the transaction: the rows of every item, and the index; then the session and its event. */
enum err_code job_write_items(struct job *j, struct err *e);
enum err_code job_write_session(
    struct job *j, const uint8_t hash[32], const struct commit_result *r, struct err *e);

#endif
