/* SPDX-License-Identifier: MIT */
/* Does an Ogg file end with a whole page that is marked as the last of its stream? */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/crc.h"
#include "media/damage/damage.h"
#include "media/format/ogg.h"
#include "media/format/tail.h"
#include "media/format/window.h"

/* Its checksum stands in bytes 22 to 25, and counts as zeros there. */
static bool
is_right(const unsigned char *page, size_t len)
{
	static const unsigned char zeros[4];
	static struct crc crc;
	uint32_t sum;

	crc_make(&crc, 0x04c11db7, 32);
	sum = crc_add(&crc, 0, page, 22);
	sum = crc_add(&crc, sum, zeros, 4);
	sum = crc_add(&crc, sum, page + 26, len - 26);
	return sum == le32(page + 22);
}

void
damage_ogg(int fd, struct sniffed *s)
{
	int64_t end = tail_begin(fd, s->start, s->size);
	int64_t from = end - WINDOW_BYTES > s->start ? end - WINDOW_BYTES : s->start;
	unsigned char *tail = window_room();
	size_t len = bytes_at(fd, from, tail, (size_t)(end - from));

	/* in a chain and among several streams alike, the page at the end is the last of some stream */
	for (size_t i = len; i-- > 0;) {
		struct ogg_page p;

		if (tail[i] != 'O' || !ogg_page(tail + i, len - i, &p))
			continue;
		if (p.head + p.body > len - i)
			damage_bytes(s, (int64_t)(p.head + p.body - (len - i)));
		else if (!is_right(tail + i, p.head + p.body))
			damage_tell(s, "its last page has a wrong checksum");
		else if (!(p.flags & OGG_LAST))
			damage_tell(s, "its end is missing: no page is marked as the last one");
		return;
	}
	damage_tell(s, "its end is missing: no page of Ogg stands there");
}
