/* SPDX-License-Identifier: MIT */
/*
 * options.h - what each word of a query may have been meant to be
 *
 * Private to lib/store/query: half of suggest.c.
 */
#ifndef STORE_QUERY_OPTIONS_H
#define STORE_QUERY_OPTIONS_H

#include "base/buf.h"
#include "store/query/slot.h"
#include "store/sql.h"
#include "store/vocabulary.h"

enum {
	OPTIONS_MOST = NEAR_WORDS + 4, /* for a slot */
	BUDGET_US = 6000               /* of CPU, for all corrections together */
};

/* A word, or several, in the place of `slots` words; the cheapest first. */
struct option {
	char *text;
	size_t slots;
	int cost;
};

struct options {
	struct option v[OPTIONS_MOST];
	size_t n;
	bool near; /* words near by were looked for */
};

struct search {
	struct db *db;
	struct slots slots;
	struct options options[SLOTS_MAX];
	struct correction *list; /* suggest.c's own */
	size_t n, cap;
	int64_t least; /* that a correction must find */
	struct err *e;
};

/* Has the index an expression, in a column where one is named? */
bool options_in_index(struct search *s, const char *column, const struct buf *expression);

/* "word", or "word" * */
bool options_have_word(struct search *s, const struct slot *slot);

/* Words near a key, for one slot or in the place of two that it was joined from. */
void options_add_near(struct search *s, size_t slot, const char *key, size_t slots, int most, int extra);

/* "radio head" for radiohead, also misspelt. */
void options_add_joined(struct search *s, size_t i);

/* What a slot's word may be: those near by, or where it exists those of them that are found with others of
 * the query; and its parts. */
void options_find(struct search *s, size_t i);

/* Is a word in some document with that of slot j, or with what that was most probably to be? */
bool options_meet(struct search *s, const char *word, size_t j);

/* CPU time. */
int64_t options_cpu_us(void);

#endif
