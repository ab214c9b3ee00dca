/* SPDX-License-Identifier: MIT */
/*
 * crc.h - the checksums of FLAC frames and Ogg pages: most significant bit first, beginning with 0
 *
 * Sums are kept in the upper bits of 32.  Over bytes with their own sum behind them the sum is 0.
 */
#ifndef MEDIA_FORMAT_CRC_H
#define MEDIA_FORMAT_CRC_H

#include <stddef.h>
#include <stdint.h>

struct crc {
	uint32_t table[8][256]; /* zeroed before the first use; by how many bytes stand behind one, eight at a
				   time */
};

/* Prepare the table of a polynomial of so many bits; does nothing the second time. */
void crc_make(struct crc *c, uint32_t polynomial, int bits);

uint32_t crc_add(const struct crc *c, uint32_t sum, const unsigned char *bytes, size_t len);

#endif
