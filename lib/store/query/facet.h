/* SPDX-License-Identifier: MIT */
/*
 * facet.h - how many of a query's tracks have each value of a field
 */
#ifndef STORE_QUERY_FACET_H
#define STORE_QUERY_FACET_H

#include "base/field.h"
#include "store/query/query.h"
#include "store/tally.h"

/* Each a value as track_text() writes it (of F_TAGS the name of a free tag), and how many tracks have it. */
struct facets {
	struct tally values;
	enum field field; /* F_NONE: a free tag */
};

/* The values of a field by name (an alias, or a free tag), the most frequent first, then by their bytes: the
 * first `most` (-1: all); a track counts once for each of its values.  ERR_USAGE where there is no such field
 * or tag. */
enum err_code facets_count(
    struct query *q, struct db *db, const char *name, int64_t most, struct facets *f, struct err *e);
void facets_free(struct facets *f); /* release and zero */

#endif
