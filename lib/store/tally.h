/* SPDX-License-Identifier: MIT */
/*
 * tally.h - how often each text comes
 *
 * Private to lib/store.  Starts from { 0 }; with .paths set, texts are told apart at their last slash, and of
 * those that come one behind the other a folder is kept but once.
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct tally_entry {
	char *kept; /* tally_text() reads it */
	int64_t count;
	uint32_t hash;
	uint32_t last; /* who was counted here last */
};

struct tally {
	struct tally_entry *entry; /* in the order of their first coming, until tally_sort() */
	size_t n, cap;
	uint32_t *slot; /* 0: empty, or 1 + index, above it what has room of the hash */
	size_t slots;
	struct tally_room *room; /* where the texts lie */
	char *folder;            /* the last that was kept, or NULL */
	bool paths;
};

/* Count `who` (not 0, a number below 2^32) for a text, n times; not again where it was the last one to be
 * counted there. */
enum err_code tally_add(struct tally *t, const void *text, size_t len, int64_t who, int64_t n, struct err *e);

/* Count a text n times. */
enum err_code tally_add_times(struct tally *t, const void *text, size_t len, int64_t n, struct err *e);

/* The text of an entry, NUL-terminated, and it may hold NUL; it lives as long as the tally.  Not of paths. */
const char *tally_text(const struct tally_entry *x, size_t *len);

/* Append the text of an entry, or a path. */
void tally_put(const struct tally_entry *x, struct buf *out);

/* Keep a print of entry i, NUL-terminated, behind the NUL of its text: text + len + 1. */
enum err_code tally_print(struct tally *t, size_t i, const char *print, struct err *e);

/* The most frequent first, those of one count by their bytes; no more than the first `most` (-1: all) are
 * left.  No tally_add() afterwards. */
enum err_code tally_sort(struct tally *t, int64_t most, struct err *e);

void tally_free(struct tally *t); /* release and zero */

#endif
