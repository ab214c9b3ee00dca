/* SPDX-License-Identifier: MIT */
#include "media/tag/gain.h"

#include <stdio.h>
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/frame.h"

enum gain_kind
gain_word(uint32_t word, char text[GAIN_TEXT])
{
	uint32_t kind = word >> 13, who = word >> 10 & 7, tenths = word & 0x1ff;

	if (who == 0 || (kind != 1 && kind != 2) ||
	    tenths >= 510) /* silence gets as much as there is room for */
		return GAIN_NONE;
	snprintf(text, GAIN_TEXT, "%s%u.%u", word & 0x200 ? "-" : "", tenths / 10, tenths % 10);
	return kind == 1 ? GAIN_TRACK : GAIN_ALBUM;
}

void
gain_of_lame(int fd, const struct sniffed *s, bool (*each)(void *context, const char *key, const char *value),
    void *context)
{
	enum { ENCODER = 120, PEAK = 131, GAINS = 135, LEN = 139 }; /* behind the mark of the index */
	unsigned char bytes[40 + LEN];
	size_t len = s->type == SNIFF_MPEG ? bytes_at(fd, s->audio, bytes, sizeof bytes) : 0;
	int at = frame_index(bytes, (int)len);
	const unsigned char *p = bytes + at;
	char text[GAIN_TEXT];

	/* only where all that stands before it is there as well */
	if (at == 0 || (size_t)at + LEN > len || memcmp(p, "VBRI", 4) == 0 || (be32(p + 4) & 15) != 15 ||
	    (memcmp(p + ENCODER, "LAME", 4) != 0 && memcmp(p + ENCODER, "Lav", 3) != 0))
		return;
	for (int i = GAINS; i < LEN; i += 2) {
		enum gain_kind kind = gain_word(be16(p + i), text);

		if (kind != GAIN_NONE &&
		    !each(context, kind == GAIN_TRACK ? "LAME_TRACK_GAIN" : "LAME_ALBUM_GAIN", text))
			return;
	}
	if (be32(p + PEAK) > 0 && be32(p + PEAK) < UINT32_C(1) << 27) { /* a fraction of 23 bits */
		snprintf(text, sizeof text, "%.6f", (double)be32(p + PEAK) / (1 << 23));
		each(context, "LAME_TRACK_PEAK", text);
	}
}
