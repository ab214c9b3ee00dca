/* SPDX-License-Identifier: MIT */
/* Are all frames of a FLAC stream there, and right?  Nothing is decoded. */
#include <string.h>

#include "media/format/crc.h"
#include "media/format/flac.h"
#include "media/format/window.h"

/*
 * A frame does not tell its length: it ends where the next head stands, and the
 * checksum over all of it is 0 there.  What looks like a head may be sound, which
 * happens once in some megabytes.  So a frame is bad only where another one that
 * is right begins behind it.
 */
struct walk {
	const struct flac *f;
	struct flac_head now;   /* the frame at hand; end is where the next should begin */
	struct flac_head other; /* what may be a frame behind a bad one */
	uint32_t sum, other_sum;
	bool started, has_other;
	int64_t bad;
};

static struct crc crc16;

/* How many bytes there are before the next that may be a head, which is in the window as a whole then. */
static size_t
gap(const unsigned char *bytes, size_t len, bool last)
{
	size_t all = last || len < FLAC_HEAD_MAX ? len : len - FLAC_HEAD_MAX + 1;

	for (size_t i = 1; i < all; i++) {
		const unsigned char *p = memchr(bytes + i, 0xff, all - i);

		if (p == NULL)
			break;
		i = (size_t)(p - bytes);
		if (i + 1 < len && (p[1] & 0xfe) == 0xf8)
			return i;
	}
	return all;
}

static void
begin(struct walk *w, const struct flac_head *h)
{
	w->now = *h;
	w->sum = 0;
	w->started = true;
	w->has_other = false;
}

/* A head stands behind what was summed up. */
static void
meet(struct walk *w, const struct flac_head *h)
{
	if (w->started && w->sum == 0) {
		if (h->start != w->now.end)
			w->bad = w->now.end;
		begin(w, h);
	} else if (w->has_other && w->other_sum == 0 && h->start == w->other.end) {
		w->bad = w->started ? w->now.start : 0;
	} else if (h->start >= w->now.end) {
		w->other = *h;
		w->other_sum = 0;
		w->has_other = true;
	}
}

bool
flac_frames(int fd, const struct flac *f, int64_t end, int64_t *bad)
{
	struct window room = { .fd = fd, .end = end, .bytes = window_room() };
	struct walk w = { .f = f, .bad = -1 };
	struct flac_head h;
	int64_t at = f->frames;

	crc_make(&crc16, 0x8005, 16);
	while (at < end && w.bad < 0) {
		size_t len, n;
		const unsigned char *bytes = window_at(&room, at, FLAC_HEAD_MAX, &len);

		if (len == 0)
			break;
		if (flac_head(f, bytes, len, &h)) {
			if (at == f->frames)
				begin(&w, &h);
			else
				meet(&w, &h);
		}
		n = gap(bytes, len, at + (int64_t)len >= end);
		w.sum = crc_add(&crc16, w.sum, bytes, n);
		if (w.has_other)
			w.other_sum = crc_add(&crc16, w.other_sum, bytes, n);
		at += (int64_t)n;
	}
	if (w.bad < 0 && w.has_other && w.other_sum == 0 && w.sum != 0)
		w.bad = w.started ? w.now.start : 0;
	*bad = w.bad;
	return w.bad < 0 && at >= end && w.started && w.sum == 0;
}
