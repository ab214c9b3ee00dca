/* SPDX-License-Identifier: MIT */
/* Are all the frames there that the first one of an MPEG stream counts?  Does the last one of ADTS end? */
#include <string.h>

#include "media/format/bytes.h"
#include "media/damage/damage.h"
#include "media/format/frame.h"
#include "media/format/tail.h"
#include "media/format/window.h"

/* What the header says, 0 where it says nothing. */
struct counted {
	int64_t frames, bytes;
};

static struct counted
read_index(const unsigned char *index, size_t len)
{
	struct counted c = { 0 };
	uint32_t flags;
	size_t at = 8;

	if (memcmp(index, "VBRI", 4) == 0 && len >= 18)
		return (struct counted){ .bytes = be32(index + 10), .frames = be32(index + 14) };
	if (len < 16)
		return c;
	flags = be32(index + 4);
	if (flags & 1) {
		c.frames = be32(index + at);
		at += 4;
	}
	if (flags & 2)
		c.bytes = be32(index + at);
	return c;
}

/* How many whole frames like the first there are from `at` to `end`, whatever stands between them; and does
 * the last one of all lack its end? */
static int64_t
count(int fd, int64_t at, int64_t end, const struct frame *first, bool *cut)
{
	struct window w = { .fd = fd, .end = end, .bytes = window_room() };
	int64_t frames = 0;

	while (at < end) {
		size_t len;
		const unsigned char *p = window_at(&w, at, FRAME_HEAD, &len), *sync;
		struct frame f;

		if (len < FRAME_HEAD)
			break;
		if (frame_mpeg(p, &f) && frame_alike(&f, first)) {
			*cut = f.length > end - at;
			frames += !*cut;
			at += f.length;
			continue;
		}
		sync = memchr(p + 1, 0xff, len - 1);
		at += sync != NULL ? sync - p : (int64_t)len;
	}
	return frames;
}

/* A file that was made in its full length before its bytes came. */
static bool
ends_with_zeros(int fd, int64_t end)
{
	unsigned char bytes[4096];
	size_t len =
	    end > (int64_t)sizeof bytes ? bytes_at(fd, end - (int64_t)sizeof bytes, bytes, sizeof bytes) : 0;

	return len == sizeof bytes && bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* Both counts must say it: programs that cut and join forget the one or the other, and some count the tags as
 * bytes of audio.  The frames are only counted where bytes are missing. */
void
damage_mpeg(int fd, struct sniffed *s)
{
	unsigned char bytes[192];
	size_t len = bytes_at(fd, s->audio, bytes, sizeof bytes);
	int at = frame_index(bytes, (int)len);
	int64_t end = tail_begin(fd, s->audio, s->size), frames;
	bool cut = false;
	struct counted c;
	struct frame first;

	if (at == 0 || !frame_mpeg(bytes, &first))
		return;
	c = read_index(bytes + at, len - (size_t)at);
	if ((c.bytes <= end - s->audio && !ends_with_zeros(fd, end)) || c.frames == 0)
		return;
	frames = count(fd, s->audio, end, &first, &cut);
	if (frames < c.frames || cut)
		damage_samples(s, (frames - 1) * first.samples, c.frames * first.samples, first.rate);
}

void
damage_adts(int fd, struct sniffed *s)
{
	struct window w = { .fd = fd, .end = tail_begin(fd, s->audio, s->size), .bytes = window_room() };
	int64_t at = s->audio;

	while (at < w.end) {
		size_t len;
		const unsigned char *p = window_at(&w, at, FRAME_HEAD, &len);
		struct frame f;

		if (len < FRAME_HEAD || !frame_adts(p, &f))
			return;
		at += f.length;
	}
	if (at > w.end)
		damage_bytes(s, at - w.end);
}
