/* SPDX-License-Identifier: MIT */
#include "media/format/flac.h"

#include <string.h>

#include "media/format/bytes.h"
#include "media/format/crc.h"

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

/* The coded number of a frame or sample: its length, or 0. */
static size_t
coded(const unsigned char *p, size_t len, int64_t *number)
{
	size_t n = 0;

	if (len == 0 || p[0] == 0xff || (p[0] & 0xc0) == 0x80)
		return 0;
	while (n < 7 && p[0] & 0x80 >> n)
		n++;
	*number = n == 0 ? p[0] : p[0] & 0x7f >> n;
	if (n == 0)
		return 1;
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*number = *number << 6 | (p[i] & 0x3f);
	}
	return n;
}

bool
flac_head(const struct flac *f, const unsigned char *bytes, size_t len, struct flac_head *h)
{
	static struct crc crc8;
	unsigned char p[FLAC_HEAD_MAX + 1] = { 0 };
	size_t n = 4, number_len, extra;
	int64_t number = 0, samples;
	int size, rate;

	crc_make(&crc8, 0x07, 8);
	memcpy(p, bytes, len < FLAC_HEAD_MAX ? len : FLAC_HEAD_MAX);
	size = p[2] >> 4;
	rate = p[2] & 15;
	if (len < FLAC_FRAME_MIN || p[0] != 0xff || (p[1] & 0xfe) != 0xf8 || size == 0 || rate == 15 ||
	    p[3] >> 4 > 10 || (p[3] & 1) != 0)
		return false;
	number_len = coded(p + n, FLAC_HEAD_MAX - n, &number);
	n += number_len;
	extra = size == 6 ? 1 : size == 7 ? 2 : 0;
	samples = size == 1 ? 192
	    : size < 6      ? 576 << (size - 2)
	    : size == 6     ? p[n] + 1
	    : size == 7     ? (int64_t)be16(p + n) + 1
			    : 256 << (size - 8);
	n += extra + (rate == 12 ? 1 : rate > 12 ? 2 : 0) + 1;
	if (number_len == 0 || n > len || crc_add(&crc8, 0, p, n) != 0)
		return false;
	h->start = p[1] & 1 ? number : number * f->block;
	h->end = h->start + samples;
	return true;
}
