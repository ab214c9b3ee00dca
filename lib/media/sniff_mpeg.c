/* MPEG audio and ADTS: streams of frames without a header of their own. */
#include <string.h>

#include "media/bytes.h"
#include "media/sniff.h"

enum { WINDOW = 64 << 10 }; /* how much junk in front of the first frame is tolerated */

struct frame {
	int length; /* bytes */
	int layer;
	int version; /* 0: 2.5, 2: 2, 3: 1 */
	int rate;
};

static bool
mpeg_frame(const unsigned char *p, struct frame *f)
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
	return true;
}

/* The same as ADTS: its layer is 0, its length is written down. */
static bool
adts_frame(const unsigned char *p, struct frame *f)
{
	static const int rates[16] = { 96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000,
		11025, 8000, 7350 };

	if (p[0] != 0xff || (p[1] & 0xf6) != 0xf0 || rates[p[2] >> 2 & 15] == 0)
		return false;
	f->length = (p[3] & 3) << 11 | p[4] << 3 | p[5] >> 5;
	f->layer = 0;
	f->version = p[1] >> 3 & 1;
	f->rate = rates[p[2] >> 2 & 15];
	return f->length > 7;
}

/* How many frames of one kind follow each other from offset on; at most max are looked at. */
static int
run(int fd, int64_t at, int64_t size, int max, bool adts, struct frame *first)
{
	unsigned char p[6];
	struct frame f;
	int n = 0;

	while (n < max && bytes_at(fd, at, p, sizeof p) == sizeof p) {
		if (!(adts ? adts_frame(p, &f) : mpeg_frame(p, &f)))
			break;
		if (n == 0)
			*first = f;
		else if (f.layer != first->layer || f.version != first->version || f.rate != first->rate)
			break;
		n++;
		at += f.length;
		if (at >= size)
			break;
	}
	return n;
}

/* Channels, and the duration by counting frames: no decoder says it of a bare stream. */
static void
measure_adts(int fd, int64_t at, struct sniffed *s)
{
	int64_t frames = 0, begin = at;
	struct frame f = { 0 };
	unsigned char p[6];

	s->rate = 0;
	while (frames < 1000000 && bytes_at(fd, at, p, sizeof p) == sizeof p && adts_frame(p, &f)) {
		if (frames++ == 0) {
			s->rate = f.rate;
			s->channels = (p[2] & 1) << 2 | p[3] >> 6;
		}
		at += f.length;
	}
	if (s->rate > 0)
		s->duration_ms = frames * 1024 * 1000 / s->rate;
	if (s->duration_ms > 0)
		s->bitrate = (at - begin) * 8000 / s->duration_ms;
}

static bool
found(int fd, int64_t at, struct sniffed *s, int need)
{
	struct frame f;

	if (run(fd, at, s->size, need, true, &f) >= need) {
		s->type = SNIFF_ADTS;
		measure_adts(fd, at, s);
		return true;
	}
	if (run(fd, at, s->size, need, false, &f) >= need) {
		static const char names[4][4] = { "", "mp1", "mp2", "mp3" };

		s->type = SNIFF_MPEG;
		memcpy(s->codec, names[f.layer], 4);
		memcpy(s->suffix, names[f.layer], 4);
		return true;
	}
	return false;
}

/* Two frames in a row right where they must begin; behind junk, chance must be ruled out by more. */
void
sniff_mpeg(int fd, struct sniffed *s)
{
	static unsigned char window[WINDOW];
	size_t len, i = 0;

	if (found(fd, s->start, s, 2))
		return;
	len = bytes_at(fd, s->start, window, sizeof window);
	while (i < len && window[i] == 0) /* padding behind an ID3v2 tag that it does not count */
		i++;
	if (i > 0 && s->start > 0 && found(fd, s->start + (int64_t)i, s, 2))
		return;
	for (; i + 1 < len; i++)
		if (window[i] == 0xff && (window[i + 1] & 0xe0) == 0xe0 &&
		    found(fd, s->start + (int64_t)i, s, 4))
			return;
	s->type = SNIFF_NONE;
}
