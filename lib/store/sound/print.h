/* SPDX-License-Identifier: MIT */
/*
 * print.h - are two fingerprints of one recording?
 *
 * A fingerprint is a number of 32 bits for each eighth of a second.  Of one recording in two encodings one
 * bit in a hundred differs, where a beginning is cut off up to five; of different music nearly half do.  So
 * two are laid on each other with a shift of up to ten seconds, and where less than 15 % of the bits differ
 * they are one.
 *
 * To find candidates among many some of the numbers are looked up: the same ones in each of the encodings,
 * since the number itself decides whether it is taken.
 */
#ifndef STORE_SOUND_PRINT_H
#define STORE_SOUND_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of the bits that differ where they fit best, 0 to 1; 1 where too little lies on each other. */
double print_difference(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

bool print_same(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

/* Is this one of the numbers to be looked up, in a fingerprint of n? */
bool print_is_key(uint32_t word, size_t n);

#endif
