/* SPDX-License-Identifier: MIT */
/*
 * tally.h - how often each text comes
 *
 * Private to lib/store.  Starts from { 0 }.
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tally_entry {
	char *text; /* NUL-terminated, and may hold NUL */
	uint32_t len, hash;
	int64_t count;
	int64_t last; /* who was counted here last */
};

struct tally {
	struct tally_entry *entry; /* in the order of their first coming, until tally_sort() */
	size_t n, cap;
	uint32_t *slot; /* 1 + index, 0: empty */
	size_t slots;
	size_t latest;           /* the entry that was counted last: often it is the next, too */
	struct tally_room *room; /* where the texts lie */
};

/* Count `who` (not 0) for a text; not again where it was the last one to be counted there. */
enum err_code tally_add(struct tally *t, const void *text, size_t len, int64_t who, struct err *e);

/* Count a text n times. */
enum err_code tally_add_times(struct tally *t, const void *text, size_t len, int64_t n, struct err *e);

/* Keep a print of entry i, NUL-terminated, behind the NUL of its text: text + len + 1. */
enum err_code tally_print(struct tally *t, size_t i, const char *print, struct err *e);

/* The most frequent first, those of one count by their bytes; no more than the first `most` (-1: all) are
 * left.  No tally_add() afterwards. */
void tally_sort(struct tally *t, int64_t most);

void tally_free(struct tally *t); /* release and zero */

#endif
