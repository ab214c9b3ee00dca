#include "media/flac.h"

#include <string.h>

#include "media/bytes.h"

enum { BLOCKS_MAX = 4096 };

/* Behind the metadata blocks; 0 where they do not end. */
static int64_t
frames_begin(int fd, int64_t at)
{
	unsigned char h[4];

	for (int blocks = 0; blocks < BLOCKS_MAX && bytes_at(fd, at, h, 4) == 4; blocks++) {
		at += 4 + (int64_t)(be32(h) & 0xffffff);
		if (h[0] & 0x80)
			return at;
	}
	return 0;
}

bool
flac_open(int fd, const struct sniffed *s, struct flac *f)
{
	unsigned char info[42]; /* the mark, the block's head and STREAMINFO */

	if (bytes_at(fd, s->start, info, sizeof info) != sizeof info || (info[4] & 0x7f) != 0)
		return false;
	*f = (struct flac){
		.frames = frames_begin(fd, s->start + 4),
		.block = be16(info + 10),
		.largest = be32(info + 14) & 0xffffff,
		.rate = be32(info + 18) >> 12,
		.samples = (int64_t)(be64(info + 18) & 0xfffffffff),
	};
	if (f->frames == 0)
		return false;
	if (f->frames > s->size)
		f->frames = s->size;
	memcpy(f->form, info + 18, sizeof f->form);
	f->form[3] &= 0xf0; /* the number of samples begins there */
	memcpy(f->md5, info + 26, sizeof f->md5);
	return true;
}
