/* SPDX-License-Identifier: MIT */
#include "base/shuffle.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* splitmix64: every seed gives a good sequence. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 .. n - 1, each as likely as the others. */
static size_t
below(size_t n, uint64_t *state)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, r;

	do
		r = next_random(state);
	while (r >= limit);
	return (size_t)(r % n);
}

void
shuffle(void *things, size_t n, size_t size, uint64_t seed)
{
	unsigned char *v = things, other[SHUFFLE_SIZE_MAX];

	for (size_t i = n; i > 1; i--) {
		size_t k = below(i, &seed);

		if (k == i - 1)
			continue;
		memcpy(other, v + k * size, size);
		memcpy(v + k * size, v + (i - 1) * size, size);
		memcpy(v + (i - 1) * size, other, size);
	}
}
