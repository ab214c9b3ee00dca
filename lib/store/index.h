/* SPDX-License-Identifier: MIT */
/*
 * index.h - upkeep of the search index: the only writer of fts, doc and skey
 *
 * Called inside the transaction that changes the track, after its rows are
 * written, so that a search never sees one without the other.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "store/db.h"

/* Put a track in, or again after it changed.  A removed track (track.removed) is taken out.
 * ERR_BUG where it is still in: see index_forget(). */
enum err_code index_track(struct db *db, int64_t track, struct err *e);

/* A contentless index can only be told to forget exactly the text it holds: call this BEFORE the rows change,
 * then change them, then index_track(). */
enum err_code index_forget(struct db *db, int64_t track, struct err *e);

/* Does the index hold a track as the catalogue has it now, by the hash of its words and by its keys?  A
 * removed track is held where it is not in.  1, 0, -1. */
int index_holds(struct db *db, int64_t track, struct err *e);

/* Is the index sound in itself?  ERR_FORMAT where it is not.  A transaction of its own where there is none;
 * as that is a write to SQLite, all of it is just read where the library is open for reading only. */
enum err_code index_check(struct db *db, struct err *e);

/* All of it anew: take everything out; then, whatever was changed in between, put every track in and pack the
 * vocabulary.  The columns of packed.h are left to packed_refresh(). */
enum err_code index_clear(struct db *db, struct err *e);
enum err_code index_fill(struct db *db, struct err *e);

/* The column of fts that holds the words of a field, "x" that of all the lesser ones; NULL: the index has not
 * got it.  Years stand in x as words, too. */
const char *index_column(enum field f);

#endif
