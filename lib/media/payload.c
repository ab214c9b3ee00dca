#include "media/payload.h"

#include <string.h>

#include "media/bytes.h"
#include "media/frame.h"
#include "media/tail.h"
#include "media/window.h"

enum { BLOCKS_MAX = 4096 };

unsigned char *
payload_room(void)
{
	static unsigned char room[WINDOW_BYTES];

	return room;
}

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
	unsigned char *room = payload_room();

	while (from < to) {
		size_t want = to - from < WINDOW_BYTES ? (size_t)(to - from) : (size_t)WINDOW_BYTES;
		size_t got = bytes_at(p->fd, from, room, want);

		payload_add(p, room, got);
		if (got < want)
			return;
		from += (int64_t)got;
	}
}

/* Behind the metadata blocks; 0 where they do not end. */
static int64_t
flac_frames(const struct payload *p)
{
	int64_t at = p->s->start + 4;
	unsigned char h[4];

	for (int blocks = 0; blocks < BLOCKS_MAX && bytes_at(p->fd, at, h, 4) == 4; blocks++) {
		at += 4 + (int64_t)(be32(h) & 0xffffff);
		if (h[0] & 0x80)
			return at;
	}
	return 0;
}

static void
flac(struct payload *p)
{
	static const unsigned char none[16];
	unsigned char info[42]; /* the mark, the block's head and STREAMINFO */
	int64_t frames = flac_frames(p);

	if (frames == 0 || frames >= p->s->size ||
	    bytes_at(p->fd, p->s->start, info, sizeof info) != sizeof info || (info[4] & 0x7f) != 0)
		return;
	info[21] &= 0xf0; /* rate, channels and depth, without the number of samples */
	if (memcmp(info + 26, none, sizeof none) != 0 && !p->s->damaged) {
		payload_label(p, "flac md5", info + 18, 4);
		payload_add(p, info + 26, 16);
	} else {
		payload_label(p, "flac", info + 18, 4);
		payload_range(p, frames, tail_begin(p->fd, frames, p->s->size));
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

/* The data object: a mark, a size, the file's id, a count, and the packets.  It stands behind the objects of
 * the header, whose own size some taggers leave as it was. */
static void
asf(struct payload *p)
{
	static const unsigned char data[] = { 0x36, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9,
		0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c };
	int64_t at = p->s->start + 30;
	unsigned char h[24];

	for (int n = 0; n < BLOCKS_MAX && bytes_at(p->fd, at, h, sizeof h) == sizeof h; n++) {
		uint64_t size = le64(h + 16);
		bool found = memcmp(h, data, sizeof data) == 0;

		if (size < sizeof h && !found)
			return;
		if (size < sizeof h || size > (uint64_t)(p->s->size - at))
			size = (uint64_t)(p->s->size - at);
		if (found) {
			payload_label(p, "asf", "", 0);
			payload_range(p, at + 50, at + (int64_t)size);
			return;
		}
		at += (int64_t)size;
	}
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
