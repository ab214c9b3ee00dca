/* SPDX-License-Identifier: MIT */
/*
 * branch.h - one alternative of a query: the words that it is ranked by, and what else must match
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_BRANCH_H
#define STORE_QUERY_BRANCH_H

#include "store/query/part.h"
#include "store/query/token.h"

struct branch {
	struct node list; /* all of its terms */
	struct node *only;
	struct node *others[TERMS_MAX];
	struct node rest;            /* those that the ranking does not look at, as a list */
	const struct node *named;    /* the whole name that it is about (OP_NAMED), or NULL */
	enum field field;            /* of the ranked terms; F_NONE: they may be anywhere */
	bool ranked;                 /* there are such */
	bool starred;                /* one of them is a prefix by itself */
	bool quoted;                 /* one of them is a phrase, in which an article counts */
	bool full;                   /* nothing that a later tier finds can come onto the page */
	struct buf text, index_text; /* their words, folded as a name and for the index */
	struct buf joined;           /* other spellings of a query that is one word: "kesha" of Ke$ha */
	struct buf whole,
	    begun;        /* documents of its words, and with the last as a beginning, where they are few */
	struct bits seen; /* documents that a tier before had, where all matches are wanted */
};

/* n: one alternative, which b borrows.  Release b in any case. */
enum err_code branch_read(struct branch *b, const struct node *n, struct err *e);
void branch_free(struct branch *b);

/* Is a term of it ranked? */
bool branch_ranks(const struct branch *b, const struct node *term);

#endif
