/* SPDX-License-Identifier: MIT */
/*
 * column.h - how each column is packed
 *
 * Private to lib/store/packed.
 */
#ifndef STORE_PACKED_COLUMN_H
#define STORE_PACKED_COLUMN_H

#include "store/packed/packed.h"

struct packed_kind {
	enum field field;
	uint8_t bytes; /* of a code, lowest first */
	uint8_t scale; /* of numbers: codes for 1; 0: the first bytes of a text */
	uint64_t max;  /* the greatest code, which all values above share */
	bool all;      /* every track has a value, and 0 is code 0 */
};
extern const struct packed_kind packed_kinds[PACKED_COLUMNS];

/* The codes of a chunk from its rows; a writer also adds new kinds of files to their table.  Released with
 * free(). */
struct packed_made {
	uint8_t *column[PACKED_COLUMNS];
	bool any[PACKED_COLUMNS]; /* is there anything but zeros? */
	uint8_t bytes[];
};
enum err_code packed_make_codes(
    struct packed_made **c, struct db *db, int64_t number, bool write, struct err *e);

static inline int64_t
packed_id(enum packed_column column, int64_t chunk)
{
	return (int64_t)column << 32 | chunk;
}

#endif
