/* SPDX-License-Identifier: MIT */
/*
 * similar.h - names and titles that two taggers write differently for the same thing
 *
 * All of it works on folded keys (text/fold.h), where case, diacritics and
 * punctuation are gone already.  What is left of a text after leaving out what
 * taggers add or drop at will are its *telling words*; two texts agree where
 * those are equal.  Left out are
 *
 *  - a leading "the", and "and" between words (folding takes "&" away);
 *  - "remaster" and "remastered" with the words about it: "2011 digital remaster",
 *    "remastered version 2009";
 *  - of titles also "album version", "bonus track", editions ("deluxe edition",
 *    "20th anniversary edition"), and guests: "feat", "ft" or "featuring" with
 *    the names behind it.
 *
 * An album's edition stays: a deluxe edition is another release with other
 * tracks.  "part", "pt", "volume", "vol", "number", "no" and the like are one
 * word each, and the numeral behind them a number: "pt ii", "part two" and
 * "part 2" agree.
 *
 * Words that make another piece are kept even behind a guest: live, acoustic,
 * instrumental, demo, karaoke, reprise, part and volume numbers; and remix, mix,
 * edit, dub, version, cover, take, session with the name before them.
 */
#ifndef STORE_COMMIT_SIMILAR_H
#define STORE_COMMIT_SIMILAR_H

#include <stddef.h>

#include "base/buf.h"

/* Append the telling words of a title, of an album's name, of any other name. */
void similar_title(struct buf *out, const char *key);
void similar_album(struct buf *out, const char *key);
void similar_name(struct buf *out, const char *key);

/* One of the above as a malloced string; NULL when memory is out. */
char *similar(void (*words)(struct buf *out, const char *key), const char *key);

/* A printed artist's key without its guests: "air feat beth" -> the length of "air". */
size_t similar_artist_len(const char *key);

/* similar_name() in SQL, of a column: the index release_match is made of this very text. */
#define SIMILAR_NAME_SQL(column)                                                                             \
	"replace(iif(substr(" column ", 1, 4) = 'the ', substr(" column ", 5), " column "), ' and ', ' ')"

#endif
