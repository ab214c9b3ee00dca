/* SPDX-License-Identifier: MIT */
/*
 * batch.h - what is staged but not yet durable: synced together, recorded together
 */
#ifndef INTAKE_RUN_BATCH_H
#define INTAKE_RUN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/run/job.h"
#include "store/db.h"
#include "store/session/items.h"

enum { BATCH_FILES = 256, BATCH_BYTES = 256 << 20, BATCH_RECORDS = 4 << 20, BATCH_MS = 10000 };

struct batch {
	struct job *jobs[BATCH_FILES];
	size_t n;
	int64_t bytes, records, since_ms; /* since_ms: when the last one went out */
	bool in_doubt; /* a transaction failed: its rows may yet be found in the log, so its files stay */
};

/* Take over a job that is staged or failed, or an archive that is imported. */
void batch_add(struct batch *b, struct job *j);

/* Is it time to send it out?  Also where it is empty, for the heartbeat. */
bool batch_is_due(const struct batch *b);

/* Sync, record, free the jobs.  After a failure the batch is empty, too: what was in it is not recorded and
 * may be copied again, but never synced again. */
enum err_code batch_flush(struct batch *b, struct db *db, struct stage *stage, int64_t session,
    const char *state, const struct items_counts *counts, struct err *e);

void batch_clear(struct batch *b);

#endif
