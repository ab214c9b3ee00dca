/* SPDX-License-Identifier: MIT */
/* The sound in containers of boxes: MP4, Matroska, Musepack. */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/matroska.h"
#include "media/format/mp4.h"
#include "media/format/musepack.h"
#include "media/payload/payload.h"
#include "media/format/tail.h"

enum { BOXES_MAX = 1 << 17 }; /* a fragmented file has two for each second or so */

void
payload_mp4(struct payload *p)
{
	struct mp4_box b;
	int64_t at = p->s->start;

	payload_label(p, "mp4", "", 0);
	for (int boxes = 0; boxes < BOXES_MAX && mp4_box(p->fd, at, p->s->size, &b); boxes++) {
		if (memcmp(b.type, "mdat", 4) == 0)
			payload_range(p, b.body, b.end);
		at = b.end;
	}
}

/* Clusters of a size that the writer did not know end with the file. */
void
payload_matroska(struct payload *p)
{
	unsigned char h[16];
	int64_t at = p->s->start;

	payload_label(p, "matroska", "", 0);
	for (int elements = 0; elements < BOXES_MAX && at < p->s->size; elements++) {
		size_t got = bytes_at(p->fd, at, h, sizeof h);
		uint64_t id = 0, size = 0;
		int n = matroska_number(h, got, true, &id);
		int m = n > 0 ? matroska_number(h + n, got - (size_t)n, false, &size) : 0;

		if (m == 0)
			return;
		at += n + m;
		if (id == MATROSKA_SEGMENT)
			continue; /* its elements follow */
		if (size > (uint64_t)(p->s->size - at))
			size = (uint64_t)(p->s->size - at);
		if (id == MATROSKA_CLUSTER)
			payload_range(p, at, at + (int64_t)size);
		at += (int64_t)size;
	}
}

/* Version 7: frames behind a header, in which bytes 12 to 19 are gains and peaks. */
static void
musepack7(struct payload *p, int64_t end)
{
	payload_label(p, "musepack", "", 0);
	payload_range(p, p->s->start, p->s->start + 12);
	payload_range(p, p->s->start + 20, end);
}

static void
musepack8(struct payload *p, int64_t end)
{
	struct musepack_packet packet;
	int64_t at = p->s->start + 4;

	payload_label(p, "musepack 8", "", 0);
	for (int packets = 0; packets < BOXES_MAX && musepack_packet(p->fd, at, &packet); packets++) {
		if (memcmp(packet.key, "SH", 2) == 0 || memcmp(packet.key, "AP", 2) == 0)
			payload_range(p, packet.body, packet.end < end ? packet.end : end);
		if (memcmp(packet.key, "SE", 2) == 0 || packet.end >= end)
			return;
		at = packet.end;
	}
}

void
payload_musepack(struct payload *p)
{
	int64_t end = tail_begin(p->fd, p->s->start, p->s->size);
	char mark[4];

	if (bytes_at(p->fd, p->s->start, mark, 4) == 4 && memcmp(mark, "MPCK", 4) == 0)
		musepack8(p, end);
	else
		musepack7(p, end);
}
