/* SPDX-License-Identifier: MIT */
#include "store/sound/print.h"

enum {
	SHIFT = 80,  /* ten seconds */
	LEAST = 24,  /* three seconds on each other */
	SHORT = 256, /* below that every number is looked up, else one of KEYS */
	KEYS = 32
};
static const double same = 0.15;

/* Bits that differ when b begins `shift` later than a; how many numbers lie on each other is *n. */
static unsigned
differing(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, size_t *n)
{
	unsigned bits = 0;

	*n = na < nb ? na : nb;
	for (size_t i = 0; i < *n; i++)
		bits += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

double
print_difference(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	size_t shorter = na < nb ? na : nb, wanted = shorter / 2 > LEAST ? shorter / 2 : LEAST, n;
	double best = 1;

	for (size_t shift = 0; shift <= SHIFT; shift++) {
		for (int turn = 0; turn < 2; turn++) {
			const uint32_t *x = turn ? b : a, *y = turn ? a : b;
			size_t nx = turn ? nb : na, ny = turn ? na : nb;
			unsigned bits;

			if (shift >= nx)
				continue;
			bits = differing(x + shift, nx - shift, y, ny, &n);
			if (n >= wanted && bits / (32.0 * (double)n) < best)
				best = bits / (32.0 * (double)n);
		}
	}
	return best;
}

bool
print_same(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	return print_difference(a, na, b, nb) < same;
}

bool
print_is_key(uint32_t word, size_t n)
{
	return n < SHORT || (word * 2654435761U) >> 27 == 0; /* Knuth's hash: one of 32 */
}
