/*
 * walk.h - JSON of any size, a value at a time
 *
 * Finds where each member of an object or array begins and ends without building
 * anything, so that only one of a hundred thousand tracks is ever in memory; jansson then reads it, and
 * judges whether it is JSON at all.
 */
#ifndef EXCHANGE_WALK_H
#define EXCHANGE_WALK_H

#include <stdbool.h>
#include <stddef.h>

struct walk {
	const char *s, *end;
	bool object;
	/* the member that walk_next() found: the text between the quotes of its name, and its value */
	const char *key, *value;
	size_t nkey, nvalue;
};

/* At the object or array that text begins with, blanks aside; false where it is neither. */
bool walk_into(struct walk *w, const char *text, size_t len);

/* 1, 0 at the end, -1 where the text breaks off or is nothing of the kind. */
int walk_next(struct walk *w);

/* Is the member that was found called so? */
bool walk_is(const struct walk *w, const char *key);

#endif
