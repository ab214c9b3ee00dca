/*
 * texts.h - a growing list of strings, also as execve(2) wants one
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include <stddef.h>

#include "base/err.h"

/* Zeroed before use; text is NULL, or has a NULL behind the last of n malloced strings. */
struct texts {
	char **text;
	size_t n, cap;
};

enum err_code texts_add(struct texts *t, const char *text, struct err *e);
enum err_code texts_printf(struct texts *t, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void texts_free(struct texts *t); /* release and zero */

#endif
