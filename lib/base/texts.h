/* SPDX-License-Identifier: MIT */
/*
 * texts.h - a growing list of strings, also as execve(2) wants one
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Zeroed before use; v is NULL, or has a NULL behind the last of n malloced strings. */
struct texts {
	char **v;
	size_t n, cap;
};

enum err_code texts_add(struct texts *t, const char *text, struct err *e);
enum err_code texts_printf(struct texts *t, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool texts_equal(const struct texts *a, const struct texts *b);
bool texts_have(const struct texts *t, const char *text);
void texts_free(struct texts *t); /* release and zero */

#endif
