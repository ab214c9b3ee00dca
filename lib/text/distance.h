/* SPDX-License-Identifier: MIT */
/*
 * distance.h - how far two words are from each other
 *
 * The number of edits that make one into the other: a character added, left out or
 * replaced, or two neighbours swapped, none of them edited twice (optimal string alignment).
 * Characters are code points; folding is the caller's.  A pattern is prepared once and compared
 * with many words, a machine word of bits a step (Hyyrö 2003).
 */
#ifndef TEXT_DISTANCE_H
#define TEXT_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISTANCE_LONGEST = 64 }; /* code points of a pattern */

struct distance {
	int length;          /* of the pattern, in code points */
	uint64_t ascii[128]; /* where in the pattern each character stands */
	struct {
		int32_t c;
		uint64_t at;
	} other[DISTANCE_LONGEST];
	int nothers;
};

/* Prepare a pattern; false where it is empty, longer than DISTANCE_LONGEST, or not UTF-8. */
bool distance_begin(struct distance *d, const char *pattern, size_t len);

/* The distance of a word, or most + 1 as soon as it is certain to be more than most. */
int distance_to(const struct distance *d, const char *word, size_t len, int most);

/* The distance of two words, or most + 1 where it is more, or where the first is no pattern. */
int text_distance(const char *a, const char *b, int most);

/* The code points of UTF-8 text; a byte that is not UTF-8 counts as one. */
size_t text_length(const char *s, size_t len);

#endif
