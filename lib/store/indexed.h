/* SPDX-License-Identifier: MIT */
/*
 * indexed.h - what the search index holds of a track
 *
 * Private to index.c.  It is a function of the catalogue's rows alone, so that the index can be told again
 * what it is to forget.
 */
#ifndef STORE_INDEXED_H
#define STORE_INDEXED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum { INDEXED_COLUMNS = 4, INDEXED_KEYS = 64 };

struct indexed {
	struct buf column[INDEXED_COLUMNS]; /* title, artist, album, x: folded words */
	struct {
		int64_t hash;
		int kind;
	} key[INDEXED_KEYS]; /* whole values */
	int nkeys;
	bool there;         /* the track exists and is not removed */
	struct buf scratch; /* a value folded */
};

/* Read a track into a zeroed *t; free it in any case. */
enum err_code indexed_read(struct db *db, int64_t track, struct indexed *t, struct err *e);
void indexed_free(struct indexed *t);

/* One number of all of it. */
int64_t indexed_hash(const struct indexed *t, struct err *e);

#endif
