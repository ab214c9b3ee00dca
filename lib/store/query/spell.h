/* SPDX-License-Identifier: MIT */
/*
 * spell.h - word~ gives way to the library's words that are near to it
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_SPELL_H
#define STORE_QUERY_SPELL_H

#include "store/db.h"
#include "store/query/tree.h"

/* Put into q, in the place of each misspelt word that the index can look up, the words within its edits: the
 * nearest, and of these the most frequent ones. */
enum err_code query_spell(struct query *q, struct db *db, struct err *e);

#endif
