/* SPDX-License-Identifier: MIT */
/*
 * regex.h - regular expressions of PCRE2, that no pattern can hang
 *
 * Upper and lower case are the same unless the pattern says (?-i); everything else is
 * taken as it is written: accents count, and letters, digits and blanks are those of
 * Unicode.  A match may begin anywhere.  Text that is not UTF-8 is searched, too:
 * its broken bytes match nothing.
 */
#ifndef TEXT_REGEX_H
#define TEXT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct regex;

/* ERR_USAGE "missing closing parenthesis" with *at, the place in the pattern in bytes. */
enum err_code regex_new(struct regex **r, const char *pattern, size_t *at, struct err *e);
void regex_free(struct regex *r); /* NULL is allowed */

/* Does it occur in s?  1, 0, or -1: it took too long, with this text or with all since regex_new(). */
int regex_match(struct regex *r, const char *s, size_t len);

#endif
