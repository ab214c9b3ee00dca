/* SPDX-License-Identifier: MIT */
/* Ogg: which codec, and how long? */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/ogg.h"
#include "media/sniff/sniff.h"

bool
ogg_page(const unsigned char *bytes, size_t len, struct ogg_page *p)
{
	if (len < 27 || memcmp(bytes, "OggS", 4) != 0 || bytes[4] != 0 || len < 27 + (size_t)bytes[26])
		return false;
	*p = (struct ogg_page){
		.head = 27 + (size_t)bytes[26],
		.flags = bytes[5],
		.granule = (int64_t)le64(bytes + 6),
		.serial = le32(bytes + 14),
		.number = le32(bytes + 18),
		.lacing = bytes + 27,
		.segments = bytes[26],
	};
	for (int i = 0; i < p->segments; i++)
		p->body += p->lacing[i];
	return true;
}

enum sniff_type
ogg_codec(const unsigned char *packet, size_t len)
{
	static const struct {
		const char *mark;
		size_t len;
		enum sniff_type type;
	} codecs[] = {
		{ "\001vorbis", 7, SNIFF_VORBIS },
		{ "OpusHead", 8, SNIFF_OPUS },
		{ "Speex   ", 8, SNIFF_SPEEX },
		{ "\177FLAC", 5, SNIFF_OGGFLAC },
	};

	for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++)
		if (len >= codecs[i].len && memcmp(packet, codecs[i].mark, codecs[i].len) == 0)
			return codecs[i].type;
	return SNIFF_NONE;
}

/* The position of the last page of the stream, in samples. */
static void
last_page(int fd, struct sniffed *s, uint32_t serial)
{
	static unsigned char tail[66 << 10];
	int64_t from = s->size - (int64_t)sizeof tail;
	size_t len;

	if (from < s->start)
		from = s->start;
	len = bytes_at(fd, from, tail, sizeof tail);
	for (size_t i = len; i-- > 0;) {
		struct ogg_page p;

		if (tail[i] != 'O' || !ogg_page(tail + i, len - i, &p))
			continue;
		if (p.head + p.body <= len - i && p.serial == serial && p.granule >= 0) {
			if (s->rate > 0 && p.granule < INT64_MAX / 1000)
				s->duration_ms = p.granule * 1000 / s->rate;
			return;
		}
	}
}

void
sniff_ogg(int fd, struct sniffed *s)
{
	unsigned char bytes[27 + 255 + 64] = { 0 };
	int64_t at = s->start;

	/* the first pages each begin a stream; a skeleton or a video may come before the sound */
	s->type = SNIFF_NONE;
	for (int streams = 0; streams < 8; streams++) {
		size_t len = bytes_at(fd, at, bytes, sizeof bytes);
		struct ogg_page p;

		if (!ogg_page(bytes, len, &p) || (p.flags & OGG_FIRST) == 0 || len < p.head + 30)
			return;
		if (memcmp(bytes + p.head, "\x80theora", 7) == 0)
			return;
		s->type = ogg_codec(bytes + p.head, len - p.head);
		if (s->type == SNIFF_OGGFLAC)
			s->rate = (int64_t)be32(bytes + p.head + 27) >> 12;
		if (s->type != SNIFF_NONE) {
			last_page(fd, s, p.serial);
			return;
		}
		at += (int64_t)(p.head + p.body);
	}
}
