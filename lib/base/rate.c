/* SPDX-License-Identifier: MIT */
#include "base/rate.h"

#include <time.h>

enum { SECOND_NS = 1000000000, SLICE_NS = 50000000, PIECE_MIN = 4096 };

/* A tenth of a second's worth, so that slow rates are even, too. */
size_t
rate_piece(const struct rate *r, size_t max)
{
	int64_t piece = r->limit / 10;

	if (r->limit == 0 || piece >= (int64_t)max)
		return max;
	return piece > PIECE_MIN ? (size_t)piece : PIECE_MIN;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

bool
rate_wait(struct rate *r, size_t n, atomic_int *stop)
{
	int_fast64_t before = atomic_load(&r->free_ns), end;
	int64_t now = now_ns();

	if (r->limit == 0)
		return true;
	do {
		end = (before > now ? before : now) + (int64_t)((double)n * SECOND_NS / (double)r->limit);
	} while (!atomic_compare_exchange_weak(&r->free_ns, &before, end));
	while ((now = now_ns()) < end && atomic_load(stop) == 0) {
		int64_t left = end - now < SLICE_NS ? end - now : SLICE_NS;

		nanosleep(&(struct timespec){ .tv_nsec = (long)left }, NULL);
	}
	return atomic_load(stop) == 0;
}
