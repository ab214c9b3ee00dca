/* SPDX-License-Identifier: MIT */
/* MPEG audio and ADTS: streams of frames without a header of their own. */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/frame.h"
#include "media/sniff/sniff.h"

enum { WINDOW = 64 << 10 }; /* how much junk in front of the first frame is tolerated */

/* How many frames of one kind follow each other from offset on; at most max are looked at. */
static int
run(int fd, int64_t at, int64_t size, int max, bool adts, struct frame *first)
{
	unsigned char p[FRAME_HEAD];
	struct frame f;
	int n = 0;

	while (n < max && bytes_at(fd, at, p, sizeof p) == sizeof p) {
		if (!(adts ? frame_adts(p, &f) : frame_mpeg(p, &f)))
			break;
		if (n == 0)
			*first = f;
		else if (!frame_alike(&f, first))
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
	unsigned char p[FRAME_HEAD];

	s->rate = 0;
	while (frames < 1000000 && bytes_at(fd, at, p, sizeof p) == sizeof p && frame_adts(p, &f)) {
		if (frames++ == 0) {
			s->rate = f.rate;
			s->channels = f.channels;
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
		s->audio = at;
		measure_adts(fd, at, s);
		return true;
	}
	if (run(fd, at, s->size, need, false, &f) >= need) {
		static const char names[4][4] = { "", "mp1", "mp2", "mp3" };

		s->type = SNIFF_MPEG;
		s->audio = at;
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
