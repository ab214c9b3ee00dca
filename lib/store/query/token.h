/*
 * token.h - the words of a query
 *
 * Private to lib/store/query.
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

/* A number's or date's leaf with lo..hi or [lo TO hi] in it becomes a range; false when memory is out. */
bool node_split_range(struct node *leaf);

#endif
