/* SPDX-License-Identifier: MIT */
/*
 * credit.h - a printed credit as the names in it: "Air feat. Beth Hirsch"
 *
 * Cut at joiners, ASCII case ignored, but never inside an exception that stands there
 * as words of its own: "AC/DC; Earth, Wind & Fire" cut at "; ", "/", ", " and " & "
 * stays two names.  A joiner that begins with a blank is also found behind an opening bracket:
 * "Air (feat. Beth Hirsch)".
 */
#ifndef TEXT_CREDIT_H
#define TEXT_CREDIT_H

#include <stddef.h>

#include "base/err.h"

struct credit_rules {
	char *const *joiners, *const *more; /* two lists, of which either may be empty */
	size_t njoiners, nmore;
	char *const *exceptions;
	size_t nexceptions;
};

enum { CREDIT_LEN_MAX = 4096 }; /* longer ones stay whole */

/* The names, malloced; *n is 0 and *names NULL where the text is one name, or where a name would be empty. */
enum err_code credit_split(
    const char *text, const struct credit_rules *rules, char ***names, size_t *n, struct err *e);
void credit_free(char **names, size_t n);

#endif
