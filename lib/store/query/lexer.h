/* SPDX-License-Identifier: MIT */
/*
 * lexer.h - what the parts of the lexer share: token.c, term.c, foreign.c
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_LEXER_H
#define STORE_QUERY_LEXER_H

#include "store/query/token.h"

enum { LISTS_MAX = 64 };

struct lexer {
	struct tokens *out;
	struct query *q;
	tag_exists *exists;
	void *context;
	const char *word;     /* the argument */
	const char *s;        /* where we are in it */
	bool full;            /* it is a query of its own: and, or, not in small letters are operators */
	char list[LISTS_MAX]; /* what opened the parentheses around: '&' and '|' have commas, '#' numbers */
	size_t lists;
	struct err *e;
};

/* A field's name with its operator. */
struct prefix {
	enum field field;
	enum node_kind kind; /* TEXT, IS, HAS, SAVED, ... */
	enum op op;
	bool negated; /* != , missing: */
	bool spaced;  /* a comparison, not a colon: blanks and single quotes may follow */
	bool free_tag;
	char name[64];
	const char *sign;  /* the operator */
	const char *value; /* behind it */
};

bool is_blank(char c);
bool ends_word(char c);
const char *skip_blanks(const char *s);

/* The length of the word at s, up to a blank or a parenthesis that it did not open. */
size_t word_length(const struct lexer *l, const char *s);

/* ERR_USAGE with the place of `at`. */
enum err_code lexer_complain(struct lexer *l, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* One more token; takes term. */
enum err_code lexer_push(struct lexer *l, enum token_kind kind, struct node *term, const char *at);

/* term.c.  Does a field with an operator begin at s?  unknown: only its name is strange. */
bool field_prefix(struct lexer *l, const char *s, struct prefix *p, bool *unknown);
/* Read the term that p begins, and a word or phrase without a field. */
enum err_code read_field(struct lexer *l, const struct prefix *p);
enum err_code read_bare(struct lexer *l);
/* A name before a colon that is no field: a slip (an error), or text (a note). */
enum err_code unknown_field(struct lexer *l, const char *s);
/* The name at s, with the colon or comparison behind it: its length, and where it ends where it is quoted. */
struct node *new_leaf(const struct prefix *p, const char *value, size_t len);
bool find_name(struct lexer *l, const char *s, size_t len, struct prefix *p);
size_t name_length(const char *s);
size_t comparison(const char *s);
/* The length of "/pattern/" at s with what follows the slash, 0 where there is none. */
size_t pattern_length(const char *s);
/* The whole of "@name"? */
bool is_saved_name(const char *s, size_t len);

/* foreign.c: MPD's and Quod Libet's spellings.  field_prefix() asks foreign_prefix() for what is its own. */
bool foreign_prefix(struct lexer *l, const char *s, size_t name, struct prefix *p);
/* 1: something was read at l->s, 0: it is not of that kind, -1: error. */
int foreign_read(struct lexer *l);

#endif
