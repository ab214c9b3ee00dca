/* Does a FLAC file have its last frame? */
#include <string.h>

#include "media/bytes.h"
#include "media/crc.h"
#include "media/damage.h"
#include "media/flac.h"
#include "media/tail.h"
#include "media/window.h"

/* How many places that look like a frame are followed up, nearest to the end first. */
enum { CANDIDATES_MAX = 32 };
enum { FRAME_MIN = 9, HEAD_MAX = 16 };

static struct crc crc8, crc16;

struct found {
	int64_t end;  /* the sample behind it; -1: none was found */
	size_t bytes; /* where in the window it ends */
};

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

/* Where the frame whose head is at p ends, in samples; -1 where p is no head of this stream. */
static int64_t
frame_end(const struct flac *f, const unsigned char *bytes, size_t len)
{
	unsigned char p[HEAD_MAX + 1] = { 0 };
	size_t n = 4, number_len, extra;
	int64_t number = 0, samples;
	int size, rate;

	memcpy(p, bytes, len < HEAD_MAX ? len : HEAD_MAX);
	size = p[2] >> 4;
	rate = p[2] & 15;
	if (len < FRAME_MIN || p[0] != 0xff || (p[1] & 0xfe) != 0xf8 || size == 0 || rate == 15 ||
	    p[3] >> 4 > 10 || (p[3] & 1) != 0)
		return -1;
	number_len = coded(p + n, HEAD_MAX - n, &number);
	n += number_len;
	extra = size == 6 ? 1 : size == 7 ? 2 : 0;
	samples = size == 1 ? 192
	    : size < 6      ? 576 << (size - 2)
	    : size == 6     ? p[n] + 1
	    : size == 7     ? (int64_t)be16(p + n) + 1
			    : 256 << (size - 8);
	n += extra + (rate == 12 ? 1 : rate > 12 ? 2 : 0) + 1;
	if (number_len == 0 || n > len || crc_add(&crc8, 0, p, n) != 0)
		return -1;
	return (p[1] & 1 ? number : number * f->block) + samples;
}

/* The length of the frame at p by its checksum; 0 where none fits. */
static size_t
whole(const unsigned char *p, size_t len)
{
	uint32_t sum = crc_add(&crc16, 0, p, len);

	if (sum == 0) /* as a rule it ends where the file does */
		return len;
	sum = crc_add(&crc16, 0, p, FRAME_MIN);
	for (size_t n = FRAME_MIN; n < len; n++) {
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
		int64_t end = bytes[i] == 0xff ? frame_end(f, bytes + i, len - i) : -1;
		size_t n;

		if (end < 0)
			continue;
		candidates++;
		n = whole(bytes + i, len - i);
		if (n > 0) {
			found.end = end;
			found.bytes = i + n;
			break;
		}
	}
	return found;
}

void
damage_flac(int fd, struct sniffed *s)
{
	unsigned char *room = window_room();
	struct flac f;
	struct found last;
	int64_t from, end;
	size_t len;

	if (!flac_open(fd, s, &f))
		return;
	end = tail_begin(fd, f.frames, s->size);
	if (f.frames >= end) {
		if (f.samples > 0)
			damage_tell(s, "its audio is missing");
		return;
	}
	crc_make(&crc8, 0x07, 8);
	crc_make(&crc16, 0x8005, 16);
	from = end - WINDOW_BYTES > f.frames ? end - WINDOW_BYTES : f.frames;
	len = bytes_at(fd, from, room, (size_t)(end - from));
	last = last_frame(&f, room, len);
	if (last.end >= 0 && f.samples > 0 && last.end < f.samples)
		damage_samples(s, last.end, f.samples, f.rate);
	else if (last.end >= 0 && f.samples == 0 && frame_end(&f, room + last.bytes, len - last.bytes) >= 0)
		damage_tell(s, "its end is missing: the last frame is cut off");
	else if (last.end < 0 && (from == f.frames || (f.largest > 0 && f.largest < WINDOW_BYTES / 2)))
		damage_tell(s, "its end is missing: no frame of audio stands there");
}
