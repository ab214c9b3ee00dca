/* SPDX-License-Identifier: MIT */
/*
 * ogg.h - the pages of an Ogg file
 */
#ifndef MEDIA_FORMAT_OGG_H
#define MEDIA_FORMAT_OGG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/sniff/sniff.h"

enum { OGG_PAGE_MAX = 27 + 255 + 255 * 255 };
enum { OGG_CONTINUED = 1, OGG_FIRST = 2, OGG_LAST = 4 }; /* flags */

struct ogg_page {
	size_t head, body; /* their lengths; behind the end of the file, perhaps */
	int flags;
	int64_t granule; /* the codec's position behind this page, -1 where no packet ends in it */
	uint32_t serial, number;
	const unsigned char *lacing; /* lengths of the body's segments; below 255 a packet ends */
	int segments;
};

/* The page at bytes, of which len are there.  False where none begins or its head is not whole. */
bool ogg_page(const unsigned char *bytes, size_t len, struct ogg_page *p);

/* What a stream's first packet begins: SNIFF_VORBIS, SNIFF_OPUS, SNIFF_SPEEX, SNIFF_OGGFLAC, else SNIFF_NONE.
 */
enum sniff_type ogg_codec(const unsigned char *packet, size_t len);

#endif
