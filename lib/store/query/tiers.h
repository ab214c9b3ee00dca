/* SPDX-License-Identifier: MIT */
/*
 * tiers.h - the matches of one alternative of a query, tier after tier, the best first
 *
 * Private to lib/store/query.  A tier is a statement; once the page is full those behind it are not asked.
 */
#ifndef STORE_QUERY_TIERS_H
#define STORE_QUERY_TIERS_H

#include "store/query/compile.h"
#include "store/query/rank.h"

/* Those among the first `need` by rank (need < 0: all) go to r, and perhaps others. */
enum err_code tiers_run(struct compiler *c, const struct node *n, int64_t need, struct ranking *r);

#endif
