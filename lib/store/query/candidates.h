/* SPDX-License-Identifier: MIT */
/*
 * candidates.h - what can be among the first k of many by their keys
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_CANDIDATES_H
#define STORE_QUERY_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* At the end, all that is not behind the k-th. */
struct candidates {
	struct candidate_doc {
		uint64_t key;
		uint32_t doc;
	} * v;
	size_t n, cap;
	uint64_t *heap; /* the k least keys, the greatest of them on top */
	size_t kept, k;
	bool cut; /* something was left out */
};

/* Begin anew; k 0: everything is a candidate. */
enum err_code candidates_begin(struct candidates *l, size_t k, struct err *e);
void candidates_free(struct candidates *l); /* release and zero */

/* A document of that key. */
enum err_code candidates_add(struct candidates *l, uint64_t key, uint32_t doc, struct err *e);

/* Drop what has turned out to be behind the k-th. */
void candidates_end(struct candidates *l);

/* The k-th key; false where there are not so many. */
bool candidates_last(const struct candidates *l, uint64_t *key);

#endif
