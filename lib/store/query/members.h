/* SPDX-License-Identifier: MIT */
/*
 * members.h - the matches of one term as bits: of documents, tracks or releases
 *
 * Private to lib/store/query.  A term that no packed column tells anything of still needs no look at track
 * after track: the table of its values is read once, as it lies, and what it names is marked.  That pays
 * where all matches are wanted, not where the first page or a few documents are.
 */
#ifndef STORE_QUERY_MEMBERS_H
#define STORE_QUERY_MEMBERS_H

#include "store/query/compile.h"

/* What a row of such a statement names, in its first column; its second is the number. */
enum member_of { OF_DOC, OF_TRACK, OF_RELEASE, MEMBER_KINDS };

/* Starts from { 0 }. */
struct bits {
	uint8_t *byte; /* to be released with free() */
	size_t n;      /* numbers below this have a bit */
};
enum err_code bits_set(struct bits *b, int64_t number, struct err *e);
bool bits_have(const struct bits *b, int64_t number);

struct members {
	struct buf sql; /* that gives them */
	bool filled;
	struct bits of[MEMBER_KINDS];
};

/* The members that n stands for, not looked up yet; NULL where a term has no table of its own, or with
 * *c->e filled in. */
struct members *members_new(struct compiler *c, const struct node *n);
void members_free(struct members *m); /* NULL is allowed */

/* Look them up, once. */
enum err_code members_fill(struct members *m, struct compiler *c);

/* The statement of a term, or false: rows.c. */
bool compile_rows(struct compiler *c, const struct node *n, struct buf *sql);

#endif
