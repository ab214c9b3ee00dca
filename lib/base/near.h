/* SPDX-License-Identifier: MIT */
/*
 * near.h - how far a misspelt name is from one that exists
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

/* Edits (insert, delete, replace, swap of neighbours) that make a into b, ASCII case ignored; names that are
 * long count as far. */
int near_distance(const char *a, const char *b);

#endif
