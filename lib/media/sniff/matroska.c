/* SPDX-License-Identifier: MIT */
/* Matroska and WebM: audio only where its list of tracks stands in front and holds sound and no pictures. */
#include <stdio.h>
#include <string.h>

#include "media/format/bytes.h"
#include "media/damage/damage.h"
#include "media/format/matroska.h"
#include "media/sniff/sniff.h"

enum { ELEMENTS_MAX = 4096 };
enum {
	INFO = 0x1549a966,
	TRACKS = 0x1654ae6b,
	ENTRY = 0xae,
	TYPE = 0x83,
	CODEC = 0x86,
	AUDIO = 0xe1,
	RATE = 0xb5,
	CHANNELS = 0x9f,
	BITS = 0x6264,
	SCALE = 0x2ad7b1,
	DURATION = 0x4489
};

struct walk {
	int fd, elements;
	bool sound, video, over;
	uint64_t scale;
	double duration;
	struct sniffed *s;
};

int
matroska_number(const unsigned char *p, size_t len, bool keep_mark, uint64_t *value)
{
	int n = 1;

	if (len == 0 || p[0] == 0)
		return 0;
	while (!(p[0] & (0x80 >> (n - 1))))
		n++;
	if ((size_t)n > len)
		return 0;
	*value = keep_mark ? p[0] : p[0] & (0xffU >> n);
	for (int i = 1; i < n; i++)
		*value = *value << 8 | p[i];
	return n;
}

static uint64_t
integer(const unsigned char *p, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len && i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

static double
real(const unsigned char *p, size_t len)
{
	uint64_t bits = integer(p, len);
	uint32_t half = (uint32_t)bits;
	float f;
	double d;

	memcpy(&f, &half, sizeof f);
	memcpy(&d, &bits, sizeof d);
	return len == 4 ? (double)f : len == 8 ? d : 0;
}

static void
name_codec(struct sniffed *s, const char *id, size_t len)
{
	static const char *const names[][2] = { { "A_VORBIS", "vorbis" }, { "A_OPUS", "opus" },
		{ "A_FLAC", "flac" }, { "A_AAC", "aac" }, { "A_MPEG/L3", "mp3" }, { "A_MPEG/L2", "mp2" },
		{ "A_ALAC", "alac" }, { "A_PCM", "pcm" }, { "A_AC3", "ac3" }, { "A_EAC3", "eac3" },
		{ "A_DTS", "dts" }, { "A_TTA1", "tta" }, { "A_WAVPACK4", "wavpack" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i][0]) <= len && memcmp(names[i][0], id, strlen(names[i][0])) == 0)
			snprintf(s->codec, sizeof s->codec, "%s", names[i][1]);
}

static void
leaf(struct walk *w, uint64_t id, const unsigned char *p, size_t len)
{
	double x = real(p, len);

	if (id == TYPE) {
		w->sound |= integer(p, len) == 2;
		w->video |= integer(p, len) == 1;
	} else if (id == CODEC) {
		name_codec(w->s, (const char *)p, len);
	} else if (id == RATE && x >= 1 && x < 1e7) {
		w->s->rate = (int64_t)x;
	} else if (id == CHANNELS) {
		w->s->channels = (int64_t)(integer(p, len) & 0xff);
	} else if (id == BITS) {
		w->s->bits = (int64_t)(integer(p, len) & 0xff);
	} else if (id == SCALE) {
		w->scale = integer(p, len);
	} else if (id == DURATION && x > 0 && x < 1e15) {
		w->duration = x;
	}
}

static void
descend(struct walk *w, int64_t at, int64_t end, int depth)
{
	unsigned char h[64];

	while (!w->over && at < end && w->elements++ < ELEMENTS_MAX) {
		size_t got = bytes_at(w->fd, at, h, sizeof h);
		uint64_t id = 0, size = 0;
		int n = matroska_number(h, got, true, &id),
		    m = n > 0 ? matroska_number(h + n, got - (size_t)n, false, &size) : 0;
		int64_t body = at + n + m;

		if (m == 0)
			return;
		if (id == MATROSKA_SEGMENT && size > (uint64_t)(end - body) &&
		    size != UINT64_MAX >> (64 - 7 * m))
			damage_bytes(w->s, (int64_t)size - (end - body));
		if (size > (uint64_t)(end - body)) /* all ones: unknown, to the end */
			size = (uint64_t)(end - body);
		if (id == MATROSKA_CLUSTER)
			w->over = true;
		else if (depth < 4 &&
		    (id == MATROSKA_SEGMENT || id == INFO || id == TRACKS || id == ENTRY || id == AUDIO))
			descend(w, body, body + (int64_t)size, depth + 1);
		else if (size <= 32 && (size_t)(n + m) + size <= got)
			leaf(w, id, h + n + m, (size_t)size);
		at = body + (int64_t)size;
	}
}

void
sniff_matroska(int fd, struct sniffed *s)
{
	struct walk w = { .fd = fd, .s = s, .scale = 1000000 };

	descend(&w, s->start, s->size, 0);
	if (!w.sound || w.video)
		s->type = SNIFF_NONE;
	w.duration *= (double)w.scale / 1e6;
	if (w.duration > 0 && w.duration < 1e12)
		s->duration_ms = (int64_t)(w.duration + 0.5);
	if (s->duration_ms > 0 && s->size < INT64_MAX / 8000)
		s->bitrate = s->size * 8000 / s->duration_ms;
}
