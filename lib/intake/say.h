/* SPDX-License-Identifier: MIT */
/*
 * say.h - what an import tells: results and summaries, as text or JSON
 *
 * Appended to a buffer without the end of the line, as store/commit/report.h does.
 */
#ifndef INTAKE_SAY_H
#define INTAKE_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/import.h"
#include "store/commit/report.h"
#include "worker/record.h"

/* "s3", or the session with the counts of this run. */
void say_session(
    int64_t session, const char *state, const struct import_counts *c, bool json, struct buf *out);

/* "s3: 40 files staged (212.0 MB), 2 unchanged, 1 failed"; session 0: "would stage ...". */
void say_summary(int64_t session, const struct import_counts *c, struct buf *out);

/* Add to the message of a run that was stopped how it goes on. */
void say_resumable(int64_t session, const struct import_counts *c, struct err *e);

/* One file of a dry run: its path (raw bytes with `raw`), or a JSON object. */
void say_file(const char *path, int64_t size, const struct record *r, bool json, bool raw, struct buf *out);
void say_preview(const struct import_counts *c, struct buf *out); /* its summary, in JSON */

#endif
