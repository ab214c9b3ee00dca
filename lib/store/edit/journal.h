/* SPDX-License-Identifier: MIT */
/*
 * journal.h - what an edit does to each row, kept so that it can be taken back
 *
 * Between journal_begin() and journal_end() every row that is inserted,
 * updated or deleted in a table of the catalogue is written to table `change`
 * by triggers that live on this connection alone: whoever edits does so with
 * plain SQL and needs to know nothing of it.  Two things it must not use:
 * INSERT OR REPLACE (which deletes without telling), and files that go away.
 *
 * In a shared library journal_end() refuses, with ERR_DENIED, an edit of what is another's.
 *
 * The time at which a row was last modified is not part of it, nor the search
 * index, nor artists, genres and names of tags, which may stay unused.
 */
#ifndef STORE_EDIT_JOURNAL_H
#define STORE_EDIT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "store/db.h"

/* Inside a transaction: start an event. */
enum err_code journal_begin(struct db *db, int64_t *event, struct err *e);

/* Still inside it: end the event, giving it kind, subject and data (JSON, or NULL).  *changed tells whether
 * any row differs; if none does the caller rolls back, as it does after any error: then the event was never
 * there. */
enum err_code journal_end(struct db *db, int64_t event, const char *kind, const char *subject,
    const char *data, bool *changed, struct err *e);

/* Take back the rows of an event, last one first, inside another event's journal.  ERR_STATE where a row is
 * not as the event left it. */
enum err_code journal_take_back(struct db *db, int64_t event, const struct progress *progress, struct err *e);

/* Put the tracks whose rows, or whose release's rows, an event changed into the table temp.chosen. */
enum err_code journal_tracks(struct db *db, int64_t event, struct err *e);

#endif
