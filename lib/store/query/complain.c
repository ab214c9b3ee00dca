/* SPDX-License-Identifier: MIT */
#include "store/query/complain.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { BEFORE = 40, SHOWN = 80 };

static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t
characters(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += begins_character(s[i]);
	return n;
}

enum err_code
query_complain(struct err *e, const char *word, size_t at, const char *fmt, ...)
{
	char what[512];
	size_t from = 0, to;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	if (word == NULL)
		return err_set(e, ERR_USAGE, "%s", what);
	to = strlen(word);
	if (to > SHOWN) {
		from = at > BEFORE ? at - BEFORE : 0;
		while (from > 0 && !begins_character(word[from]))
			from--;
		if (to - from > SHOWN)
			to = from + SHOWN;
		while (!begins_character(word[to]) && word[to] != '\0')
			to++;
	}
	return err_set(e, ERR_USAGE, "%s, at character %zu of '%s%.*s%s'", what, characters(word, at) + 1,
	    from > 0 ? "..." : "", (int)(to - from), word + from, word[to] != '\0' ? "..." : "");
}
