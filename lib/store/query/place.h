/* SPDX-License-Identifier: MIT */
/*
 * place.h - where in the catalogue a field's values are
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_PLACE_H
#define STORE_QUERY_PLACE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/field.h"

/* SELECT value FROM ... WHERE ..., of the track `t`; from is "" for its own columns. */
struct place {
	char from[200];
	const char *value; /* an SQL expression */
	const char *key;   /* the same, folded, or NULL */
};
enum { PLACES_MAX = 2 };

/* The places of a field; free_tag: of the free tag whose name is the
 * parameter ?name. */
int field_places(enum field f, bool free_tag, int name, struct place p[PLACES_MAX]);

/* Around the conditions on the values at places 0 to count - 1: one of them is true.  place_open() comes
 * before each condition, place_close() after the last, or alone where there is no place: never true. */
void place_open(const struct place *p, int i, bool rows, struct buf *sql);
void place_close(const struct place *p, int count, bool rows, struct buf *sql);

/* rows: each becomes a statement instead, all of them in one by UNION ALL: the kind (1 a track, 2 a release)
 * and number of what has such a value.  Are there such? */
bool place_has_rows(const struct place *p);

/* "FROM ... WHERE ..." of all values at a place, in the order of their table, and what numbers the track (1)
 * or release (2, returned) that has one. */
int place_values(const struct place *p, struct buf *number, struct buf *rows);

/* Codes (ISRC, key, MBIDs) are compared whole, not by their words. */
bool field_is_code(enum field f);

/* The places that tracks are put in order by: append what ORDER BY takes. */
int order_places(enum field f, struct place p[PLACES_MAX]);
void field_order(enum field f, struct buf *sql);

#endif
