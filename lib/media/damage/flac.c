/* SPDX-License-Identifier: MIT */
/* Does a FLAC file have its last frame, and are all others right? */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/crc.h"
#include "media/damage/damage.h"
#include "media/format/flac.h"
#include "media/format/tail.h"
#include "media/format/window.h"

/* How many places that look like a frame are followed up, nearest to the end first. */
enum { CANDIDATES_MAX = 32 };
static struct crc crc16;

struct found {
	int64_t end;  /* the sample behind it; -1: none was found */
	size_t bytes; /* where in the window it ends */
};

/* The length of the frame at p by its checksum; 0 where none fits. */
static size_t
whole(const unsigned char *p, size_t len)
{
	uint32_t sum = crc_add(&crc16, 0, p, len);

	if (sum == 0) /* as a rule it ends where the file does */
		return len;
	sum = crc_add(&crc16, 0, p, FLAC_FRAME_MIN);
	for (size_t n = FLAC_FRAME_MIN; n < len; n++) {
		if (sum == 0)
			return n;
		sum = crc_add(&crc16, sum, p + n, 1);
	}
	return 0;
}

/* The last whole frame in bytes. */
static struct found
last_frame(const struct flac *f, const unsigned char *bytes, size_t len)
{
	struct found found = { .end = -1 };
	int candidates = 0;

	for (size_t i = len; i-- > 0 && candidates < CANDIDATES_MAX;) {
		struct flac_head head;
		size_t n;

		if (bytes[i] != 0xff || !flac_head(f, bytes + i, len - i, &head))
			continue;
		candidates++;
		n = whole(bytes + i, len - i);
		if (n > 0) {
			found.end = head.end;
			found.bytes = i + n;
			break;
		}
	}
	return found;
}

static void
check_end(int fd, struct sniffed *s, const struct flac *f, int64_t end)
{
	unsigned char *room = window_room();
	struct flac_head behind;
	struct found last;
	int64_t from;
	size_t len;

	crc_make(&crc16, 0x8005, 16);
	from = end - WINDOW_BYTES > f->frames ? end - WINDOW_BYTES : f->frames;
	len = bytes_at(fd, from, room, (size_t)(end - from));
	last = last_frame(f, room, len);
	if (last.end >= 0 && f->samples > 0 && last.end < f->samples)
		damage_samples(s, last.end, f->samples, f->rate);
	else if (last.end >= 0 && f->samples == 0 &&
	    flac_head(f, room + last.bytes, len - last.bytes, &behind))
		damage_tell(s, "its end is missing: the last frame is cut off");
	else if (last.end < 0 && (from == f->frames || (f->largest > 0 && f->largest < WINDOW_BYTES / 2)))
		damage_tell(s, "its end is missing: no frame of audio stands there");
}

void
damage_flac(int fd, struct sniffed *s)
{
	struct flac f;
	int64_t end, bad;

	if (!flac_open(fd, s, &f))
		return;
	end = tail_begin(fd, f.frames, s->size);
	if (f.frames >= end) {
		if (f.samples > 0)
			damage_tell(s, "its audio is missing");
		return;
	}
	check_end(fd, s, &f, end);
	s->whole = flac_frames(fd, &f, end, &bad);
	if (bad >= 0)
		damage_at(s, bad, f.rate);
}
