/* SPDX-License-Identifier: MIT */
/*
 * matroska.h - the elements of a Matroska file
 */
#ifndef MEDIA_FORMAT_MATROSKA_H
#define MEDIA_FORMAT_MATROSKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MATROSKA_SEGMENT = 0x18538067, MATROSKA_CLUSTER = 0x1f43b675 };

/* A number of one to eight bytes whose first bit set tells how many: their count, or 0 where there is none.
 * The mark is kept in the ids of elements; a size of all ones is unknown. */
int matroska_number(const unsigned char *p, size_t len, bool keep_mark, uint64_t *value);

#endif
