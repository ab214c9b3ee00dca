/* SPDX-License-Identifier: MIT */
/* MP4: is there a track of sound and none of moving pictures, and how is it coded? */
#include <stdio.h>
#include <string.h>

#include "media/format/bytes.h"
#include "media/damage/damage.h"
#include "media/format/mp4.h"
#include "media/sniff/sniff.h"

enum { BOXES_MAX = 4096 };

struct walk {
	int fd, boxes;
	bool sound, video, other;
	char codec[16];
	int64_t farthest; /* where a piece of sound begins */
	int64_t rate, channels, bits;
	int64_t scale, usual; /* ticks a second; ticks of a sample in fragments that do not say */
};

bool
mp4_box(int fd, int64_t at, int64_t end, struct mp4_box *b)
{
	unsigned char h[16];
	uint64_t size;

	if (at > end - 8 || bytes_at(fd, at, h, 8) != 8)
		return false;
	size = be32(h);
	memcpy(b->type, h + 4, 4);
	b->body = at + 8;
	if (size == 1) {
		if (bytes_at(fd, at + 8, h, 8) != 8)
			return false;
		size = be64(h);
		b->body = at + 16;
	} else if (size == 0) {
		size = (uint64_t)(end - at);
	}
	if (size < (uint64_t)(b->body - at))
		return false;
	b->end = size > (uint64_t)(end - at) ? end : at + (int64_t)size;
	b->beyond = size < INT64_MAX ? (int64_t)size - (b->end - at) : INT64_MAX;
	return b->body <= b->end;
}

/* The next box of the walk; false at the end of what holds it, and where it has seen enough. */
static bool
next(struct walk *w, int64_t at, int64_t end, struct mp4_box *b)
{
	return w->boxes++ <= BOXES_MAX && mp4_box(w->fd, at, end, b);
}

/* "mp4a" may hold MP3, and is then marked so in its decoder configuration (esds). */
static void
name_codec(struct walk *w, int64_t at, const char *type)
{
	static const struct {
		char type[5];
		const char *codec;
	} names[] = { { "mp4a", "aac" }, { "alac", "alac" }, { "fLaC", "flac" }, { "Opus", "opus" },
		{ "ac-3", "ac3" }, { "ec-3", "eac3" }, { ".mp3", "mp3" }, { "lpcm", "pcm" },
		{ "sowt", "pcm" }, { "twos", "pcm" }, { "samr", "amr" }, { "sawb", "amr" }, { "dtsc", "dts" },
		{ "drms", "aac" } };
	unsigned char entry[96];
	size_t len = bytes_at(w->fd, at, entry, sizeof entry);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (memcmp(names[i].type, type, 4) == 0)
			snprintf(w->codec, sizeof w->codec, "%s", names[i].codec);
	if (len >= 28) {
		w->channels = be16(entry + 16);
		w->bits = be16(entry + 18);
		w->rate = be16(entry + 24);
	}
	if (strcmp(w->codec, "flac") == 0 && len >= 58 && memcmp(entry + 32, "dfLa", 4) == 0) {
		const unsigned char *info = entry + 44; /* STREAMINFO, whose rate has no limit of 16 bits */

		w->rate = be32(info + 10) >> 12;
		w->bits = (be32(info + 10) >> 4 & 31) + 1;
	}
	if (strcmp(w->codec, "aac") != 0)
		return;
	for (size_t i = 0; i + 20 < len; i++) {
		size_t d = i + 8; /* behind the name and version: descriptor 3, then 4 with the object type */

		if (memcmp(entry + i, "esds", 4) != 0)
			continue;
		for (; d + 5 < len && entry[d] != 4; d++)
			;
		for (d++; d + 1 < len && entry[d] == 0x80; d++)
			;
		if (d + 1 < len && (entry[d + 1] == 0x6b || entry[d + 1] == 0x69))
			memcpy(w->codec, "mp3", 4);
		return;
	}
}

/* Where the last of the pieces of sound begins: a table of offsets of four or eight bytes, which ascend. */
static void
last_piece(struct walk *w, const struct mp4_box *b, int64_t width)
{
	unsigned char h[8];
	int64_t count, at;

	if (bytes_at(w->fd, b->body + 4, h, 4) != 4)
		return;
	count = be32(h);
	at = b->body + 8 + (count - 1) * width;
	if (count == 0 || at + width > b->end || bytes_at(w->fd, at, h, (size_t)width) != (size_t)width)
		return;
	at = width == 4 ? be32(h) : be64(h) < INT64_MAX ? (int64_t)be64(h) : INT64_MAX;
	if (at > w->farthest)
		w->farthest = at;
}

static void
descend(struct walk *w, int64_t at, int64_t end, int depth)
{
	struct mp4_box b;
	unsigned char h[16], full[24];

	for (; next(w, at, end, &b); at = b.end) {
		bool inner = memcmp(b.type, "trak", 4) == 0 || memcmp(b.type, "mdia", 4) == 0 ||
		    memcmp(b.type, "minf", 4) == 0 || memcmp(b.type, "stbl", 4) == 0 ||
		    memcmp(b.type, "mvex", 4) == 0;

		if (inner && depth < 6)
			descend(w, b.body, b.end, depth + 1);
		if (memcmp(b.type, "hdlr", 4) == 0 && depth == 3 && bytes_at(w->fd, b.body, h, 12) == 12) {
			w->sound |= memcmp(h + 8, "soun", 4) == 0;
			w->video |= memcmp(h + 8, "vide", 4) == 0;
		}
		if (memcmp(b.type, "mdhd", 4) == 0 && w->scale == 0 &&
		    bytes_at(w->fd, b.body, full, sizeof full) == sizeof full)
			w->scale = be32(full + (full[0] == 1 ? 20 : 12));
		if (memcmp(b.type, "trex", 4) == 0 && bytes_at(w->fd, b.body, full, sizeof full) >= 16)
			w->usual = be32(full + 12);
		if (memcmp(b.type, "stco", 4) == 0 || memcmp(b.type, "co64", 4) == 0)
			last_piece(w, &b, b.type[0] == 's' ? 4 : 8);
		if (memcmp(b.type, "stsd", 4) == 0 && w->sound && w->codec[0] == '\0' &&
		    bytes_at(w->fd, b.body, h, 16) == 16)
			name_codec(w, b.body + 16, (const char *)h + 12);
		if (b.end <= at)
			return;
	}
}

/* The ticks of a run of samples, each of which may have its own. */
static int64_t
run_ticks(const struct walk *w, const struct mp4_box *b, int64_t usual)
{
	enum { OFFSET = 1, FIRST = 4, DURATION = 0x100, FIELDS = 0xf00, RUN_MAX = 1 << 16 };
	unsigned char h[8];
	uint32_t flags, count;
	int64_t at = b->body + 8, step = 0, ticks = 0;

	if (bytes_at(w->fd, b->body, h, 8) != 8)
		return 0;
	flags = be32(h) & 0xffffff;
	count = be32(h + 4);
	if (!(flags & DURATION))
		return count * usual;
	at += (flags & OFFSET ? 4 : 0) + (flags & FIRST ? 4 : 0);
	for (uint32_t bit = DURATION; bit & FIELDS; bit <<= 1)
		step += flags & bit ? 4 : 0;
	for (uint32_t i = 0; i < count && i < RUN_MAX && at + 4 <= b->end; i++, at += step)
		if (bytes_at(w->fd, at, h, 4) == 4)
			ticks += be32(h);
	return ticks;
}

/* A file in fragments counts no samples in front: where the last fragment ends is how long it is. */
static int64_t
fragment_end(struct walk *w, const struct mp4_box *moof)
{
	enum { DESCRIPTION = 2, OFFSET = 1, DURATION = 8 }; /* of the default values of a fragment */
	struct mp4_box traf = { .end = 0 }, b;
	int64_t begin = -1, ticks = 0, usual = w->usual;
	unsigned char h[24];

	for (int64_t at = moof->body; next(w, at, moof->end, &traf) && memcmp(traf.type, "traf", 4) != 0;)
		at = traf.end;
	if (memcmp(traf.type, "traf", 4) != 0)
		return 0;
	for (int64_t at = traf.body; next(w, at, traf.end, &b); at = b.end) {
		size_t got = bytes_at(w->fd, b.body, h, sizeof h);

		if (memcmp(b.type, "tfhd", 4) == 0 && got >= 8) {
			uint32_t flags = be32(h) & 0xffffff;
			size_t where = 8U + (flags & OFFSET ? 8 : 0) + (flags & DESCRIPTION ? 4 : 0);

			if (flags & DURATION && where + 4 <= got)
				usual = be32(h + where);
		} else if (memcmp(b.type, "tfdt", 4) == 0 && got >= 8U + (h[0] == 1 ? 4 : 0)) {
			begin = h[0] != 1                 ? be32(h + 4)
			    : be64(h + 4) < INT64_MAX / 2 ? (int64_t)be64(h + 4)
							  : -1;
		} else if (memcmp(b.type, "trun", 4) == 0) {
			ticks += run_ticks(w, &b, usual);
		}
	}
	return begin < 0 ? 0 : begin + ticks;
}

static bool
brand(int fd, int64_t at, const char *name)
{
	unsigned char h[12];

	return bytes_at(fd, at, h, sizeof h) == sizeof h && memcmp(h + 4, "ftyp", 4) == 0 &&
	    memcmp(h + 8, name, 4) == 0;
}

/* The brands of files that are audio whatever still pictures they carry as a track. */
static bool
audio_brand(int fd, int64_t at)
{
	return brand(fd, at, "M4A ") || brand(fd, at, "M4B ") || brand(fd, at, "M4P ");
}

void
sniff_mp4(int fd, struct sniffed *s)
{
	struct walk w = { .fd = fd };
	int64_t at = s->start;
	struct mp4_box b, fragment = { .end = 0 };
	bool moov = false;

	while (next(&w, at, s->size, &b)) {
		if (b.beyond > 0 && (memcmp(b.type, "mdat", 4) == 0 || memcmp(b.type, "moov", 4) == 0))
			damage_bytes(s, b.beyond);
		if (memcmp(b.type, "moov", 4) == 0) {
			moov = true;
			descend(&w, b.body, b.end, 1);
		}
		if (memcmp(b.type, "moof", 4) == 0)
			fragment = b;
		if (b.end <= at)
			break;
		at = b.end;
	}
	if (!moov)
		damage_tell(s, "its index is missing");
	if (w.farthest >= s->size)
		damage_tell(s, "its end is missing: a part of the audio would stand behind it");
	snprintf(s->codec, sizeof s->codec, "%s", w.codec);
	s->rate = w.rate;
	s->channels = w.channels;
	s->bits = w.bits;
	if (fragment.end > 0 && w.scale > 0 && w.boxes < BOXES_MAX) {
		int64_t ticks = fragment_end(&w, &fragment);

		s->duration_ms = ticks > 0 && ticks < INT64_MAX / 1000 ? ticks * 1000 / w.scale : 0;
	}
	if (brand(fd, s->start, "M4B "))
		memcpy(s->suffix, "m4b", 4);
	if ((moov && !w.sound) || (w.video && !audio_brand(fd, s->start)) ||
	    (!moov && !audio_brand(fd, s->start)))
		s->type = SNIFF_NONE;
}
