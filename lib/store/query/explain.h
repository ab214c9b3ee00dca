/* SPDX-License-Identifier: MIT */
/*
 * explain.h - how a query was understood, what was done for it, and why each result stands where it does
 *
 * For people who wonder, and for those who write this program.  The steps are the statements that
 * were really run, the places those that the list really has.
 */
#ifndef STORE_QUERY_EXPLAIN_H
#define STORE_QUERY_EXPLAIN_H

#include "base/buf.h"
#include "store/query/query.h"

/* The tree of a query: a line a term, indented; or a JSON object as a member of that name. */
void explain_tree(const struct query *q, struct buf *out);
void explain_tree_json(const struct query *q, const char *key, struct buf *out);

/* A term, or a list of terms, as lines. */
struct node;
void explain_term(const struct node *n, struct buf *out);

/* A statement of a search. */
struct step {
	const char *name; /* of the tier, "in order", or "look up" for all others together */
	char *index;  /* the expression that the index was asked for, "keys" or "rows"; NULL for the others */
	int64_t rows; /* that it gave */
	int64_t us;   /* that it took */
};

/* A result and why it stands there. */
struct place_of {
	int64_t id;
	char reasons[160]; /* separated by "; " */
};

struct explanation {
	struct step *steps;
	size_t nsteps;
	struct place_of *places;
	size_t nplaces;
};

/* query_ids() with its reasons; release x in any case. */
enum err_code explain_run(
    struct query *q, struct db *db, int64_t limit, int64_t offset, struct explanation *x, struct err *e);
void explanation_free(struct explanation *x);

/* Is a track among the results?  Its rank from 1 on, and its reasons; or 0, and a line for each term that
 * must match and does not.  ERR_NOTFOUND where there is no such track. */
enum err_code explain_why(
    struct query *q, struct db *db, int64_t track, int64_t *rank, struct buf *reasons, struct err *e);

#endif
