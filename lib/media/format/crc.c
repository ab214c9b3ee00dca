/* SPDX-License-Identifier: MIT */
#include "media/format/crc.h"

#include "media/format/bytes.h"

void
crc_make(struct crc *c, uint32_t polynomial, int bits)
{
	if (c->table[0][255] != 0)
		return;
	polynomial <<= 32 - bits;
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t sum = i << 24;

		for (int bit = 0; bit < 8; bit++)
			sum = sum << 1 ^ (sum >> 31 ? polynomial : 0);
		c->table[0][i] = sum;
	}
	for (int k = 1; k < 8; k++)
		for (uint32_t i = 0; i < 256; i++)
			c->table[k][i] = c->table[k - 1][i] << 8 ^ c->table[0][c->table[k - 1][i] >> 24];
}

uint32_t
crc_add(const struct crc *c, uint32_t sum, const unsigned char *bytes, size_t len)
{
	for (; len >= 8; bytes += 8, len -= 8) {
		sum ^= be32(bytes);
		sum = c->table[7][sum >> 24] ^ c->table[6][sum >> 16 & 255] ^ c->table[5][sum >> 8 & 255] ^
		    c->table[4][sum & 255] ^ c->table[3][bytes[4]] ^ c->table[2][bytes[5]] ^
		    c->table[1][bytes[6]] ^ c->table[0][bytes[7]];
	}
	while (len-- > 0)
		sum = sum << 8 ^ c->table[0][sum >> 24 ^ *bytes++];
	return sum;
}
