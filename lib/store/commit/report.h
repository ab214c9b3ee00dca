/* SPDX-License-Identifier: MIT */
/*
 * report.h - sessions, items and commits as lines of text or JSON
 *
 * Lines are appended or handed to a function without their end.
 */
#ifndef STORE_COMMIT_REPORT_H
#define STORE_COMMIT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/commit/commit.h"
#include "store/commit/plan.h"
#include "store/db.h"
#include "store/session/session.h"
#include "text/table.h"

/* Takes a line; the buffer is the caller's and cleared afterwards. */
typedef void report_line(void *context, struct buf *line);

/* "s1 committed: 40 tracks, 0 duplicates, 0 failed"; what else there is follows. */
void report_commit(int64_t session, const struct commit_result *r, bool dry_run, bool json, struct buf *out);

/* Why a source of --mode=move stays (commit.h), by the state of its item. */
const char *report_why_stays(const char *state, const char *reason);

/* "id":"s1" */
void report_session_id(struct buf *out, const char *key, int64_t session);

/* "s1 rejected", or "would be rejected" where it was not done; the whole session in JSON. */
void report_rejected(const struct session *s, bool dry_run, bool json, struct buf *out);

/* A track's id. */
void report_track(int64_t track, bool json, struct buf *out);

/* The open sessions, a row each: id, state, staged, bytes, failed, unchanged, first root; or JSON into
 * t->out. */
enum err_code report_open_sessions(struct db *db, bool json, struct table *t, struct err *e);

/* What a commit would make of each item, then the totals; as text: verdict, source and detail by tabs.
 * *broken is how many staged files are missing or altered, each of which would fail the session.  Of *o the
 * policy and the progress count. */
enum err_code report_items(struct db *db, const struct session *session, const struct commit_options *o,
    bool json, report_line *fn, void *context, int64_t *broken, struct err *e);

/* "3 tracks", behind another count perhaps. */
void report_counted(struct buf *out, const char *before, int64_t n, const char *one, const char *many);

#endif
