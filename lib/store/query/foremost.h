/* SPDX-License-Identifier: MIT */
/*
 * foremost.h - which documents come first by the values of a field that nothing is packed of
 *
 * Private to lib/store/query.  The table of the values is read as it lies, and the first of them are kept: no
 * look at track after track, and no order of all.
 */
#ifndef STORE_QUERY_FOREMOST_H
#define STORE_QUERY_FOREMOST_H

#include "store/query/gather.h"

/* What decides between equal values: something else, the id (the least or the greatest first), or the
 * release. */
enum tie { TIE_FIELD, TIE_ID, TIE_NEWEST, TIE_RELEASE };

/* Of documents (ascending), by `field`: those that come before the k-th of them, and those that share its
 * value where something else decides.  What has no value comes last. */
struct foremost {
	struct documents before, tied;
};
enum err_code foremost_find(struct compiler *c, enum field field, bool descending, enum tie tie,
    const struct documents *of, size_t k, struct foremost *f);
void foremost_free(struct foremost *f); /* release and zero */

#endif
