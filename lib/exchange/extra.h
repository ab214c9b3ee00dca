/* SPDX-License-Identifier: MIT */
/*
 * extra.h - what a playlist file says that has no place of its own in the catalogue
 *
 * Kept as lines of a word, a tab and a text, in which newlines, returns and backslashes
 * are \n, \r and \\.  The word says what it is: "m3u" a line that stood before an entry, "xspf" an element,
 * "jspf" a JSON object, "image", "identifier", ...  Each format writes the words that it knows again.
 */
#ifndef EXCHANGE_EXTRA_H
#define EXCHANGE_EXTRA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

void extra_add(struct buf *out, const char *word, const char *text, size_t len);

/* The next line of *s, which begins as the whole text or NULL: its word, and its text as it was in *text
 * (cleared first).  False at the end. */
bool extra_next(const char **s, char word[32], struct buf *text);

/* The first text of a word, appended; false where there is none. */
bool extra_find(const char *extra, const char *word, struct buf *text);

#endif
