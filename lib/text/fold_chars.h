/* SPDX-License-Identifier: MIT */
/*
 * fold_chars.h - what becomes of single characters, beyond what Unicode says; private to fold*.c
 */
#ifndef TEXT_FOLD_CHARS_H
#define TEXT_FOLD_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <utf8proc.h>

/* What becomes of each ASCII byte: itself in lower case, FOLD_GAP between words, FOLD_GONE without a trace.
 */
enum { FOLD_GAP = 0, FOLD_GONE = 1 };
extern const unsigned char fold_ascii[128];

/* Is it of a script that writes no blanks between words? */
bool folds_cjk(int32_t c);

/* An apostrophe beyond ASCII. */
bool folds_apostrophe(int32_t c);

/* The bytes of the apostrophe at s, 0 where there is none. */
size_t fold_apostrophe(const char *s, size_t len);

/* Marks of alphabets go; what spells vowels in Indic scripts and voices kana stays. */
bool folds_away(int32_t c);

/* Letters that Unicode does not decompose, nor takes for those that they are read as; NULL: c is none. */
const char *fold_letters(int32_t c);

/* Katakana as hiragana, digits of other scripts as ours. */
int32_t fold_character(int32_t c, utf8proc_category_t category);

#endif
