/* SPDX-License-Identifier: MIT */
/*
 * taken.h - what the items of a session itself take: places, recordings, files
 *
 * A multimap from 64-bit hashes to entries of the plan.  Equal hashes are a
 * hint: whoever asks compares the entries.
 */
#ifndef STORE_COMMIT_TAKEN_H
#define STORE_COMMIT_TAKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct taken_slot {
	uint64_t hash;
	int32_t entry;
	int32_t next;
};
struct taken {
	struct taken_slot *slots;
	size_t n, cap;
	int32_t *heads;
	size_t nheads; /* a power of two */
};

/* For about n entries. */
enum err_code taken_init(struct taken *t, size_t n, struct err *e);
void taken_free(struct taken *t);

enum err_code taken_put(struct taken *t, uint64_t hash, int32_t entry, struct err *e);

/* The entries of a hash, latest first: the slot's index behind `slot`, which starts as TAKEN_FIRST, or -1. */
enum { TAKEN_FIRST = -2 };
int32_t taken_next(const struct taken *t, uint64_t hash, int32_t slot);

/* Hashes of what can be taken. */
uint64_t taken_mix(uint64_t kind, uint64_t a, uint64_t b);

#endif
