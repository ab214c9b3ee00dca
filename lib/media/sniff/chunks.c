/* SPDX-License-Identifier: MIT */
/* Containers of chunks: RIFF WAVE, AIFF, DSDIFF, and ASF, whose chunks are called objects. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "media/format/asf.h"
#include "media/format/bytes.h"
#include "media/damage/damage.h"
#include "media/sniff/sniff.h"

enum { CHUNKS_MAX = 1024 };

static void
wave_codec(const unsigned char *fmt, struct sniffed *s)
{
	uint32_t tag = le16(fmt);

	if (tag == 0xfffe)
		tag = le16(fmt + 24); /* the first two bytes of the sub-format */
	switch (tag) {
	case 0x0001:
	case 0x0003:
		memcpy(s->codec, "pcm", 4);
		break;
	case 0x0002:
	case 0x0011:
		memcpy(s->codec, "adpcm", 6);
		break;
	case 0x0006:
		memcpy(s->codec, "alaw", 5);
		break;
	case 0x0007:
		memcpy(s->codec, "ulaw", 5);
		break;
	case 0x0050:
		memcpy(s->codec, "mp2", 4);
		break;
	case 0x0055:
		memcpy(s->codec, "mp3", 4);
		break;
	default:
		break;
	}
}

static void
aiff_codec(const unsigned char *type, struct sniffed *s)
{
	static const char pcm[][5] = { "NONE", "sowt", "twos", "fl32", "FL32", "fl64", "FL64", "in24", "in32",
		"raw " };

	for (size_t i = 0; i < sizeof pcm / sizeof pcm[0]; i++)
		if (memcmp(type, pcm[i], 4) == 0) {
			memcpy(s->codec, "pcm", 4);
			return;
		}
	for (size_t i = 0; i < 4; i++)
		if (isalnum(type[i]))
			s->codec[strlen(s->codec)] = (char)tolower(type[i]);
}

/* What one chunk tells; data are its first bytes, len of them. */
static void
chunk(struct sniffed *s, const char *name, int64_t at, const unsigned char *data, size_t len)
{
	if (s->type == SNIFF_WAV && memcmp(name, "fmt ", 4) == 0 && len >= 16) {
		memcpy(s->about, data, 16);
	} else if (s->type == SNIFF_AIFF && memcmp(name, "COMM", 4) == 0 && len >= 18) {
		memcpy(s->about, data, 2); /* channels; then, without the number of samples, depth and rate */
		memcpy(s->about + 2, data + 6, 12);
	} else if (s->type == SNIFF_DFF && memcmp(name, "FS  ", 4) == 0 && len >= 4) {
		memcpy(s->about, data, 4);
	} else if (s->type == SNIFF_DFF && memcmp(name, "CHNL", 4) == 0 && len >= 2) {
		memcpy(s->about + 4, data, 2);
	}
	if (s->type == SNIFF_WAV && memcmp(name, "fmt ", 4) == 0 && len >= 26)
		wave_codec(data, s);
	else if (s->type == SNIFF_WAV && memcmp(name, "fmt ", 4) == 0 && len >= 2 && le16(data) != 0xfffe)
		wave_codec(data, s);
	else if (s->type == SNIFF_AIFF && memcmp(name, "COMM", 4) == 0 && len >= 22 && s->codec[0] == '\0')
		aiff_codec(data + 18, s);
	else if (s->type == SNIFF_DFF && memcmp(name, "ID3 ", 4) == 0)
		s->id3 = at;
	else if (s->type == SNIFF_DFF && memcmp(name, "FS  ", 4) == 0 && len >= 4)
		s->rate = be32(data);
	else if (s->type == SNIFF_DFF && memcmp(name, "CHNL", 4) == 0 && len >= 2)
		s->channels = be16(data);
	else if (s->type == SNIFF_DFF && memcmp(name, "CMPR", 4) == 0 && len >= 4 &&
	    memcmp(data, "DST ", 4) == 0)
		memcpy(s->codec, "dst", 4);
}

/* RF64 and BW64 tell in a chunk of their own how long the sound is, where 32 bits can't; else 0. */
static uint64_t
long_sound(int fd, const struct sniffed *s)
{
	unsigned char h[40];

	if (s->type != SNIFF_WAV || bytes_at(fd, s->start, h, sizeof h) != sizeof h ||
	    (memcmp(h, "RF64", 4) != 0 && memcmp(h, "BW64", 4) != 0) || memcmp(h + 12, "ds64", 4) != 0)
		return 0;
	return le64(h + 28);
}

/* TagLib does not tell it where the data claim more than there is. */
static void
finish_wave(struct sniffed *s)
{
	int64_t rate = le32(s->about + 8); /* bytes a second */

	s->channels = le16(s->about + 2);
	s->rate = le32(s->about + 4);
	s->bits = le16(s->about + 14);
	s->bitrate = rate * 8;
	if (rate > 0 && s->sound < INT64_MAX / 1000)
		s->duration_ms = s->sound * 1000 / rate;
}

static void
finish_dff(struct sniffed *s)
{
	s->bits = 1;
	if (s->rate > 0 && s->channels > 0 && s->codec[0] == '\0' && s->sound < INT64_MAX / 8000) {
		s->duration_ms = s->sound * 8 / s->channels * 1000 / s->rate;
		s->bitrate = s->rate * s->channels;
	}
}

void
sniff_riff(int fd, struct sniffed *s)
{
	bool wide = s->type == SNIFF_DFF; /* sizes of eight bytes */
	int64_t head = wide ? 12 : 8, at = s->start + (wide ? 16 : 12);
	unsigned char h[12], data[32];
	uint64_t longer = long_sound(fd, s);
	int chunks = 0;

	if (s->type == SNIFF_AIFF && bytes_at(fd, s->start + 8, h, 4) == 4 && h[3] == 'F')
		memcpy(s->codec, "pcm", 4); /* AIFC names its own */
	for (; chunks < CHUNKS_MAX && bytes_at(fd, at, h, (size_t)head) == (size_t)head; chunks++) {
		const char *name = (const char *)h;
		uint64_t size = wide ? be64(h + 4) : s->type == SNIFF_WAV ? le32(h + 4) : be32(h + 4);
		int64_t left = s->size - at - head;
		bool sound = memcmp(name, "data", 4) == 0 || memcmp(name, "SSND", 4) == 0 ||
		    memcmp(name, "DSD ", 4) == 0 || (wide && memcmp(name, "DST ", 4) == 0);
		size_t len = bytes_at(fd, at + head, data, size < sizeof data ? (size_t)size : sizeof data);

		if (wide && memcmp(name, "PROP", 4) == 0) {
			at += head + 4; /* its chunks stand behind its own type */
			continue;
		}
		chunk(s, name, at + head, data, len);
		if (sound && size == UINT32_MAX && longer > 0 && longer < INT64_MAX)
			size = longer;
		if (size > (uint64_t)left) {
			/* writers that could not seek back leave 0 or nearly 4 GiB there */
			if (sound && left > 0 && (longer > 0 || size < 0x7ffff000))
				damage_bytes(s, (int64_t)size - left);
			size = (uint64_t)left;
		}
		if (sound && s->sound == 0) {
			s->audio = at + head;
			s->sound = (int64_t)size;
		}
		at += head + (int64_t)size + (int64_t)(size & 1);
	}
	if (s->type == SNIFF_DFF)
		finish_dff(s);
	else if (s->type == SNIFF_WAV)
		finish_wave(s);
	if (chunks == 0)
		s->type = SNIFF_NONE;
}

/* Past the objects of the header, whose own size some taggers leave as it was. */
bool
asf_packets(int fd, const struct sniffed *s, int64_t *begin, int64_t *end)
{
	static const unsigned char data[] = { 0x36, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9,
		0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c };
	int64_t at = s->start + 30;
	unsigned char h[24];

	for (int n = 0; n < CHUNKS_MAX && bytes_at(fd, at, h, sizeof h) == sizeof h; n++) {
		uint64_t size = le64(h + 16);

		if (memcmp(h, data, sizeof data) == 0) {
			*begin = at + 50;
			*end = size < 50 || size > (uint64_t)(INT64_MAX - at) ? s->size : at + (int64_t)size;
			return true;
		}
		if (size < sizeof h || size > (uint64_t)(s->size - at))
			return false;
		at += (int64_t)size;
	}
	return false;
}

/* ASF is WMV too: what kinds of stream does its header name? */
void
sniff_asf(int fd, struct sniffed *s)
{
	static const unsigned char header[] = { 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9,
		0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c };
	static const unsigned char stream[] = { 0x91, 0x07, 0xdc, 0xb7, 0xb7, 0xa9, 0xcf, 0x11, 0x8e, 0xe6,
		0x00, 0xc0, 0x0c, 0x20, 0x53, 0x65 };
	static const unsigned char audio[] = { 0x40, 0x9e, 0x69, 0xf8 }, video[] = { 0xc0, 0xef, 0x19, 0xbc };
	unsigned char h[80];
	int64_t at = s->start + 30, end;
	bool heard = false, seen = false;

	if (bytes_at(fd, s->start, h, 30) != 30 || memcmp(h, header, sizeof header) != 0) {
		s->type = SNIFF_NONE;
		return;
	}
	end = le64(h + 16) < (uint64_t)s->size ? s->start + (int64_t)le64(h + 16) : s->size;
	for (int n = 0; n < CHUNKS_MAX && at < end && bytes_at(fd, at, h, sizeof h) == sizeof h; n++) {
		uint64_t size = le64(h + 16);

		if (memcmp(h, stream, sizeof stream) == 0) {
			if (!heard && memcmp(h + 24, audio, sizeof audio) == 0) {
				heard = true;
				snprintf(s->codec, sizeof s->codec, "%s",
				    le16(h + 78) == 0x163 ? "wmalossless" : "wma");
			}
			seen |= memcmp(h + 24, video, sizeof video) == 0;
		}
		if (size < 24 || size > (uint64_t)(end - at))
			break;
		at += (int64_t)size;
	}
	if (!heard || seen)
		s->type = SNIFF_NONE;
}
