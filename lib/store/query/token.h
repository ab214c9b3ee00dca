/* SPDX-License-Identifier: MIT */
/*
 * token.h - the words of a query
 *
 * Private to lib/store/query.  tokens_read() cuts arguments up, term.c reads what has a field and foreign.c
 * what other programs write; what a term means is decided by shape.c, once it is known which group it
 * stands in.
 */
#ifndef STORE_QUERY_TOKEN_H
#define STORE_QUERY_TOKEN_H

#include "store/query/tree.h"

enum token_kind {
	TOKEN_TERM,
	TOKEN_FIELD,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_XOR,
	TOKEN_NOT,
	TOKEN_END
};

struct token {
	enum token_kind kind;
	struct node
	    *term; /* TERM: the leaf; FIELD: a leaf without a value, whose field the group that follows has */
	const char *word;
	size_t at;
};

struct tokens {
	struct token *token; /* the last is TOKEN_END */
	size_t n;
	bool fields; /* a field was named: what does not parse is an error */
};

enum { TERMS_MAX = 250 };

void tokens_free(struct tokens *t);

/* Cut the arguments up; sort words (year-) and notes go to q. */
enum err_code tokens_read(
    struct tokens *t, struct query *q, char **words, tag_exists *exists, void *context, struct err *e);

/* Give a leaf its meaning: "word*" is a beginning, "1990..1999" a range, "genre:*" any genre, and so on,
 * after the field that it has, or that its group gave it. */
enum err_code term_shape(
    struct node *leaf, struct query *q, tag_exists *exists, void *context, struct err *e);

/* “ ” „ « » and long dashes, as pages have them, become the signs of a keyboard where they stand for these.
 */
void tidy_argument(char *word);

#endif
