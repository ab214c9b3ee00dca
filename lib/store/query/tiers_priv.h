/* SPDX-License-Identifier: MIT */
/*
 * tiers_priv.h - what tiers.c and tiers_few.c have in common
 */
#ifndef STORE_QUERY_TIERS_PRIV_H
#define STORE_QUERY_TIERS_PRIV_H

#include "store/query/branch.h"
#include "store/query/rank.h"

/* What a statement of track t and release r selects for a candidate, and a row of it; the keys live until the
 * next step. */
extern const char tier_columns[];
void tier_row(sqlite3_stmt *st, struct candidate *found, struct keys *k);

/* Before tier after tier looks through them: is it only a few documents, and which? */
bool tiers_look_ahead(struct compiler *c, struct branch *b, const struct ranking *r);

/* All tiers of these. */
enum err_code tiers_few(struct compiler *c, struct branch *b, struct ranking *r);

#endif
