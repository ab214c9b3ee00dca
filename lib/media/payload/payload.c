/* SPDX-License-Identifier: MIT */
#include "media/payload/payload.h"

#include <string.h>

#include "media/format/asf.h"
#include "media/format/bytes.h"
#include "media/format/flac.h"
#include "media/format/frame.h"
#include "media/format/tail.h"
#include "media/format/window.h"

enum { BLOCKS_MAX = 4096 };

void
payload_label(struct payload *p, const char *label, const void *about, size_t len)
{
	sha256_add(&p->hash, label, strlen(label) + 1);
	sha256_add(&p->hash, about, len);
}

void
payload_add(struct payload *p, const void *bytes, size_t len)
{
	sha256_add(&p->hash, bytes, len);
	p->bytes += (int64_t)len;
}

void
payload_range(struct payload *p, int64_t from, int64_t to)
{
	unsigned char *room = window_room();

	while (from < to) {
		size_t want = to - from < WINDOW_BYTES ? (size_t)(to - from) : (size_t)WINDOW_BYTES;
		size_t got = bytes_at(p->fd, from, room, want);

		payload_add(p, room, got);
		if (got < want)
			return;
		from += (int64_t)got;
	}
}

static void
flac(struct payload *p)
{
	static const unsigned char none[16];
	struct flac f;

	if (!flac_open(p->fd, p->s, &f) || f.frames >= p->s->size)
		return;
	if (memcmp(f.md5, none, sizeof none) != 0 && p->s->whole) {
		payload_label(p, "flac md5", f.form, sizeof f.form);
		payload_add(p, f.md5, sizeof f.md5);
	} else {
		payload_label(p, "flac", f.form, sizeof f.form);
		payload_range(p, f.frames, tail_begin(p->fd, f.frames, p->s->size));
	}
}

static void
mpeg(struct payload *p)
{
	unsigned char first[64];
	size_t len = bytes_at(p->fd, p->s->audio, first, sizeof first);
	int64_t from = p->s->audio;
	struct frame f;

	payload_label(p, p->s->type == SNIFF_ADTS ? "adts" : "mpeg", "", 0);
	if (p->s->type == SNIFF_MPEG && frame_index(first, (int)len) > 0 && frame_mpeg(first, &f))
		from += f.length;
	payload_range(p, from, tail_begin(p->fd, p->s->audio, p->s->size));
}

/* One chunk, and what another chunk says of it. */
static void
chunk(struct payload *p, const char *label)
{
	if (p->s->sound <= 0)
		return;
	payload_label(p, label, p->s->about, sizeof p->s->about);
	payload_range(p, p->s->audio, p->s->audio + p->s->sound);
}

static void
between_tags(struct payload *p, const char *label)
{
	payload_label(p, label, "", 0);
	payload_range(p, p->s->start, tail_begin(p->fd, p->s->start, p->s->size));
}

static void
asf(struct payload *p)
{
	int64_t begin, end;

	if (!asf_packets(p->fd, p->s, &begin, &end))
		return;
	payload_label(p, "asf", "", 0);
	payload_range(p, begin, end);
}

static void
by_type(struct payload *p)
{
	switch (p->s->type) {
	case SNIFF_FLAC:
		flac(p);
		break;
	case SNIFF_MPEG:
	case SNIFF_ADTS:
		mpeg(p);
		break;
	case SNIFF_VORBIS:
	case SNIFF_OPUS:
	case SNIFF_SPEEX:
	case SNIFF_OGGFLAC:
		payload_ogg(p);
		break;
	case SNIFF_MP4:
		payload_mp4(p);
		break;
	case SNIFF_MATROSKA:
		payload_matroska(p);
		break;
	case SNIFF_MUSEPACK:
		payload_musepack(p);
		break;
	case SNIFF_WAV:
		chunk(p, "wave");
		break;
	case SNIFF_AIFF:
		chunk(p, "aiff");
		break;
	case SNIFF_DSF:
		chunk(p, "dsf");
		break;
	case SNIFF_DFF:
		chunk(p, "dff");
		break;
	case SNIFF_APE:
		between_tags(p, "ape");
		break;
	case SNIFF_TTA:
		between_tags(p, "tta");
		break;
	case SNIFF_WAVPACK:
		between_tags(p, "wavpack");
		break;
	case SNIFF_ASF:
		asf(p);
		break;
	default:
		break;
	}
}

bool
payload_hash(int fd, const struct sniffed *s, uint8_t hash[SHA256_BYTES])
{
	struct payload p = { .fd = fd, .s = s };
	uint8_t whole[SHA256_BYTES];

	sha256_begin(&p.hash);
	by_type(&p);
	sha256_end(&p.hash, whole);
	if (p.bytes == 0)
		return false;
	memcpy(hash, whole, sizeof whole);
	return true;
}
