/* SPDX-License-Identifier: MIT */
/*
 * packed.h - what searches sort and filter by, in columns
 *
 * A row of the catalogue costs a microsecond to look at, a packed number a
 * nanosecond.  For each document of the index and each column there is a code: a
 * number that grows with the value, 0 where there is none (or, of plays, 0).  Different values may
 * share a code (a title's is its first bytes), so codes only say what can be
 * left out: a search asks the rows of what remains, and its answer is the same with
 * and without them.
 *
 * Codes lie in chunks of 4096 documents.  A chunk is either right or not there:
 * whatever changes a value takes the chunk's row out of packed_chunk (triggers of
 * schemas 5, 6, 9 and 12, and index.c for new documents), and it is packed again when the last of
 * its documents is filled in, by lib-sweep optimize, or when too many are missing.
 * What is missing is no error, only slower.
 *
 * Private to lib/store.
 */
#ifndef STORE_PACKED_PACKED_H
#define STORE_PACKED_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "store/db.h"

/* The numbers stand in the database: never change the order. */
enum packed_column {
	PACKED_NONE,
	PACKED_TRACK, /* the track's id */
	PACKED_TITLE, /* of names the first bytes of the key */
	PACKED_ARTIST,
	PACKED_ALBUM,
	PACKED_YEAR,
	PACKED_ADDED,
	PACKED_DURATION,
	PACKED_BPM,
	PACKED_RATING,
	PACKED_PLAYS,
	PACKED_LASTPLAYED,
	PACKED_RELEASE, /* the release's id */
	PACKED_SIZE,    /* of the preferred file */
	PACKED_KIND,    /* what it is: kind.h */
	PACKED_COLUMNS
};

enum { PACKED_SHIFT = 12, PACKED_CHUNK = 1 << PACKED_SHIFT };

/* The column of a field, or PACKED_NONE. */
enum packed_column packed_column(enum field f);

/* Writing, inside the transaction of the caller. */

/* A document came: what is packed of its chunk is wrong now. */
enum err_code packed_forget(struct db *db, int64_t doc, struct err *e);

/* Pack the chunk of a document. */
enum err_code packed_make(struct db *db, int64_t doc, struct err *e);

/* Pack what is missing: all of it, or only where that is more than searches should have to make up for. *made
 * (may be NULL): how many chunks that was. */
enum err_code packed_refresh(struct db *db, bool all, int64_t *made, struct err *e);

/* Are the codes of a packed chunk those of its tracks?  1, 0, -1. */
int packed_holds(struct db *db, int64_t chunk, struct err *e);

/* Reading, inside one read transaction.  Starts from { 0 }. */
struct packed_made;
struct packed {
	struct db *db;
	int64_t chunks;                   /* documents lie in chunks 0 to chunks - 1 */
	uint8_t *packed;                  /* one for each: is it packed? */
	uint8_t **column[PACKED_COLUMNS]; /* the blobs that were looked at */
	struct packed_made *made;         /* a chunk that packed_whole() made, of that number */
	int64_t made_number;
	uint8_t *borrowed[PACKED_COLUMNS]; /* the blob that packed_whole() read last, of that chunk + 1 */
	int64_t borrowed_number[PACKED_COLUMNS];
};
enum err_code packed_open(struct packed *p, struct db *db, struct err *e);
void packed_close(struct packed *p);

/* Are so few chunks missing that those who go through all of them need not mind? */
bool packed_bearable(const struct packed *p);

/* The codes of a chunk, for packed_at(): 1, 0 where it is not packed, or -1.  They stay until packed_close().
 */
int packed_chunk(
    struct packed *p, enum packed_column column, int64_t chunk, const uint8_t **codes, struct err *e);

/* The same for those who go through all chunks: always 1, or -1.  What is not packed is made from the rows,
 * and the codes stay only until the next chunk is asked for. */
int packed_whole(
    struct packed *p, enum packed_column column, int64_t chunk, const uint8_t **codes, struct err *e);

/* The codes of n of its documents, given by their places in it. */
void packed_read(
    enum packed_column column, const uint8_t *codes, const uint16_t *place, size_t n, uint64_t *code);

/* The code of a document: 1, 0 where it is not packed, or -1. */
int packed_code(struct packed *p, enum packed_column column, int64_t doc, uint64_t *code, struct err *e);

/* The code that a number has in a column.  Codes of less are not more, of more not less. */
uint64_t packed_number(enum packed_column column, double value);

/* The number that a code stands for, where only equal values have it. */
int64_t packed_value(enum packed_column column, uint64_t code);

/* Does code 0 say that the value is 0, and not that there is none? */
bool packed_has_all(enum packed_column column);

/* Are its values whole numbers? */
bool packed_is_whole(enum packed_column column);

/* Have only equal values this code? */
bool packed_is_exact(enum packed_column column, uint64_t code);

#endif
