/* SPDX-License-Identifier: MIT */
/*
 * join.h - "sugar cane" also finds Sugarcane, and "sugarcane" Sugar Cane
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_JOIN_H
#define STORE_QUERY_JOIN_H

#include "store/db.h"
#include "store/query/tree.h"

/* Put alternatives beside the terms of q, where the index has such: two words that follow each other as one
 * word; a word of six characters or more as two of three or more that follow each other; one of three or more
 * as two between a letter and a digit (sum41); and names without their articles (bare.h).  They are marked
 * respelt.  Only what must match at the top of the query, or in one of its alternatives, is looked at, and no
 * more than a few of its words. */
enum err_code query_join(struct query *q, struct db *db, struct err *e);

#endif
