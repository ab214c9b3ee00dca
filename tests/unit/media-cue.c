/* SPDX-License-Identifier: MIT */
/* media-cue - cue sheets, lyrics and old encodings, as the media worker reads them */
#include "text/charset.h"
#include "media/text/cue.h"
#include "media/text/lrc.h"
#include "unit.h"

static struct record r;
static struct err e;

static enum err_code
cue(const char *text)
{
	record_free(&r);
	e = (struct err){ 0 };
	return cue_parse(&r, text, strlen(text), &e);
}

static enum err_code
lrc(const char *text)
{
	record_free(&r);
	e = (struct err){ 0 };
	return lrc_parse(&r, text, strlen(text), &e);
}

static const char *
free_tag(const struct record *of, const char *name)
{
	for (size_t i = 0; i < of->nvalues; i++)
		if (of->values[i].name != NULL && strcmp(of->values[i].name, name) == 0)
			return of->values[i].value;
	return "";
}

#define IS(part, field, want)                                                                                \
	CHECK(record_get(part, field) != NULL && strcmp(record_get(part, field), want) == 0)

#define TRACK(n, at) "TRACK " n " AUDIO\nINDEX 01 " at "\n"

static void
a_sheet(void)
{
	CHECK(cue("\xef\xbb\xbfREM GENRE Post-Rock\r\nREM DATE 1997\r\nREM DISCNUMBER 2\r\nREM ripped by "
		  "hand\r\n"
		  "CATALOG 0724354260629\r\nPERFORMER \"Sigur Rós\"\r\nTITLE \"Von\"\r\n"
		  "FILE \"a b.wav\" WAVE\r\n  TRACK 01 AUDIO\r\n    TITLE \"Hún \"Jörð\" ...\"\r\n"
		  "    ISRC GBAYE0601498\r\n    INDEX 01 00:00:00\r\n"
		  "  track 02 audio\r\n    Title \"Dögun\r\n    PERFORMER Björk  \r\n    SONGWRITER \"X\"\r\n"
		  "    INDEX 00 00:09:00\r\n    INDEX 01 123:10:37\r\n    INDEX 02 124:00:00") == ERR_NONE);
	CHECK(r.nparts == 2);
	if (r.nparts != 2)
		return;
	IS(&r.parts[0], F_TITLE, "Hún \"Jörð\" ...");
	IS(&r.parts[0], F_ARTIST, "Sigur Rós");
	IS(&r.parts[0], F_ALBUMARTIST, "Sigur Rós");
	IS(&r.parts[0], F_ALBUM, "Von");
	IS(&r.parts[0], F_GENRE, "Post-Rock");
	IS(&r.parts[0], F_DATE, "1997");
	IS(&r.parts[0], F_DISC, "2");
	IS(&r.parts[0], F_TRACK, "1");
	IS(&r.parts[0], F_BARCODE, "0724354260629");
	IS(&r.parts[0], F_ISRC, "GBAYE0601498");
	CHECK(strcmp(free_tag(&r.parts[0], RECORD_FILE), "a b.wav") == 0);
	CHECK(strcmp(free_tag(&r.parts[0], "ripped"), "") == 0);
	CHECK(r.parts[0].start_ms == 0 && r.parts[0].duration_ms == r.parts[1].start_ms);
	IS(&r.parts[1], F_TITLE, "Dögun");
	IS(&r.parts[1], F_ARTIST, "Björk");
	IS(&r.parts[1], F_COMPOSER, "X");
	CHECK(record_get(&r.parts[1], F_ISRC) == NULL);
	CHECK(r.parts[1].start_ms == (123 * 60 + 10) * 1000 + 37 * 1000 / 75 && r.parts[1].duration_ms == 0);
}

/* What is wrong with a value is said of the sheet, once; its parts stay such that they can be sent. */
static void
a_bad_barcode(void)
{
	struct buf out = { 0 };
	struct record back = { 0 };

	CHECK(cue("CATALOG 07~24\nFILE a.wav WAVE\n" TRACK("01", "00:00:00") TRACK("02", "03:00:00")) ==
	    ERR_NONE);
	CHECK(r.nparts == 2 && r.nnotes == 1);
	CHECK(record_note(&r, &e, "%.4s and \xc2\x85\xff\n", "Jó́n") == ERR_NONE);
	CHECK(strcmp(r.notes[1], "Jó? and ???\n") == 0);
	CHECK(record_encode(&r, true, &out, &e) == ERR_NONE);
	CHECK(
	    record_decode(&back, out.data, out.len, &e) == ERR_NONE && back.nparts == 2 && back.nnotes == 2);
	record_free(&back);
	buf_free(&out);
}

static void
files_and_data_tracks(void)
{
	CHECK(cue("FILE a.wav WAVE\n" TRACK("01", "00:00:00")
		      TRACK("02", "01:00:00") "FILE \"b.wav WAVE\n" TRACK("03", "00:00:00")) == ERR_NONE);
	CHECK(r.nparts == 3 && r.parts[1].duration_ms == 0 && r.parts[0].duration_ms == 60000);
	CHECK(strcmp(free_tag(&r.parts[1], RECORD_FILE), "a.wav") == 0);
	/* a track begins in the FILE of its INDEX 01, not of its gap */
	CHECK(cue("FILE a.wav WAVE\n" TRACK("01", "00:00:00") "TRACK 02 AUDIO\nINDEX 00 00:50:00\n"
							      "FILE b.wav WAVE\nINDEX 01 00:00:00") ==
	    ERR_NONE);
	CHECK(r.nparts == 2 && strcmp(free_tag(&r.parts[1], RECORD_FILE), "b.wav") == 0);
	CHECK(r.parts[1].start_ms == 0);
	CHECK(cue("FILE x BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n" TRACK("02", "10:00:00")) ==
	    ERR_NONE);
	CHECK(r.nparts == 1);
	IS(&r.parts[0], F_TRACK, "2");
	CHECK(cue("FILE \"\x01 a\x02\" WAVE\n" TRACK("01", "00:00:00")) == ERR_NONE);
	CHECK(strcmp(free_tag(&r.parts[0], RECORD_FILE), "a") == 0);
	CHECK(cue("CATALOG 0000000000000\nFILE x WAVE\n" TRACK("01", "00:00:00") "ISRC 000000000000") ==
	    ERR_NONE);
	CHECK(record_get(&r.parts[0], F_BARCODE) == NULL && record_get(&r.parts[0], F_ISRC) == NULL);
	CHECK(free_tag(&r.parts[0], "isrc")[0] == '\0');
}

static void
no_sheets(void)
{
	CHECK(cue("") == ERR_FORMAT && strcmp(e.msg, "is no cue sheet") == 0);
	CHECK(cue("hello\nworld\n") == ERR_FORMAT && r.nparts == 0);
	CHECK(cue("FILE x WAVE\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00") == ERR_FORMAT &&
	    strcmp(e.msg, "has no audio track") == 0);
	CHECK(cue("FILE x WAVE\nTRACK 01 AUDIO\n" TRACK("02", "00:00:00")) == ERR_FORMAT &&
	    strcmp(e.msg, "track 1 has no INDEX 01") == 0 && r.nparts == 0);
	CHECK(cue("TRACK 01 AUDIO\nINDEX 01 99:99") == ERR_FORMAT);
	CHECK(cue("TRACK 01 AUDIO\nINDEX 01 9999999:00:00") == ERR_FORMAT);
}

static void
too_many_tracks(void)
{
	struct buf text = { 0 };

	for (int i = 0; i <= RECORD_PARTS_MAX; i++)
		buf_printf(&text, "TRACK %d AUDIO\nINDEX 01 %d:00:00\n", i, i);
	CHECK(cue(text.data) == ERR_FORMAT && r.nparts == 0);
	buf_clear(&text);
	/* one long line of the album, told to every track */
	buf_puts(&text, "REM COMMENT ");
	for (int i = 0; i < 4000; i++)
		buf_putc(&text, 'x');
	for (int n = 0; n < 20; n++) {
		buf_printf(&text, "\nREM A%02d ", n);
		for (int i = 0; i < 4000; i++)
			buf_putc(&text, 'x');
	}
	for (int i = 0; i < 999; i++)
		buf_printf(&text, "\nTRACK %d AUDIO\nINDEX 01 %d:00:00\n", i, i);
	CHECK(cue(text.data) == ERR_FORMAT && strcmp(e.msg, "holds more text than is kept") == 0);
	buf_free(&text);
}

/* The same text in an encoding: what comes of it, and what it was taken for. */
static void
decodes(const char *bytes, const char *encoding, const char *text)
{
	struct buf out = { 0 };
	const char *found = charset_decode(&out, bytes, strlen(bytes));

	CHECK(strcmp(found, encoding) == 0);
	CHECK(out.data != NULL && strcmp(out.data, text) == 0);
	buf_free(&out);
}

static void
encodings(void)
{
	struct buf out = { 0 };

	decodes("TITLE \"D\xf6gun\"", "Windows-1252", "TITLE \"Dögun\"");
	decodes("Don\x92t \x93Stop\x94 \x85", "Windows-1252", "Don’t “Stop” …");
	decodes("M\xd6TLEY CR\xdc"
		"E \xc4\xd6\xdc",
	    "Windows-1252", "MÖTLEY CRÜE ÄÖÜ");
	decodes("\xe9t\xe9 \xe0 Paris", "Windows-1252", "été à Paris");
	decodes("\x97\xf6\x82\xcc\x82\xa4\x82\xbd \"\x83\x7b\x83\x4a\"", "Shift-JIS", "恋のうた \"ボカ\"");
	decodes("\xcd\xf5\xb7\xc6 \"\xd4\xa2\xd1\xd4\"", "GBK", "王菲 \"寓言\"");
	decodes("\xef\xbb\xbf"
		"D\xc3\xb6gun",
	    "UTF-8", "Dögun");
	CHECK(strcmp(charset_decode(&out,
			 "\xff\xfe"
			 "D\0\xf6\0g\0\x3d\xd8\x00\xde",
			 12),
		  "UTF-16") == 0);
	CHECK(strcmp(out.data, "Dög😀") == 0);
	buf_clear(&out);
	CHECK(strcmp(charset_decode(&out, "\0T\0R\0A\0C\0K\0 \0\xf6", 14), "UTF-16") == 0);
	CHECK(strcmp(out.data, "TRACK ö") == 0);
	buf_clear(&out);
	charset_decode(&out, "\xff\xfe\x00\xd8", 4); /* half a pair */
	CHECK(strcmp(out.data, "\xef\xbf\xbd") == 0);
	buf_clear(&out);
	charset_decode(&out, "a\0b", 3);
	CHECK(strcmp(out.data, "ab") == 0);
	buf_free(&out);
}

static void
lyrics(void)
{
	CHECK(lrc("[ti:Hoppípolla]\n[ar: Sigur Rós ]\n[by:x]\n[offset:+500]\nprose\n[00:12.00]Brosandi\n"
		  "[00:20.5][00:05]Hendumst í hringi\r\n[00:00.10]Ó\n\n"
		  "[01:02.345]<01:02.345>Höldumst <01:03:00>í hendur\n") == ERR_NONE);
	IS(&r, F_TITLE, "Hoppípolla");
	IS(&r, F_ARTIST, "Sigur Rós");
	CHECK(record_get(&r, F_ALBUM) == NULL);
	IS(&r, F_LYRICS, "Ó\nHendumst í hringi\nBrosandi\nHendumst í hringi\nHöldumst í hendur");
	CHECK(
	    strcmp(free_tag(&r, "syncedlyrics"),
		"[00:00.00]Ó\n[00:04.50]Hendumst í hringi\n[00:11.50]Brosandi\n[00:20.00]Hendumst í hringi\n"
		"[01:01.84]<01:01.84>Höldumst <01:02.50>í hendur") == 0);
	CHECK(lrc("one\n\n  two\n") == ERR_NONE);
	IS(&r, F_LYRICS, "one\n\ntwo");
	CHECK(free_tag(&r, "syncedlyrics")[0] == '\0');
	CHECK(
	    lrc("[Chorus: all]\n[x]\n") == ERR_NONE); /* the first is a name and a text, the second a line */
	IS(&r, F_LYRICS, "[x]");
	CHECK(lrc("[00:01.00]\n[00:02.00] \n") == ERR_FORMAT && r.nvalues == 0);
	CHECK(lrc("") == ERR_FORMAT);
	CHECK(lrc("[ti:x]\n[offset:99999999999999999999]") == ERR_FORMAT);
}

int
main(void)
{
	a_sheet();
	a_bad_barcode();
	files_and_data_tracks();
	no_sheets();
	too_many_tracks();
	encodings();
	lyrics();
	record_free(&r);
	return unit_end("media-cue");
}
