/* SPDX-License-Identifier: MIT */
/* WavPack: of a hybrid pair the correction file, *.wvc, looks like the other one and cannot be played alone.
 */
#include <string.h>

#include "media/format/bytes.h"
#include "media/sniff/sniff.h"

enum { HEAD = 32, BLOCKS_MAX = 16, PARTS_MAX = 64, SOUND = 10, CORRECTION = 11 };

/* Bit 0: the block from `at` on holds sound, bit 1: what corrects it. */
static int
parts_of(int fd, int64_t at, int64_t end)
{
	unsigned char h[4];
	int found = 0;

	for (int n = 0; n < PARTS_MAX && at < end && bytes_at(fd, at, h, sizeof h) >= 2; n++) {
		int64_t words = h[0] & 0x80 ? (int64_t)(le32(h) >> 8) : h[1]; /* of two bytes */

		found |= (h[0] & 0x3f) == SOUND ? 1 : (h[0] & 0x3f) == CORRECTION ? 2 : 0;
		at += (h[0] & 0x80 ? 4 : 2) + words * 2;
	}
	return found;
}

void
sniff_wavpack(int fd, struct sniffed *s)
{
	int64_t at = s->start;
	unsigned char h[HEAD];

	for (int n = 0; n < BLOCKS_MAX && bytes_at(fd, at, h, sizeof h) == sizeof h; n++) {
		int64_t end = at + 8 + le32(h + 4);

		if (memcmp(h, "wvpk", 4) != 0)
			return;
		if (le32(h + 20) > 0) { /* samples: the others hold only headers of the original */
			if (parts_of(fd, at + HEAD, end) == 2)
				s->type = SNIFF_NONE;
			return;
		}
		at = end;
	}
}
