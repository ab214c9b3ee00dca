/* SPDX-License-Identifier: MIT */
/*
 * vocabulary.h - the words that the search index knows, to correct those it does not
 *
 * Private to lib/store.  The words are kept packed by their length, so that a search reads two megabytes
 * and not an index of a million documents.  Documents that come or go
 * leave their words in a table beside it: a word of the index is in one of the two, or in both.  A word of
 * neither is in no document; one that is may be in none any more, so ask the index before you name it to
 * people. Not kept: single characters (as the index has those of CJK), numbers, signs, words beyond
 * DISTANCE_LONGEST characters.
 */
#ifndef STORE_VOCABULARY_H
#define STORE_VOCABULARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* Words of a column that went into a document (docs 1) or are leaving one (0), as fold_index() separates
 * them; inside the transaction that changes the index. */
enum err_code vocabulary_note(struct db *db, const char *words, int docs, struct err *e);

/* Pack all words anew, inside the caller's transaction. */
enum err_code vocabulary_pack(struct db *db, struct err *e);

/* The same where it is worth it: `changed` documents are more than 2 % of all, or many words are unpacked. */
enum err_code vocabulary_settle(struct db *db, int64_t changed, struct err *e);

/* Are these the words of the index?  1, 0, -1; inside a transaction, which may only read. */
int vocabulary_holds(struct db *db, struct err *e);

/* Read every word of the index and where it is; ERR_LIBRARY where that cannot be read. */
enum err_code vocabulary_scan(struct db *db, struct err *e);

/* A word near another: as it is, or with a few edits. */
struct near_word {
	char text[260];
	int distance;
	bool begins_alike; /* with the same character */
	int64_t docs;      /* about how many have it */
};
enum { NEAR_WORDS = 12 };

/* The words within `most` edits of a folded word, but not itself: the nearest first, then those that begin
 * alike, then the commonest.  *n is the room in near, and then how many there are. */
enum err_code vocabulary_near(
    struct db *db, const char *word, int most, struct near_word *near, int *n, struct err *e);

#endif
