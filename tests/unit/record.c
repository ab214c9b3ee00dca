/* SPDX-License-Identifier: MIT */
/* record - the wire form of what the media worker found */
#include "unit.h"
#include "worker/record.h"

static void
fill(struct record *r)
{
	struct err e = { 0 };
	struct record_cover c = { .kind = "front", .mime = "image/png", .len = 5 };

	memcpy(r->format, "mpeg", 5);
	memcpy(r->codec, "mp3", 4);
	memcpy(r->suffix, "mp3", 4);
	r->duration_ms = 215000;
	r->samplerate = 44100;
	r->channels = 2;
	r->damaged = true;
	r->has_audio = true;
	memcpy(r->audio, "0123456789abcdef0123456789abcdef", 32);
	CHECK(record_add(r, F_TITLE, NULL, "Jóga", &e) == ERR_NONE);
	CHECK(record_add(r, F_GENRE, NULL, "Electronic", &e) == ERR_NONE);
	CHECK(record_add(r, F_NONE, "shelf", "B7\nsecond line", &e) == ERR_NONE);
	CHECK(record_add(r, F_GENRE, NULL, "Pop", &e) == ERR_NONE);
	CHECK(record_add(r, F_COMMENT, NULL, "", &e) == ERR_NONE);
	CHECK(record_note(r, &e, "the tag %s was cut", "LYRICS") == ERR_NONE);
	c.data = malloc(c.len);
	memcpy(c.data, "\x89PNG\0", 5);
	c.text = strdup("the sleeve");
	CHECK(record_add_cover(r, &c, &e) == ERR_NONE);
	CHECK(c.data == NULL && c.text == NULL);
}

static void
round_trip(void)
{
	struct record r = { 0 }, back = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };

	fill(&r);
	CHECK(record_encode(&r, true, &out, &e) == ERR_NONE);
	CHECK(record_decode(&back, out.data, out.len, &e) == ERR_NONE);
	CHECK(strcmp(back.format, "mpeg") == 0 && strcmp(back.codec, "mp3") == 0 &&
	    strcmp(back.suffix, "mp3") == 0);
	CHECK(back.duration_ms == 215000 && back.samplerate == 44100 && back.channels == 2 &&
	    back.bitrate == 0);
	CHECK(back.damaged);
	CHECK(back.has_audio && memcmp(back.audio, "0123456789abcdef0123456789abcdef", 32) == 0);
	CHECK(back.nvalues == 5 && back.ncovers == 1 && back.nnotes == 1);
	CHECK(strcmp(record_get(&back, F_TITLE), "Jóga") == 0);
	CHECK(strcmp(record_get(&back, F_GENRE), "Electronic") == 0);
	CHECK(record_get(&back, F_ALBUM) == NULL);
	CHECK(back.values[2].field == F_NONE && strcmp(back.values[2].name, "shelf") == 0);
	CHECK(back.covers[0].len == 5 && memcmp(back.covers[0].data, "\x89PNG\0", 5) == 0);
	CHECK(strcmp(back.covers[0].kind, "front") == 0 && strcmp(back.covers[0].text, "the sleeve") == 0);
	record_free(&back);
	buf_clear(&out);
	CHECK(record_encode(&r, false, &out, &e) == ERR_NONE);
	CHECK(record_decode(&back, out.data, out.len, &e) == ERR_NONE);
	CHECK(back.ncovers == 0 && back.nvalues == 5);
	record_free(&back);
	record_free(&r);
	CHECK(r.values == NULL && r.format[0] == '\0');
	buf_free(&out);
}

/* Every truncation that does not fall between two entries is refused, and reads no byte behind the end: each
 * prefix lies in memory of its own size. */
static void
truncations(void)
{
	struct record r = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };
	int accepted = 0;

	fill(&r);
	CHECK(record_encode(&r, true, &out, &e) == ERR_NONE);
	for (size_t len = 0; len < out.len; len++) {
		struct record back = { 0 };
		char *copy = malloc(len > 0 ? len : 1);

		memcpy(copy, out.data, len);
		e = (struct err){ 0 };
		if (record_decode(&back, copy, len, &e) == ERR_NONE)
			accepted++;
		else
			CHECK(e.code == ERR_FORMAT && back.nvalues == 0 && back.values == NULL);
		record_free(&back);
		free(copy);
	}
	CHECK(accepted == 15); /* after the mark, and after each of the 15 entries but the last */
	record_free(&r);
	buf_free(&out);
}

static void
hostile(void)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} cases[] = {
#define BYTES(what, text) { what, text, sizeof text - 1 }
		BYTES("nothing", ""),
		BYTES("another mark", "FMR2"),
		BYTES("length of 4 GiB", "FMR1\x06\x05\0\xff\xff\xff\xfftitle"),
		BYTES("name past the end", "FMR1\x06\xff\xff\0\0\0\0title"),
		BYTES("unknown kind", "FMR1\x0b\0\0\0\0\0\0"),
		BYTES("short audio", "FMR1\x0a\0\0\x01\0\0\0x"),
		BYTES("kind 0", "FMR1\0\0\0\0\0\0\0"),
		BYTES("unknown field", "FMR1\x06\x05\0\x01\0\0\0titlax"),
		BYTES("an alias", "FMR1\x06\x04\0\x01\0\0\0namex"),
		BYTES("field without a name", "FMR1\x06\0\0\x01\0\0\0x"),
		BYTES("free tag without a name", "FMR1\x07\0\0\x01\0\0\0x"),
		BYTES("note with a name", "FMR1\x09\x01\0\x01\0\0\0xx"),
		BYTES("NUL in a value", "FMR1\x06\x05\0\x01\0\0\0title\0"),
		BYTES("control byte", "FMR1\x06\x05\0\x01\0\0\0title\x1b"),
		BYTES("C1 control", "FMR1\x06\x05\0\x02\0\0\0title\xc2\x9b"),
		BYTES("not UTF-8", "FMR1\x06\x05\0\x01\0\0\0title\xff"),
		BYTES("format of 12 bytes", "FMR1\x01\0\0\x0c\0\0\0mpegmpegmpeg"),
		BYTES("two formats", "FMR1\x01\0\0\x01\0\0\0x\x01\0\0\x01\0\0\0x"),
		BYTES("negative number", "FMR1\x05\x08\0\x08\0\0\0channels\xff\xff\xff\xff\xff\xff\xff\xff"),
		BYTES("short number", "FMR1\x05\x08\0\x01\0\0\0channels\x02"),
		BYTES("number of no property", "FMR1\x05\x05\0\x08\0\0\0track\x01\0\0\0\0\0\0\0"),
		BYTES("cover without bytes", "FMR1\x08\0\0\x0d\0\0\0front\0a/b\0txt\0"),
		BYTES("cover without strings", "FMR1\x08\0\0\x04\0\0\0aaaa"),
		BYTES("cover of a long kind", "FMR1\x08\0\0\x17\0\0\0aaaaaaaaaaaaaaaa\0a/b\0\0x"),
#undef BYTES
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct record r = { 0 };
		struct err e = { 0 };

		if (record_decode(&r, cases[i].bytes, cases[i].len, &e) != ERR_FORMAT) {
			fprintf(stderr, "accepted: %s\n", cases[i].what);
			unit_failures++;
		}
		record_free(&r);
	}
}

static void
set(void)
{
	struct record r = { 0 };
	struct err e = { 0 };

	for (int i = 0; i < 9; i++)
		CHECK(record_add(&r, i % 2 ? F_GENRE : F_COMPOSER, NULL, i % 2 ? "a" : "b", &e) == ERR_NONE);
	CHECK(record_set(&r, F_GENRE, "c", &e) == ERR_NONE);
	CHECK(r.nvalues == 6 && strcmp(record_get(&r, F_GENRE), "c") == 0);
	CHECK(record_set(&r, F_COMPOSER, record_get(&r, F_COMPOSER), &e) == ERR_NONE);
	CHECK(r.nvalues == 2 && strcmp(record_get(&r, F_COMPOSER), "b") == 0);
	CHECK(record_set(&r, F_GENRE, NULL, &e) == ERR_NONE);
	CHECK(r.nvalues == 1 && record_get(&r, F_GENRE) == NULL);
	for (int i = 0; i < 9; i++)
		CHECK(record_add(&r, F_MOOD, NULL, "m", &e) == ERR_NONE);
	CHECK(r.nvalues == 10);
	record_free(&r);
}

static void
put(struct record *to, enum field f, const char *name, const char *value)
{
	struct err e = { 0 };

	CHECK(record_add(to, f, name, value, &e) == ERR_NONE);
}

/* Is it that value; NULL: is there none? */
static bool
has(const struct record *r, enum field f, const char *value)
{
	const char *found = record_get(r, f);

	return value == NULL ? found == NULL : found != NULL && strcmp(found, value) == 0;
}

static void
parts(void)
{
	struct record r = { .format = "flac", .duration_ms = 60000 }, back = { 0 }, whole = { 0 };
	struct record one = { .duration_ms = 20000 }, two = { .start_ms = 20000, .duration_ms = 40000 };
	struct buf out = { 0 };
	struct err e = { 0 };

	put(&r, F_TITLE, NULL, "the file");
	put(&r, F_ALBUM, NULL, "album");
	put(&r, F_ARTIST, NULL, "A");
	put(&r, F_ARTISTS, NULL, "A");
	put(&r, F_ISRC, NULL, "USRC17607839");
	put(&r, F_LABEL, NULL, "label");
	put(&r, F_NONE, "cuesheet", "TRACK 01");
	put(&r, F_NONE, "shelf", "B7");
	put(&one, F_TITLE, NULL, "first");
	put(&two, F_ARTIST, NULL, "B");
	put(&two, F_ALBUM, NULL, "other");
	put(&two, F_NONE, "shelf", "C1");
	CHECK(record_add_part(&r, &one, &e) == ERR_NONE && one.values == NULL);
	CHECK(record_add_part(&r, &two, &e) == ERR_NONE);
	CHECK(record_encode(&r, true, &out, &e) == ERR_NONE);
	CHECK(record_decode(&back, out.data, out.len, &e) == ERR_NONE);
	CHECK(back.nparts == 2 && back.parts[1].start_ms == 20000 && back.parts[1].duration_ms == 40000);
	CHECK(record_of_part(&back, 1, &whole, &e) == ERR_NONE);
	CHECK(whole.part == 1 && whole.start_ms == 0 && whole.duration_ms == 20000);
	CHECK(strcmp(whole.format, "flac") == 0 && whole.nparts == 0);
	CHECK(has(&whole, F_TITLE, "first") && has(&whole, F_ALBUM, "album") && has(&whole, F_ARTIST, "A"));
	CHECK(has(&whole, F_ARTISTS, "A") && has(&whole, F_LABEL, "label") && has(&whole, F_ISRC, NULL));
	CHECK(whole.nvalues == 6); /* the free tag shelf, and not the sheet */
	record_free(&whole);
	CHECK(record_of_part(&back, 2, &whole, &e) == ERR_NONE);
	CHECK(has(&whole, F_TITLE, NULL) && has(&whole, F_ALBUM, "other") && has(&whole, F_ARTIST, "B"));
	CHECK(has(&whole, F_ARTISTS, NULL)); /* the file's are those of another artist */
	CHECK(whole.nvalues == 4 && whole.start_ms == 20000);
	record_free(&whole);
	record_free(&back);
	/* parts have no parts, and no pictures */
	CHECK(record_add_part(&back, &r, &e) == ERR_NONE && r.nparts == 0);
	buf_clear(&out);
	CHECK(record_encode(&back, true, &out, &e) == ERR_NONE);
	CHECK(record_decode(&r, out.data, out.len, &e) == ERR_FORMAT && r.nparts == 0);
	record_free(&back);
	buf_free(&out);
}

int
main(void)
{
	round_trip();
	truncations();
	parts();
	hostile();
	set();
	return unit_end("record");
}
