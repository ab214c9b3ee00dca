/* SPDX-License-Identifier: MIT */
/*
 * rate.h - so many bytes a second, over all threads
 *
 * Whoever has read takes the time that his bytes are allowed, after everybody else's, and sleeps until it is
 * over: in short pieces, so that a stop is noticed at once.
 */
#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate {
	int64_t limit;               /* bytes a second; 0: none */
	atomic_int_fast64_t free_ns; /* from then on the time is nobody's */
};

/* How much of max to read at once. */
size_t rate_piece(const struct rate *r, size_t max);

/* Wait for n bytes that were read.  False: *stop was set. */
bool rate_wait(struct rate *r, size_t n, atomic_int *stop);

#endif
