/*
 * fold.h - one folding for index, queries, keys and vocabulary
 *
 * NFKC, case folding, marks stripped (the kana voicing marks U+3099 and U+309A are
 * kept), and what Unicode does not decompose: ø->o ł->l ß->ss æ->ae œ->oe đ,ð->d
 * þ->th ı->i ...  Apostrophes vanish ("don't" = "dont"), other punctuation and
 * blanks become one blank between words, and every CJK or kana character
 * is a word of its own where fold_index() asks for it.  Text that is all
 * punctuation ("!!!") keeps it.  By libutf8proc; the version changes whenever
 * the result may, and lib-sweep then rebuilds what depends on it.
 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { FOLD_VERSION = 1 };

/* Append the folded form of s: words separated by single blanks, none at the ends.  The key of a title,
 * artist or album is this.  Bytes that are not UTF-8 count as separators. */
enum err_code fold(struct buf *out, const char *s, size_t len, struct err *e);

/* The same as a malloced string ("" for NULL); NULL when memory is out. */
char *fold_key(const char *s);

/* Append the form that goes into the index: as fold(), with CJK runs split so that a run of any length from
 * one character on can be found (see SEARCH in HACKING). */
enum err_code fold_index(struct buf *out, const char *s, size_t len, struct err *e);

/* Append the punctuation-joined forms ("AC/DC" -> "acdc", "R.E.M." -> "rem", "A-ha" -> "aha"), separated by
 * blanks. */
enum err_code fold_joined(struct buf *out, const char *s, size_t len, struct err *e);

/* A 64-bit hash (FNV-1a) of folded text, as kept in skey and doc; never 0. */
int64_t fold_hash(const char *folded, size_t len);

/* Is there a letter, a digit or a mark in s: anything that folds to more than signs? */
bool text_has_letters(const char *s);

/* NFC of s, malloced, invalid bytes as U+FFFD; NULL when memory is out. */
char *text_nfc(const char *s, size_t len);

/* The columns that s takes on a terminal: wide characters two, combining ones none. */
int text_width(const char *s, size_t len);

/* The length in bytes of the longest prefix of s that fits into columns. */
size_t text_fit(const char *s, size_t len, int columns);

#endif
