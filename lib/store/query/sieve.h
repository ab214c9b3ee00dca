/*
 * sieve.h - which documents can be left out before a row of theirs is looked at
 *
 * Private to lib/store/query.  A set holds those terms of a list that packed columns can tell something of:
 * fonoteca_may(doc, set) in SQL, and sieve_may() here, are false only of documents that are no
 * match.  What it lets through is tested by the conditions of compile_where() as ever.
 */
#ifndef STORE_QUERY_SIEVE_H
#define STORE_QUERY_SIEVE_H

#include "store/packed/packed.h"
#include "store/query/compile.h"

enum { SIEVE_NONE = -1, SIEVE_SETS = 32, SIEVE_TESTS = 8 };

struct sieve {
	struct packed packed;
	struct sieve_set {
		int n;
		struct sieve_test {
			enum packed_column column;
			uint64_t low, high; /* codes */
		} test[SIEVE_TESTS];
	} set[SIEVE_SETS];
	int n;
	struct err e; /* the first that a test met */
};

/* Make c->sieve, inside the read transaction of the query, and fonoteca_may(). */
enum err_code sieve_open(struct compiler *c);
void sieve_close(struct compiler *c);

/* The set of the terms of a list that must all match; SIEVE_NONE where nothing is packed of any. */
int sieve_add(struct compiler *c, const struct node *all);

/* false: it is no match. */
bool sieve_may(struct sieve *s, int set, int64_t doc);

/* Of documents of one chunk, by their places in it, keep those that it lets through: how many. */
size_t sieve_keep(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t n);

#endif
