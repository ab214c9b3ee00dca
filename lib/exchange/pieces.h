/* SPDX-License-Identifier: MIT */
/*
 * pieces.h - JSON of any size, a value at a time
 *
 * Finds where each member of an object or array begins and ends without building
 * anything, so that only one of a hundred thousand tracks is ever in memory; jansson then reads it, and
 * judges whether it is JSON at all.
 */
#ifndef EXCHANGE_PIECES_H
#define EXCHANGE_PIECES_H

#include <stdbool.h>
#include <stddef.h>

struct pieces {
	const char *s, *end;
	bool object;
	/* the member that pieces_next() found: the text between the quotes of its name, and its value */
	const char *key, *value;
	size_t nkey, nvalue;
};

/* At the object or array that text begins with, blanks aside; false where it is neither. */
bool pieces_of(struct pieces *w, const char *text, size_t len);

/* 1, 0 at the end, -1 where the text breaks off or is nothing of the kind. */
int pieces_next(struct pieces *w);

/* Is the member that was found called so? */
bool pieces_is(const struct pieces *w, const char *key);

#endif
