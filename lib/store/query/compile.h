/* SPDX-License-Identifier: MIT */
/*
 * compile.h - a query's tree as SQL
 *
 * Private to lib/store/query.  Text never goes into SQL or into an FTS
 * expression as it was typed: it is folded, which leaves only letters and
 * digits, or bound as a parameter.  Parameters are numbered once for all
 * statements of a query, so that their text can be put together in any order.
 */
#ifndef STORE_QUERY_COMPILE_H
#define STORE_QUERY_COMPILE_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/query/place.h"
#include "store/query/tree.h"
#include "store/sql.h"

struct regex;

struct param {
	enum { PARAM_TEXT, PARAM_INT, PARAM_REAL, PARAM_BYTES, PARAM_REGEX } type;
	char *text;
	size_t len;
	int64_t num;
	double real;
	struct regex *regex;
};

struct compiler {
	struct db *db;
	struct param *param;
	int nparams;
	int64_t now;
	bool driven;         /* the index gives the rows: look at their values rather than make lists */
	bool narrow;         /* other words are looked up already: a year alone may be, too */
	bool few;            /* a few rows, of doc d: ask the index about each */
	bool rows;           /* conditions become statements over the tables of values: members.h */
	bool within;         /* the caller's transaction: it is not begun and ended here */
	bool prefix_last;    /* the last bare word is tried as a prefix */
	bool whole;          /* nor is it by those that look for all matches */
	struct sieve *sieve; /* of what is packed; or NULL */
	struct err *e;       /* the first error stays */
};

void compiler_free(struct compiler *c);

/* The number of a new parameter; 0 with *c->e filled in. */
int param_text(struct compiler *c, const char *text, size_t len);
int param_int(struct compiler *c, int64_t n);
int param_regex(struct compiler *c, struct regex *r); /* takes r, also on failure */

/* Bind every parameter that the statement mentions. */
void compiler_bind(const struct compiler *c, sqlite3_stmt *st);

/* An FTS expression that every match of n satisfies, or false where the index cannot tell.  exact: and that
 * nothing else satisfies. */
bool compile_match(struct compiler *c, const struct node *n, struct buf *fts, bool *exact);

/* What the index can tell of the negations among n's terms, as " NOT ..." to go behind an expression; false
 * where that is not all of them. */
bool compile_negations(struct compiler *c, const struct node *n, struct buf *fts);

/* A condition on track t that is true for the matches of n. */
void compile_where(struct compiler *c, const struct node *n, struct buf *sql);

/* The leaf's words as an FTS expression; column NULL: anywhere.  False where it has none. */
bool compile_words(struct compiler *c, const struct node *leaf, const char *column, struct buf *fts);

/* A word or phrase folded for the index, and the other spellings of a word ("acdc"), separated by blanks.
 * False where nothing is left of it. */
bool compile_spellings(struct compiler *c, const char *s, size_t len, struct buf *folded, struct buf *joined);

/* What the values of a match of n lie between; false where n is no such term. */
struct bounds_of {
	double low, high;         /* infinite: there is no such end */
	bool open_low, open_high; /* the end itself is no match */
};
bool compile_bounds(struct compiler *c, const struct node *n, struct bounds_of *b);

/* Conditions on one field: range.c */
void compile_range(struct compiler *c, const struct node *n, struct buf *sql);
/* is: and has: flag.c */
void compile_is(struct compiler *c, const struct node *n, struct buf *sql);
void compile_has(struct compiler *c, const struct node *n, struct buf *sql);
/* Does a value hold the words?  Text fields: text.c */
void compile_text(struct compiler *c, const struct node *n, struct buf *sql);

/* field:/pattern/, the values in any of n's places or, with no field, in those of the default ones: pattern.c
 */
void compile_pattern(struct compiler *c, const struct node *n, struct buf *sql);
/* Comparisons, beginnings, misspelt and near words in the value at p; false where n is none of these:
 * compare.c */
bool compile_compared(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql);
/* path: and file:, the path at p: path.c */
void compile_path(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql);
/* playlist:value: member.c */
void compile_playlist(struct compiler *c, const struct node *n, struct buf *sql);

/* The SQL functions that these conditions use. */
enum err_code compile_functions(struct db *db, struct err *e);
enum err_code compare_functions(struct db *db, struct err *e);
enum err_code path_functions(struct db *db, struct err *e);
enum err_code pattern_functions(struct db *db, struct err *e);

/* An error that names the term. */
void compile_complain(struct compiler *c, const struct node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
