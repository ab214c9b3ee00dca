/* SPDX-License-Identifier: MIT */
/* media-payload - the hash of the audio alone: tags do not change it, the sound does, nonsense has none */
#include <fcntl.h>
#include <sys/mman.h>

#include "media/format/crc.h"
#include "media/damage/damage.h"
#include "media/payload/payload.h"
#include "unit.h"

struct bytes {
	unsigned char data[1 << 16];
	size_t len;
};

static void
put(struct bytes *b, const void *data, size_t len)
{
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

#define PUT(b, text) put(b, text, sizeof text - 1)

static void
put_number(struct bytes *b, uint64_t n, int len, bool big)
{
	for (int i = 0; i < len; i++) {
		int shift = 8 * (big ? len - 1 - i : i);
		unsigned char byte = (unsigned char)(n >> shift);

		put(b, &byte, 1);
	}
}

static void
put_noise(struct bytes *b, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)((i * 7 + seed) & 0x7f);

		put(b, &byte, 1);
	}
}

static bool
hash(const struct bytes *b, uint8_t h[32])
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	struct sniffed s;
	bool has;

	if (fd < 0 || write(fd, b->data, b->len) != (ssize_t)b->len)
		exit(1);
	sniff(fd, &s);
	damage_find(fd, &s);
	has = payload_hash(fd, &s, h);
	close(fd);
	return has;
}

/* A file of one format: its sound by a seed, its tags short or long. */
typedef void make(struct bytes *b, unsigned sound, bool tagged);

static void
check(const char *name, make *f)
{
	static struct bytes plain, tagged, other;
	uint8_t a[32], b[32], c[32];

	plain.len = tagged.len = other.len = 0;
	f(&plain, 1, false);
	f(&tagged, 1, true);
	f(&other, 2, false);
	unit_checks++;
	if (!hash(&plain, a) || !hash(&tagged, b) || !hash(&other, c)) {
		fprintf(stderr, "%s: no hash\n", name);
		unit_failures++;
	} else if (memcmp(a, b, 32) != 0 || memcmp(a, c, 32) == 0) {
		fprintf(stderr, "%s: %s\n", name,
		    memcmp(a, b, 32) != 0 ? "tags change it" : "the sound does not");
		unit_failures++;
	}
}

static void
put_apev2(struct bytes *b)
{
	PUT(b, "APETAGEX\xd0\x07\0\0\x3a\0\0\0\x01\0\0\0\0\0\0\xa0\0\0\0\0\0\0\0\0");
	PUT(b, "\x0c\0\0\0\0\0\0\0Artist\0long artist!");
	b->len -= 1;
	PUT(b, "APETAGEX\xd0\x07\0\0\x3a\0\0\0\x01\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\0");
}

static void
put_id3v1(struct bytes *b)
{
	PUT(b, "TAG");
	put_noise(b, 125, 3);
}

/* Everything that may follow, in the order in which programs pile it up. */
static void
put_tail(struct bytes *b)
{
	put_apev2(b);
	PUT(b, "LYRICSBEGININD0000200LYR00005hello000045LYRICS200");
	b->len -= 15;
	PUT(b, "000034LYRICS200");
	put_id3v1(b);
}

static void
put_id3v2(struct bytes *b, unsigned char len)
{
	PUT(b, "ID3\x04\0\0\0\0\0");
	put(b, &len, 1);
	put_noise(b, len, 9);
}

static void
mpeg(struct bytes *b, unsigned sound, bool tagged)
{
	if (tagged) {
		put_id3v2(b, 99);
		put_noise(b, 0, 0);
	}
	if (tagged) { /* a frame that only counts the others */
		PUT(b, "\xff\xfb\x90\x00");
		memset(b->data + b->len, 0, 413);
		memcpy(b->data + b->len + 32, "Info", 4);
		b->len += 413;
	}
	for (int i = 0; i < 5; i++) {
		PUT(b, "\xff\xfb\x90\x00");
		put_noise(b, 413, sound + (unsigned)i);
	}
	if (tagged)
		put_tail(b);
}

static void
lyrics_of_old(struct bytes *b, unsigned sound, bool tagged)
{
	mpeg(b, sound, false);
	if (tagged) {
		PUT(b, "LYRICSBEGIN[00:01]la la\r\nLYRICSEND");
		put_id3v1(b);
	}
}

static void
adts(struct bytes *b, unsigned sound, bool tagged)
{
	if (tagged)
		put_id3v2(b, 20);
	for (int i = 0; i < 4; i++) { /* frames of 32 bytes */
		PUT(b, "\xff\xf1\x50\x80\x04\x1f\xfc");
		put_noise(b, 25, sound);
	}
	if (tagged)
		put_apev2(b);
}

/* A whole frame of 4096 samples, the first of its stream. */
static void
put_frame(struct bytes *b, unsigned sound)
{
	static const unsigned char head[] = { 0xff, 0xf8, 0xc9, 0x18, 0 };
	static struct crc crc8, crc16;
	unsigned char frame[108], sum;
	uint32_t both;

	crc_make(&crc8, 0x07, 8);
	crc_make(&crc16, 0x8005, 16);
	memcpy(frame, head, sizeof head);
	sum = (unsigned char)(crc_add(&crc8, 0, head, sizeof head) >> 24);
	frame[sizeof head] = sum;
	for (size_t i = sizeof head + 1; i < 106; i++)
		frame[i] = (unsigned char)(i * 7 + sound * 31);
	both = crc_add(&crc16, 0, frame, 106);
	frame[106] = (unsigned char)(both >> 24);
	frame[107] = (unsigned char)(both >> 16);
	put(b, frame, sizeof frame);
}

static void
put_flac(struct bytes *b, const void *md5, unsigned sound, bool tagged)
{
	PUT(b, "fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x40\xf0\0\0\x10\0");
	put(b, md5, 16);
	if (tagged) {
		PUT(b, "\x04\0\0\x10vendor and tags.");
		PUT(b, "\x81\0\0\x04\0\0\0\0");
	} else {
		PUT(b, "\x81\0\0\0");
	}
	put_frame(b, sound);
	if (tagged)
		put_id3v1(b);
}

static void
flac(struct bytes *b, unsigned sound, bool tagged)
{
	char md5[17];

	snprintf(md5, sizeof md5, "0123456789abcd%02u", sound);
	put_flac(b, md5, sound + tagged, tagged); /* the frames may differ: another level of compression */
}

static void
flac_without_md5(struct bytes *b, unsigned sound, bool tagged)
{
	static const char none[16];

	put_flac(b, none, sound, tagged);
}

static void
mp4(struct bytes *b, unsigned sound, bool tagged)
{
	static const char sound_track[] = "\0\0\0\x38moov\0\0\0\x30trak\0\0\0\x28mdia\0\0\0\x20hdlr"
					  "\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0";

	PUT(b,
	    "\0\0\0\x10"
	    "ftypM4A \0\0\0\0");
	if (!tagged)
		put(b, sound_track, 56);
	else
		PUT(b,
		    "\0\0\0\x0c"
		    "freexxxx");
	for (unsigned i = 0; i < 2; i++) {
		PUT(b, "\0\0\0\x40mdat");
		put_noise(b, 56, sound + i);
		PUT(b, "\0\0\0\x08skip");
	}
	if (tagged)
		put(b, sound_track, 56);
}

static void
wave(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "RIFF\x24\0\0\0WAVE");
	if (tagged)
		PUT(b, "LIST\x05\0\0\0INFOx\0");
	PUT(b, "fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x64\0\0\0");
	put_noise(b, 100, sound);
	if (tagged)
		PUT(b, "id3 \x04\0\0\0abcd");
}

static void
aiff(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "FORM\0\0\1\0AIFF");
	if (tagged)
		PUT(b, "NAME\0\0\0\x04soul");
	PUT(b, "COMM\0\0\0\x12\0\1\0\0\0\x32\0\x10\x40\x0b\xfa\0\0\0\0\0\0\0SSND\0\0\0\x64");
	put_noise(b, 100, sound);
	if (tagged)
		PUT(b,
		    "ID3 \0\0\0\x04"
		    "abcd");
}

static void
dsf(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "DSD \x1c\0\0\0\0\0\0\0");
	put_number(b, tagged ? 202 : 192, 8, false);
	put_number(b, tagged ? 192 : 0, 8, false);
	PUT(b, "fmt \x34\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\x11\x2b\0\0\1\0\0\0");
	put_number(b, 800, 8, false);
	PUT(b, "\0\x10\0\0\0\0\0\0");
	PUT(b, "data\x70\0\0\0\0\0\0\0");
	put_noise(b, 100, sound);
	if (tagged)
		put_id3v2(b, 0);
}

static void
dff(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "FRM8\0\0\0\0\0\0\1\0DSD ");
	PUT(b, "PROP\0\0\0\0\0\0\0\x2eSND FS  \0\0\0\0\0\0\0\4\0\x2b\x11\0CHNL\0\0\0\0\0\0\0\2\0\1");
	if (tagged)
		PUT(b, "DIIN\0\0\0\0\0\0\0\4abcd");
	PUT(b, "DSD \0\0\0\0\0\0\0\x64");
	put_noise(b, 100, sound);
	if (tagged)
		PUT(b, "ID3 \0\0\0\0\0\0\0\4abcd");
}

static void
ape(struct bytes *b, unsigned sound, bool tagged)
{
	if (tagged)
		put_id3v2(b, 30);
	PUT(b, "MAC \x96\x0f\0\0");
	put_noise(b, 200, sound);
	if (tagged)
		put_tail(b);
}

static void
wavpack(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "wvpk");
	put_noise(b, 200, sound);
	if (tagged)
		put_tail(b);
}

static void
tta(struct bytes *b, unsigned sound, bool tagged)
{
	if (tagged)
		put_id3v2(b, 30);
	PUT(b, "TTA1");
	put_noise(b, 200, sound);
	if (tagged)
		put_id3v1(b);
}

static void
musepack7(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "MP+\7\x10\0\0\0\0\0\0\0");
	put_noise(b, 8, tagged ? 50 : 0); /* gains */
	put_noise(b, 200, sound);
	if (tagged)
		put_apev2(b);
}

static void
musepack8(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "MPCKSH\x08stuff");
	PUT(b, "RG\x0c\1");
	put_noise(b, 8, tagged ? 50 : 0);
	PUT(b, "AP\x81\x4a"); /* 202 bytes */
	put_noise(b, 198, sound);
	if (tagged)
		PUT(b, "ST\x07more");
	PUT(b, "SE\3");
	if (tagged)
		put_apev2(b);
}

static void
asf(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c");
	put_number(b, tagged ? 138 + 30 : 138, 8, false);
	PUT(b, "\1\0\0\0\1\2");
	if (tagged) {
		put_noise(b, 16, 77);
		put_number(b, 30, 8, false);
		put_noise(b, 6, 1);
	}
	PUT(b, "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\0\xc0\x0c\x20\x53\x65");
	put_number(b, 108, 8, false);
	PUT(b, "\x40\x9e\x69\xf8");
	put_noise(b, 80, 0);
	PUT(b, "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c");
	put_number(b, 250, 8, false);
	put_noise(b, 16, tagged ? 60 : 0); /* the file's id */
	PUT(b, "\1\0\0\0\0\0\0\0\1\1");
	put_noise(b, 200, sound);
	if (tagged)
		put_noise(b, 90, 0); /* an index */
}

static void
matroska(struct bytes *b, unsigned sound, bool tagged)
{
	PUT(b, "\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff");
	PUT(b,
	    "\x16\x54\xae\x6b\x8e\xae\x8c\x83\x81\x02\x86\x87"
	    "A_FLAC ");
	if (tagged)
		PUT(b, "\xec\x84void");
	for (unsigned i = 0; i < 2; i++) {
		PUT(b, "\x1f\x43\xb6\x75\xb2");
		put_noise(b, 50, sound + i);
	}
	if (tagged)
		PUT(b, "\x12\x54\xc3\x67\x84tags");
}

/* One page; its packets' lengths, each below 255. */
static void
page(struct bytes *b, int flags, unsigned serial, const char *packets[], int n)
{
	PUT(b, "OggS\0");
	put_number(b, (uint64_t)flags, 1, false);
	put_number(b, 0, 8, false);
	put_number(b, serial, 4, false);
	put_number(b, 0, 8, false); /* number and checksum */
	put_number(b, (uint64_t)n, 1, false);
	for (int i = 0; i < n; i++)
		put_number(b, strlen(packets[i]), 1, false);
	for (int i = 0; i < n; i++)
		put(b, packets[i], strlen(packets[i]));
}

#define PAGE(b, flags, serial, ...)                                                                          \
	page(b, flags, serial, (const char *[]){ __VA_ARGS__ },                                              \
	    (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)))

/* Two links of a chain, with a stream of something else beside the first. */
static void
ogg(struct bytes *b, unsigned sound, bool tagged)
{
	const char *word = sound == 1 ? "one more packet of sound" : "another packet altogether";

	if (tagged)
		PAGE(b, 2, 9, "fishead of a skeleton, which is no sound but stands here first");
	PAGE(b, 2, 5, "\001vorbis with what is needed to know what it is, and then some more");
	if (tagged)
		PAGE(b, 0, 9, "bones");
	if (tagged) {
		PAGE(b, 0, 5, "\003vorbis with a comment that is long, so that it has a page of its own");
		PAGE(b, 0, 5, "\005vorbis books");
	} else {
		PAGE(b, 0, 5, "\003vorbis", "\005vorbis books");
	}
	PAGE(b, 0, 5, "sound", "more sound");
	PAGE(b, 4, 5, word);
	PAGE(b, 2, 6, "\001vorbis again, because a radio station began its next piece here");
	PAGE(b, 0, 6, tagged ? "\003vorbis" : "\003vorbis title", "\005vorbis books");
	PAGE(b, 4, 6, "sound of the second");
}

/* The first page has it at 7 whatever comes: the headers of a FLAC stream are not counted. */
static void
ogg_flac(struct bytes *b, unsigned sound, bool tagged)
{
	PAGE(b, 2, 5, "\177FLAC and thirty bytes more about the samples of it ......");
	if (tagged)
		PAGE(b, 0, 5, "\004 tags", "\006 picture");
	PAGE(b, 0, 5, "\204 last");
	PAGE(b, 4, 5, sound == 1 ? "\377\370 frame" : "\377\370 other frame", "\377\370 next");
}

/* Nothing but headers, and sizes of nonsense. */
static void
without(void)
{
	static struct bytes b;
	uint8_t h[32] = { 0 };
	static const uint8_t untouched[32];

#define NONE(text)                                                                                           \
	b.len = 0;                                                                                           \
	PUT(&b, text);                                                                                       \
	CHECK(!hash(&b, h) && memcmp(h, untouched, 32) == 0)
	NONE("");
	NONE("fLaC");
	NONE("fLaC\x80\0\0\x22");
	NONE("fLaC\0\0\0\0\0\0\0\0\0\0\0\0");
	NONE("RIFF\x24\0\0\0WAVEfmt "
	     "\x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\x7f");
	NONE("MPCK");
	NONE("Extended Module: some song that has its title amid the instruments, so there is no hash");
	b.len = 0;
	PAGE(&b, 2, 5, "\001vorbis with what is needed to know what it is, and then some more");
	CHECK(!hash(&b, h));
#undef NONE
}

int
main(void)
{
	static const struct {
		const char *name;
		make *f;
	} all[] = { { "mpeg", mpeg }, { "lyrics3 1", lyrics_of_old }, { "adts", adts }, { "flac", flac },
		{ "flac without md5", flac_without_md5 }, { "mp4", mp4 }, { "wave", wave }, { "aiff", aiff },
		{ "dsf", dsf }, { "dff", dff }, { "ape", ape }, { "wavpack", wavpack }, { "tta", tta },
		{ "musepack 7", musepack7 }, { "musepack 8", musepack8 }, { "asf", asf },
		{ "matroska", matroska }, { "ogg", ogg }, { "ogg flac", ogg_flac } };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		check(all[i].name, all[i].f);
	without();
	return unit_end("media-payload");
}
