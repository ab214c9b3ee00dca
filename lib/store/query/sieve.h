/* SPDX-License-Identifier: MIT */
/*
 * sieve.h - which documents can be left out, or taken, before a row of theirs is looked at
 *
 * Private to lib/store/query.  A set holds those terms of a list that packed columns can tell something of.
 * Of a document they say no, yes, or that its row has to be asked (a code may stand for several
 * values).  fonoteca_may(doc, set) in SQL is false only of documents that are no match; what it lets through
 * is tested by the conditions of compile_where() as ever.
 */
#ifndef STORE_QUERY_SIEVE_H
#define STORE_QUERY_SIEVE_H

#include "store/packed/packed.h"
#include "store/query/members.h"

enum { SIEVE_NONE = -1, SIEVE_SETS = 32, SIEVE_TESTS = 8 };

struct sieve_test {
	enum packed_column column;
	uint64_t low, high;           /* codes of matches lie between these, */
	uint64_t sure_low, sure_high; /* and those that lie between these are matches */
	uint64_t kinds[4];            /* of PACKED_KIND instead a bit for each code */
	struct members *members; /* of PACKED_NONE instead those, once they are filled; the sieve's own */
	bool negated;
};

struct sieve {
	struct packed packed;
	struct sieve_set {
		int n;
		struct sieve_test test[SIEVE_TESTS];
	} set[SIEVE_SETS];
	int n;
	struct err e; /* the first that a test met */
};

/* Make c->sieve, inside the read transaction of the query, and fonoteca_may(). */
enum err_code sieve_open(struct compiler *c);
void sieve_close(struct compiler *c);

/* The set of the terms of a list that must all match; SIEVE_NONE where nothing is packed of any, or (indexed)
 * the index is asked and knows as much.  *sure: the set that together with the index tells all, or
 * SIEVE_NONE. */
int sieve_add(struct compiler *c, const struct node *list, bool indexed, int *sure);

/* A test for a term, in sieve_term.c; false where nothing is packed of it. */
bool sieve_term(struct compiler *c, const struct node *n, struct sieve_test *t);

/* false: it is no match. */
bool sieve_may(struct sieve *s, int set, int64_t doc);

/* Of documents of one chunk, by their places in it, keep those that it lets through: how many. */
size_t sieve_keep(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t n);

/* Look up what the members of a set are, so that they tell yes or no. */
enum err_code sieve_ask_members(struct compiler *c, int set);

/* The same for those who go through all chunks (packed_whole()): matches stay in place, *n of them; those
 * whose rows have to be asked go to doubt. */
enum err_code sieve_split(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t *n,
    uint16_t *doubt, size_t *ndoubt, struct err *e);

#endif
