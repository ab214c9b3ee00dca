/* SPDX-License-Identifier: MIT */
/*
 * fold.h - one folding for index, queries, keys and vocabulary
 *
 * NFKC, case folding, the marks of Latin, Greek, Cyrillic, Hebrew and Arabic letters stripped (ё is е, й is
 * и, the vowel signs of Indic scripts and the voicing marks of kana stay), and what Unicode does not take for
 * the same: ø->o ł->l ß->ss æ->ae œ->oe đ,ð->d þ->th ı->i ... (a table in fold_chars.c), small capitals,
 * katakana as hiragana, the digits of other scripts as ours, Persian yeh and kaf as Arabic ones.  Apostrophes
 * vanish ("don't" = "dont", but "rock'n'roll" = "rock 'n' roll"), other punctuation and
 * blanks become one blank between words, and every CJK or kana character
 * is a word of its own where fold_index() asks for it.  Text that is all
 * signs ("!!!", an emoji) keeps them; beside letters they vanish.  By libutf8proc; the version changes
 * whenever the result may, and whoever next opens a library for writing then folds all of it anew
 * (store/refold.h).
 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { FOLD_VERSION = 3 };

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

/* Does a sign stand for "and" between words: "Simon & Garfunkel", "Florence + the Machine", "Guns N' Roses"?
 */
bool fold_says_and(const char *s);

/* A folded name as people remember it: without "the" in front or behind ("beatles, the"), without "and" and
 * "n" between words.  False where nothing changes, or where it does not fit. */
bool fold_bare(char *out, size_t size, const char *folded);

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
