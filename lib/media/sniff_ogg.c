/* Ogg: which codec, and does its last page reach past the end? */
#include <string.h>

#include "media/bytes.h"
#include "media/sniff.h"

/* The length of a page from its head, as far as that is there; 0 where it is none. */
static size_t
page_length(const unsigned char *p, size_t len)
{
	size_t n = 27;

	if (len < 27 || memcmp(p, "OggS", 4) != 0 || p[4] != 0 || len < 27 + (size_t)p[26])
		return 0;
	n += p[26];
	for (size_t i = 0; i < p[26]; i++)
		n += p[27 + i];
	return n;
}

/* The last page of the stream: its position in samples, and whether it was cut off. */
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
		size_t n = tail[i] == 'O' ? page_length(tail + i, len - i) : 0;

		if (n == 0)
			continue;
		if (n > len - i)
			s->damaged = true;
		else if (le32(tail + i + 14) == serial && le64(tail + i + 6) != UINT64_MAX) {
			uint64_t samples = le64(tail + i + 6);

			if (s->rate > 0 && samples < (uint64_t)INT64_MAX / 1000)
				s->duration_ms = (int64_t)samples * 1000 / s->rate;
			return;
		}
	}
}

void
sniff_ogg(int fd, struct sniffed *s)
{
	unsigned char page[27 + 255 + 64] = { 0 };
	int64_t at = s->start;

	/* the first pages each begin a stream; a skeleton or a video may come before the sound */
	s->type = SNIFF_NONE;
	for (int streams = 0; streams < 8; streams++) {
		size_t len = bytes_at(fd, at, page, sizeof page), n = page_length(page, len);
		const unsigned char *p = page + 27 + page[26];

		if (n == 0 || (page[5] & 2) == 0 || len < 27 + (size_t)page[26] + 30)
			return;
		if (memcmp(p, "\x80theora", 7) == 0)
			return;
		if (memcmp(p, "\001vorbis", 7) == 0) {
			s->type = SNIFF_VORBIS;
		} else if (memcmp(p, "OpusHead", 8) == 0) {
			s->type = SNIFF_OPUS;
		} else if (memcmp(p, "Speex   ", 8) == 0) {
			s->type = SNIFF_SPEEX;
		} else if (memcmp(p, "\177FLAC", 5) == 0) {
			s->type = SNIFF_OGGFLAC;
			s->rate = (int64_t)be32(p + 27) >> 12;
		}
		if (s->type != SNIFF_NONE) {
			last_page(fd, s, le32(page + 14));
			return;
		}
		at += (int64_t)n;
	}
}
