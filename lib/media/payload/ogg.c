/* SPDX-License-Identifier: MIT */
/* The packets of sound in an Ogg file. */
#include <string.h>

#include "media/format/bytes.h"
#include "media/format/ogg.h"
#include "media/payload/payload.h"
#include "media/format/window.h"

enum { PACKET_HEAD = 80 }; /* as much of a stream's first packet as is looked at */

/* The stream that is followed, one link of the chain at a time. */
struct link {
	enum sniff_type codec; /* SNIFF_NONE: before the first and after the end of one */
	uint32_t serial;
	int64_t headers; /* packets to come that are no sound; -1: all until one looks like a FLAC frame */
	bool inside;     /* a packet goes on in the next page */
	bool sounded;    /* sound was seen */
};

/* How many packets a stream's headers are, the first included. */
static int64_t
headers_of(enum sniff_type codec, const unsigned char *packet, size_t len)
{
	switch (codec) {
	case SNIFF_VORBIS:
		return 3;
	case SNIFF_OPUS:
		return 2;
	case SNIFF_SPEEX:
		return len >= 72 ? 2 + (int64_t)le32(packet + 68) : 2;
	default:
		return -1;
	}
}

/* A page that begins a stream: the next link, unless it only lies beside the one that is followed. */
static void
begin(struct payload *p, struct link *l, const struct ogg_page *page, const unsigned char *packet)
{
	static const char *const names[] = { "ogg vorbis", "ogg opus", "ogg speex", "ogg flac" };
	enum sniff_type codec = ogg_codec(packet, page->body);

	if (codec == SNIFF_NONE || (l->codec != SNIFF_NONE && !l->sounded))
		return;
	*l = (struct link){ .codec = codec, .serial = page->serial };
	l->headers = headers_of(codec, packet, page->body < PACKET_HEAD ? page->body : PACKET_HEAD);
	payload_label(p, names[codec - SNIFF_VORBIS], "", 0);
}

/* The segments of one page, packet by packet. */
static void
follow(struct payload *p, struct link *l, const struct ogg_page *page, const unsigned char *body)
{
	if (!(page->flags & OGG_CONTINUED))
		l->inside = false;
	for (int i = 0; i < page->segments; i++) {
		size_t len = page->lacing[i];

		if (!l->inside && l->headers < 0 && len > 0 && body[0] == 0xff)
			l->headers = 0;
		if (l->headers == 0) {
			payload_add(p, body, len);
			l->sounded = true;
		}
		l->inside = len == 255;
		if (!l->inside && l->headers > 0)
			l->headers--;
		body += len;
	}
	if (page->flags & OGG_LAST)
		l->codec = SNIFF_NONE;
}

/* Where the next page may begin: at the next 'O' behind `at`. */
static int64_t
resync(struct window *w, int64_t at)
{
	size_t len;
	const unsigned char *bytes = window_at(w, at + 1, 1, &len), *o;

	if (len == 0)
		return w->end;
	o = memchr(bytes, 'O', len);
	return at + 1 + (o != NULL ? o - bytes : (int64_t)len);
}

void
payload_ogg(struct payload *p)
{
	struct window w = { .fd = p->fd, .end = p->s->size, .bytes = window_room() };
	struct link l = { 0 };
	int64_t at = p->s->start;

	while (at < p->s->size) {
		struct ogg_page page;
		size_t len;
		const unsigned char *bytes = window_at(&w, at, OGG_PAGE_MAX, &len);

		if (!ogg_page(bytes, len, &page) || page.head + page.body > len) {
			at = resync(&w, at);
			continue;
		}
		if (page.flags & OGG_FIRST)
			begin(p, &l, &page, bytes + page.head);
		if (l.codec != SNIFF_NONE && page.serial == l.serial)
			follow(p, &l, &page, bytes + page.head);
		at += (int64_t)(page.head + page.body);
	}
}
