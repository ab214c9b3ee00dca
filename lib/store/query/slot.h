/* SPDX-License-Identifier: MIT */
/*
 * slot.h - the words of a query where they stand in its arguments
 *
 * Private to lib/store/query.  A correction is made in the text that was typed, so that everything else
 * of the query stays as it is: fields, filters, quotes, signs.
 */
#ifndef STORE_QUERY_SLOT_H
#define STORE_QUERY_SLOT_H

#include "store/query/tree.h"

struct slot {
	size_t arg, at, len; /* the argument, and the bytes of it */
	char *key;           /* folded: one word */
	const char *column;  /* of the index; NULL: any */
	bool last;           /* may be the beginning of a word */
	bool value;          /* the first word behind a field's operator, without quotes */
	bool known;          /* the index has it */
	bool optional;       /* another alternative may be what finds something */
};
enum { SLOTS_MAX = 8 };

struct slots {
	struct slot slot[SLOTS_MAX];
	size_t n;
	char *const *words; /* the arguments */
	size_t nwords;
};

/* The words of q that may be misspelt, of the first `nwords` of its arguments: none that is excluded (NOT),
 * compared byte by byte, a pattern, or came with a saved search; the first SLOTS_MAX.  Release s in any case.
 */
enum err_code slots_find(struct slots *s, const struct query *q, size_t nwords, struct err *e);
void slots_free(struct slots *s);

/* Does nothing but blanks stand between slot i and the next? */
bool slots_adjoin(const struct slots *s, size_t i);

/* `n` words from slot `first` on give way to text, which may be several words, or none. */
struct move {
	size_t first, n;
	const char *text;
};

/* The arguments with moves made (in the order of slots, none twice), malloced; NULL when memory is out. */
char **slots_rewrite(const struct slots *s, const struct move *moves, size_t nmoves);

#endif
