/* SPDX-License-Identifier: MIT */
/* Formats that write down how long their frames or packets are: APE, TTA, WavPack, Musepack 8. */
#include <string.h>

#include "media/format/bytes.h"
#include "media/damage/damage.h"
#include "media/format/musepack.h"
#include "media/format/tail.h"

enum { BLOCKS_MAX = 1 << 20 };

/* Since version 3.98 a descriptor gives the length of each part. */
void
damage_ape(int fd, struct sniffed *s)
{
	unsigned char h[52];
	uint64_t need = 0;
	int64_t end = tail_begin(fd, s->start, s->size);

	if (bytes_at(fd, s->start, h, sizeof h) != sizeof h || le16(h + 4) < 3980)
		return;
	for (int at = 8; at < 36; at += 4) /* descriptor, header, seek table, WAVE header, frames (two
					      halves), WAVE end */
		need += at == 28 ? (uint64_t)le32(h + at) << 32 : le32(h + at);
	if (need > (uint64_t)(end - s->start) && need < INT64_MAX)
		damage_bytes(s, (int64_t)need - (end - s->start));
}

/* A header of 22 bytes, then the frames' lengths and a checksum of them, then the frames. */
void
damage_tta(int fd, struct sniffed *s)
{
	unsigned char h[22], size[4];
	uint64_t samples, block, frames, need;
	int64_t end = tail_begin(fd, s->start, s->size);

	if (bytes_at(fd, s->start, h, sizeof h) != sizeof h || memcmp(h, "TTA1", 4) != 0)
		return;
	samples = le32(h + 14);
	block = (uint64_t)le32(h + 10) * 256 / 245;
	if (block == 0)
		return;
	frames = (samples + block - 1) / block;
	if (frames * 4 > (uint64_t)(end - s->start))
		return;
	need = sizeof h + frames * 4 + 4;
	for (uint64_t i = 0; i < frames && i < BLOCKS_MAX; i++)
		if (bytes_at(fd, s->start + (int64_t)(sizeof h + i * 4), size, 4) == 4)
			need += le32(size);
	if (need > (uint64_t)(end - s->start))
		damage_bytes(s, (int64_t)need - (end - s->start));
}

/* Blocks of 32 bytes and what they count; each knows its place among the samples of the whole. */
void
damage_wavpack(int fd, struct sniffed *s)
{
	unsigned char h[32];
	static const int64_t rates[16] = { 6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100,
		48000, 64000, 88200, 96000, 192000 };
	int64_t at = s->start, end = tail_begin(fd, s->start, s->size), total = -1, there = 0, rate = 0;

	for (int blocks = 0; blocks < BLOCKS_MAX && at < end; blocks++) {
		int64_t len;

		if (bytes_at(fd, at, h, sizeof h) != sizeof h || memcmp(h, "wvpk", 4) != 0)
			break;
		len = 8 + (int64_t)le32(h + 4);
		if (len < (int64_t)sizeof h)
			return;
		if (total < 0 && le32(h + 12) != UINT32_MAX && h[11] == 0)
			total = le32(h + 12);
		if (len > end - at) {
			damage_bytes(s, len - (end - at));
			return;
		}
		if (le32(h + 20) > 0 && h[10] == 0)
			there = (int64_t)le32(h + 16) + le32(h + 20);
		rate = rates[le32(h + 24) >> 23 & 15];
		at += len;
	}
	if (total > 0 && there < total)
		damage_samples(s, there, total, rate > 0 ? rate : 1);
}

/* A key of two letters and a size that counts both, seven bits a byte. */
bool
musepack_packet(int fd, int64_t at, struct musepack_packet *p)
{
	unsigned char h[10];
	size_t got = bytes_at(fd, at, h, sizeof h), n = 2;
	int64_t size = 0;

	do {
		if (n >= got)
			return false;
		size = size << 7 | (h[n] & 0x7f);
	} while (h[n++] & 0x80);
	if (size < (int64_t)n || size > INT64_MAX - at)
		return false;
	memcpy(p->key, h, sizeof p->key);
	p->body = at + (int64_t)n;
	p->end = at + size;
	return true;
}

/* The stream ends with a packet of its own. */
void
damage_musepack(int fd, struct sniffed *s)
{
	int64_t end = tail_begin(fd, s->start, s->size), at = s->start + 4;
	struct musepack_packet p;
	unsigned char mark[4];

	if (bytes_at(fd, s->start, mark, 4) != 4 || memcmp(mark, "MPCK", 4) != 0)
		return;
	for (int packets = 0; packets < BLOCKS_MAX && musepack_packet(fd, at, &p); packets++) {
		if (p.end > end) {
			damage_bytes(s, p.end - end);
			return;
		}
		if (memcmp(p.key, "SE", 2) == 0)
			return;
		at = p.end;
	}
	damage_tell(s, "its end is missing: no packet ends the stream");
}
