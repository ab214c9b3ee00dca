/* SPDX-License-Identifier: MIT */
/*
 * shuffle.h - an order by chance that can be had again
 */
#ifndef BASE_SHUFFLE_H
#define BASE_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

enum { SHUFFLE_SIZE_MAX = 256 };

/* Put n things of size bytes each in an order by chance, each order as likely as the others, the same one for
 * the same seed. */
void shuffle(void *things, size_t n, size_t size, uint64_t seed);

#endif
