/* SPDX-License-Identifier: MIT */
/*
 * adopt.h - blobs that nothing names become items of a session, from which a commit makes tracks
 *
 *	adopt_list -> adopt_begin -> (read each blob) -> adopt_record ... -> adopt_end -> commit_session
 *
 * Nothing is copied: a commit takes what lies in blobs/ already.  One session holds all of it; a run that is
 * killed leaves it unfinished, and the next one goes on with it: what it holds is not listed a second time.
 */
#ifndef STORE_SWEEP_ADOPT_H
#define STORE_SWEEP_ADOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/session/items.h"

struct unnamed {
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
};

/* What `orphans` has moved to trash/ though the catalogue has never heard of it goes back to blobs/, to be
 * listed. ERR_BUSY where somebody publishes. */
enum err_code adopt_from_trash(struct db *db, struct err *e);

/* The blobs that no file, cover or unfinished session names, and that were not taken out, by their hashes;
 * malloced. */
enum err_code adopt_list(
    struct db *db, volatile const int *stop, struct unnamed **list, size_t *n, struct err *e);

/* LIBRARY, open as long as *db is, for openat() of blobs by any thread. */
int adopt_folder(const struct db *db);

/* The unfinished session of an earlier run, locked, or 0. */
enum err_code adopt_find(struct db *db, int64_t *session, struct err *e);

/* That one, or a new one.  ERR_BUSY where another process works on it. */
enum err_code adopt_begin(struct db *db, int64_t *session, struct err *e);

/* Items whose bytes were read and are right, of which the catalogue takes note; as items_record(). */
enum err_code adopt_record(
    struct db *db, int64_t session, const struct item_new *items, size_t n, struct err *e);

/* All is read: from staging to staged.  Where nobody knows where a file came from its item names no source.
 */
enum err_code adopt_end(struct db *db, int64_t session, struct err *e);

/* Into the event log: how many tracks there are more, and how many blobs nothing names still; not where
 * that is known.  With none left
 * blobs that nothing names are rubbish again: sweep.h, `orphans`. */
enum err_code adopt_note(struct db *db, int64_t tracks, int64_t left, struct err *e);

/* One that holds nothing goes. */
enum err_code adopt_drop(struct db *db, int64_t session, struct err *e);

#endif
