/* SPDX-License-Identifier: MIT */
/*
 * suggest.h - what was meant by a query that finds nothing
 *
 * Words that the index does not have give way to those that it has and that are a slip of the pen away: up to
 * two characters (one in a short word) left out, added, mistaken or swapped, a blank too many or too few.
 * Each correction is tried as a whole query, with its fields and filters, in the order of the fewest edits,
 * then of words that begin alike, then of the commonest; the first that finds something is it.  Where there
 * is none, one of three words and more is left out.
 */
#ifndef STORE_QUERY_SUGGEST_H
#define STORE_QUERY_SUGGEST_H

#include "base/buf.h"
#include "store/query/query.h"

/* The arguments of a query that finds something, malloced and ended by NULL, in the place of q's own; NULL
 * where there is none. */
enum err_code query_suggest(struct query *q, struct db *db, char ***words, struct err *e);

/* The same for a query that found `found`, no more than SUGGEST_FEW: where a word of SUGGEST_LETTERS letters
 * or more is in no more documents than that, and one edit makes it a word with which the query finds
 * SUGGEST_TIMES as many or more.  *least is how many that is. */
enum { SUGGEST_FEW = 2, SUGGEST_TIMES = 10, SUGGEST_LETTERS = 5 };
enum err_code query_suggest_more(
    struct query *q, struct db *db, size_t found, char ***words, int64_t *least, struct err *e);

#endif
