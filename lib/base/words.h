/* SPDX-License-Identifier: MIT */
/*
 * words.h - operands: "-" for standard input, words as a shell takes them
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* All words up to the NULL, malloced; in the place of each "-" the records of standard input (newline, or NUL
 * with -0), empty ones left out. */
enum err_code words_read(char **words, char ***out, size_t *n, struct err *e);

/* The records of a file, which takes the place of standard input; "-" is standard input itself. */
enum err_code words_file(const char *file, char ***out, size_t *n, struct err *e);

void words_free(char **words, size_t n);

/* Append words (NULL-terminated) as a shell takes them, with quotes only where they are needed. */
void words_quote(struct buf *out, char *const *words);

#endif
