/*
 * health.h - how a library is, at one look
 *
 * Reads only.  Broken is a library whose catalogue SQLite finds damaged, or
 * that names blobs that are not there or have another size (of more than
 * about 50,000 blobs the sizes of a part are looked at); attention want failed
 * sessions, items that failed at import within the last 30 days, sessions
 * whose committer died, and files known to be missing or damaged.
 */
#ifndef STORE_SWEEP_HEALTH_H
#define STORE_SWEEP_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum health_verdict { HEALTH_OK, HEALTH_ATTENTION, HEALTH_BROKEN };

enum { HEALTH_FILE_STATES = 4, HEALTH_SESSION_STATES = 7, HEALTH_RUNS = 8, HEALTH_RESTING = 8 };

struct health {
	int schema;
	int64_t tracks, albums, artists;
	struct {
		int64_t n, bytes;
	} files[HEALTH_FILE_STATES]; /* ok, missing, damaged, removed */
	int64_t sessions[HEALTH_SESSION_STATES];
	int64_t failed_items, stuck;
	int64_t oldest_unfinished; /* when it was created, 0: there is none */
	int64_t free_bytes;
	int64_t orphans, orphan_bytes, trash, trash_bytes, foreign;
	int64_t missing_blobs, wrong_blobs;
	char first_bad[96]; /* one of those */
	char damage[256];   /* what SQLite says, "" where it is whole */
	struct {
		char name[16];
		int64_t started;
		int status;
	} runs[HEALTH_RUNS]; /* of lib-sweep's tasks */
	int nruns;
	struct {
		char root[256]; /* escaped for printing */
		char reason[128];
		int64_t until;
	} resting[HEALTH_RESTING]; /* roots of imports that automatic retries leave alone */
	int nresting;
};

enum err_code health_read(struct db *db, volatile const int *stop, struct health *h, struct err *e);

/* The verdict, with what it rests on, as "2 failed sessions, 1 stuck session", appended to why (may be NULL).
 */
enum health_verdict health_judge(const struct health *h, struct buf *why);

/* Append one screen of text, or one JSON object of type "health". */
void health_text(const struct db *db, const struct health *h, struct buf *out);
void health_json(const struct db *db, const struct health *h, struct buf *out);

#endif
