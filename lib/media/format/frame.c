/* SPDX-License-Identifier: MIT */
#include "media/format/frame.h"

#include <string.h>

bool
frame_mpeg(const unsigned char *p, struct frame *f)
{
	static const int bitrates[2][3][16] = {
		{ { 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0 },
		    { 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0 },
		    { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0 } },
		{ { 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0 },
		    { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0 },
		    { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0 } },
	};
	static const int rates[3] = { 44100, 48000, 32000 };
	int version = p[1] >> 3 & 3, layer = 4 - (p[1] >> 1 & 3), bitrate, rate, slot,
	    padding = p[2] >> 1 & 1;

	if (p[0] != 0xff || (p[1] & 0xe0) != 0xe0 || version == 1 || layer == 4 || (p[2] >> 2 & 3) == 3)
		return false;
	bitrate = bitrates[version != 3][layer - 1][p[2] >> 4] * 1000;
	rate = rates[p[2] >> 2 & 3] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
	if (bitrate == 0)
		return false;
	slot = layer == 3 && version != 3 ? 72 : 144;
	f->length = layer == 1 ? (12 * bitrate / rate + padding) * 4 : slot * bitrate / rate + padding;
	f->layer = layer;
	f->version = version;
	f->rate = rate;
	f->samples = layer == 1 ? 384 : slot * 8;
	f->channels = p[3] >> 6 == 3 ? 1 : 2;
	return true;
}

bool
frame_adts(const unsigned char *p, struct frame *f)
{
	static const int rates[16] = { 96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000,
		11025, 8000, 7350 };

	if (p[0] != 0xff || (p[1] & 0xf6) != 0xf0 || rates[p[2] >> 2 & 15] == 0)
		return false;
	f->length = (p[3] & 3) << 11 | p[4] << 3 | p[5] >> 5;
	f->layer = 0;
	f->version = p[1] >> 3 & 1;
	f->rate = rates[p[2] >> 2 & 15];
	f->samples = 1024;
	f->channels = (p[2] & 1) << 2 | p[3] >> 6;
	return f->length > 7;
}

bool
frame_alike(const struct frame *a, const struct frame *b)
{
	return a->layer == b->layer && a->version == b->version && a->rate == b->rate;
}

int
frame_index(const unsigned char *bytes, int len)
{
	struct frame f;
	int at;

	if (len < FRAME_HEAD || !frame_mpeg(bytes, &f) || f.layer != 3)
		return 0;
	at = 4 + (f.version == 3 ? (f.channels == 1 ? 17 : 32) : f.channels == 1 ? 9 : 17);
	if (at + 4 <= len && (memcmp(bytes + at, "Xing", 4) == 0 || memcmp(bytes + at, "Info", 4) == 0))
		return at;
	/* some encoders count the bytes of a checksum, others forget that it is there */
	at += 2;
	if ((bytes[1] & 1) == 0 && at + 4 <= len &&
	    (memcmp(bytes + at, "Xing", 4) == 0 || memcmp(bytes + at, "Info", 4) == 0))
		return at;
	return 40 <= len && memcmp(bytes + 36, "VBRI", 4) == 0 ? 36 : 0;
}
