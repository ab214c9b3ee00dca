/* SPDX-License-Identifier: MIT */
/*
 * top.h - the first of many, without a look at the others
 *
 * Private to lib/store/query.  Of all documents that may be matches the packed columns, or the tables of
 * values, tell which can be among the first `need`; only those are given to SQL, which tests and orders them
 * as it would have all.
 */
#ifndef STORE_QUERY_TOP_H
#define STORE_QUERY_TOP_H

#include "store/query/sieve.h"

struct top {
	const char *match;      /* for the index, */
	const char *docs;       /* or a SELECT of documents; both NULL: all there are */
	const char *where;      /* what matches must fulfil beyond it, about track t; NULL: nothing */
	int set;                /* of the sieve */
	const struct order *by; /* the fields of the order */
	size_t n;               /* how many; 0: it is that of ids */
	bool names;             /* what is equal is in the order of albums, */
	bool newest;            /* or of ids, the greatest first */
	const char *release;    /* the join of release r, or "" */
	const char *order;      /* ORDER BY ... */
};

/* The ids of the first need matches, malloced. */
enum err_code top_ids(struct compiler *c, const struct top *t, int64_t need, int64_t **ids, size_t *n);

/* The documents that a set lets through, as a JSON array; false in *few where they are so many that all rows
 * are as quick. */
enum err_code top_documents(struct compiler *c, int set, struct buf *json, bool *few);

/* The same, separated by commas, where there are no more than `most`: else false. */
bool top_few(struct compiler *c, int set, size_t most, struct buf *list);

/* Tracks by such an array, the parameter ?n. */
#define TOP_FROM                                                                                             \
	"FROM json_each(?%d) j CROSS JOIN doc d ON d.doc = j.value CROSS JOIN track t ON t.id = d.track_id"

#endif
