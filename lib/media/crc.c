#include "media/crc.h"

void
crc_make(struct crc *c, uint32_t polynomial, int bits)
{
	polynomial <<= 32 - bits;
	for (uint32_t i = 0; i < 256 && c->table[255] == 0; i++) {
		uint32_t sum = i << 24;

		for (int bit = 0; bit < 8; bit++)
			sum = sum << 1 ^ (sum >> 31 ? polynomial : 0);
		c->table[i] = sum;
	}
}

uint32_t
crc_add(const struct crc *c, uint32_t sum, const unsigned char *bytes, size_t len)
{
	while (len-- > 0)
		sum = sum << 8 ^ c->table[sum >> 24 ^ *bytes++];
	return sum;
}
