/* SPDX-License-Identifier: MIT */
/*
 * bare.h - "the beatles" also finds Beatles, and "simon and garfunkel" Simon Garfunkel
 *
 * Private to lib/store/query.  People remember names without their articles, or with one that is not there.
 * Whole titles, artists, albums and album artists that differ from the words of a query in nothing
 * else (fold_bare()) are an alternative to them: a term of kind TEXT and OP_NAMED, whose value is the name
 * without articles.  So they are among the matches however these are ordered, counted or grouped.
 */
#ifndef STORE_QUERY_BARE_H
#define STORE_QUERY_BARE_H

#include "store/query/compile.h"

/* The alternative to the terms of a list (or to a term) that must match, malloced; NULL where the library has
 * no such name beyond those that the words find, or with *e filled in. */
struct node *bare_other(struct db *db, const struct node *whole, struct err *e);

/* The kinds of names (as schema 1 numbers them) that a term of OP_NAMED is about: "1, 2, 3, 4". */
const char *bare_kinds(enum field f);

/* A condition on track t, and where c->few on doc d. */
void compile_named(struct compiler *c, const struct node *n, struct buf *sql);

#endif
