/* SPDX-License-Identifier: MIT */
/*
 * source.h - documents that may be matches, a chunk at a time, and where they stand in an order
 *
 * Private to lib/store/query.  They are gone through several times: those that the index found, or all.
 */
#ifndef STORE_QUERY_SOURCE_H
#define STORE_QUERY_SOURCE_H

#include "store/query/gather.h"

struct source {
	struct compiler *c;
	struct documents found; /* chunk by chunk */
	bool given;             /* these, not all */
	int set;                /* of the sieve, for them */
	size_t at;              /* in found; without an index: the chunk */
	enum packed_column column;
	bool descending;
	bool by_id, newest; /* the id is part of the key; the greatest comes first */
	bool whole;         /* chunks that are not packed are made up for */
};

struct batch {
	int64_t chunk;
	size_t n;
	uint16_t place[PACKED_CHUNK];
	uint64_t key[PACKED_CHUNK];
};

/* The next chunk with what may be matches, from the end where the order is descending: 1, 0 at the end, or
 * -1. */
int source_next(struct source *s, struct batch *b);

/* The keys of a batch by s->column: the least is the first.  What has no value is the last, in either order.
 * false: nothing is packed of it, and only the rows can tell. */
bool source_keys(struct source *s, struct batch *b);

/* Are such keys names' first bytes, with no room for an id? */
bool source_is_long(const struct source *s);

/* Have only equal values this key (without an id)? */
bool source_is_exact(const struct source *s, uint64_t key);

/* Are the document's keys known? */
bool source_knows(const struct source *s, uint32_t doc);

#endif
