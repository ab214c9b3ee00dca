/* SPDX-License-Identifier: MIT */
/* media-value - texts of tags in their normal form */

#include <sys/mman.h>

#include "media/tag/gain.h"
#include "media/tag/rating.h"
#include "media/tag/value.h"
#include "unit.h"

static void
check(const char *what, bool (*normal)(const char *, char *), const char *in, const char *want)
{
	char out[VALUE_TEXT] = "";
	bool ok = normal(in, out);

	unit_checks++;
	if (ok != (want != NULL) || (ok && strcmp(out, want) != 0)) {
		fprintf(stderr, "%s \"%s\": got %s, want %s\n", what, in, ok ? out : "nothing",
		    want != NULL ? want : "nothing");
		unit_failures++;
	}
}

static void
number(const char *in, bool ok, long n, long total)
{
	long got = -1, of = -1;

	unit_checks++;
	if (value_number(in, &got, &of) != ok || (ok && (got != n || of != total))) {
		fprintf(stderr, "number \"%s\": got %ld of %ld\n", in, got, of);
		unit_failures++;
	}
}

static void
clean(const char *in, const char *want)
{
	struct buf b = { 0 };

	value_clean(&b, in);
	unit_checks++;
	if (b.failed || strcmp(b.data != NULL ? b.data : "", want) != 0) {
		fprintf(stderr, "clean: got \"%s\", want \"%s\"\n", b.data, want);
		unit_failures++;
	}
	buf_free(&b);
}

static void
genre(const char *in, const char *want)
{
	char all[256] = "", one[64];

	while (value_genre(&in, one, sizeof one)) {
		strcat(all, one);
		strcat(all, "|");
	}
	unit_checks++;
	if (strcmp(all, want) != 0) {
		fprintf(stderr, "genre: got \"%s\", want \"%s\"\n", all, want);
		unit_failures++;
	}
}

static bool
mbid(const char *in, char *out)
{
	return value_mbid(in, strlen(in), out);
}

static void
ratings(void)
{
	static const char *const bytes[][2] = { { "0 a@b", "0" }, { "1 a@b", "20" }, { "13", "10" },
		{ "31", "20" }, { "32", "40" }, { "64", "40" }, { "95", "40" }, { "96", "60" },
		{ "128 Windows Media Player 9 Series", "60" }, { "160", "80" }, { "196", "80" },
		{ "186", "70" }, { "224", "100" }, { "242", "90" }, { "255", "100" },
		{ "51 quodlibet@lists.sacredchao.net", "20" }, { "204 quodlibet@x", "80" }, { "256", NULL },
		{ "", NULL }, { "x", NULL } };
	static const char *const any[][2] = { { "0.8", "80" }, { "0,5", "50" }, { "1.0", "100" },
		{ "1", "20" }, { "3.5", "70" }, { "5", "100" }, { "6", "6" }, { "80", "80" },
		{ "100", "100" }, { "101", NULL }, { "-1", NULL }, { "five", NULL }, { "1e1", NULL },
		{ "0x10", NULL }, { "4 stars", NULL } };

	for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
		check("POPM", rating_popm, bytes[i][0], bytes[i][1]);
	for (size_t i = 0; i < sizeof any / sizeof any[0]; i++)
		check("RATING", rating_any, any[i][0], any[i][1]);
	check("FMPS_RATING", rating_part, "0.35", "35");
	check("FMPS_RATING", rating_part, "1", "100");
	check("FMPS_RATING", rating_part, "5", NULL);
	check("SharedUserRating", rating_shared, "1", "20");
	check("SharedUserRating", rating_shared, "25", "40");
	check("SharedUserRating", rating_shared, "50", "60");
	check("SharedUserRating", rating_shared, "75", "80");
	check("SharedUserRating", rating_shared, "99", "100");
}

static void
gains(void)
{
	char text[GAIN_TEXT] = "";

	CHECK(gain_word(0x2c2e, text) == GAIN_TRACK && strcmp(text, "4.6") == 0);
	CHECK(gain_word(0x4e51, text) == GAIN_ALBUM && strcmp(text, "-8.1") == 0);
	CHECK(gain_word(0, text) == GAIN_NONE && gain_word(0xffff, text) == GAIN_NONE);
	CHECK(gain_word(0x202e, text) == GAIN_NONE); /* nobody's */
	CHECK(gain_word(0x2dfe, text) == GAIN_NONE); /* of silence */
}

static bool
collect(void *context, const char *key, const char *value)
{
	snprintf((char *)context + strlen(context), 128 - strlen(context), "%s=%s ", key, value);
	return true;
}

/* Three frames of 417 bytes, the first of which says what LAME has to say. */
static void
lame(void)
{
	unsigned char bytes[3 * 417] = { 0 }, *header = bytes + 36;
	struct sniffed s;
	char got[128] = "";
	int fd = memfd_create("lame", MFD_CLOEXEC);

	for (int i = 0; i < 3; i++)
		memcpy(bytes + i * 417, "\xff\xfb\x90\x00", 4);
	memcpy(header, "Info\0\0\0\x0f", 8);
	memcpy(header + 120, "LAME3.100", 9);
	memcpy(header + 131, "\0\x40\0\0\x2e\x51\x4c\x2e", 8);
	CHECK(fd >= 0 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
	sniff(fd, &s);
	gain_of_lame(fd, &s, collect, got);
	CHECK(strcmp(got, "LAME_TRACK_GAIN=-8.1 LAME_ALBUM_GAIN=4.6 LAME_TRACK_PEAK=0.500000 ") == 0);
	close(fd);
}

int
main(void)
{
	check("date", value_date, "2001-08-27", "2001-08-27");
	check("date", value_date, "2001/8/27", "2001-08-27");
	check("date", value_date, "2001.08.27", "2001-08-27");
	check("date", value_date, "20010827", "2001-08-27");
	check("date", value_date, "27.8.2001", "2001-08-27");
	check("date", value_date, "27.13.2001", "2001");
	check("date", value_date, "27/08/2001", NULL);
	check("date", value_date, "08.2001", NULL);
	check("date", value_date, "2001-08-27T12:00:00", "2001-08-27");
	check("date", value_date, "2001-08", "2001-08");
	check("date", value_date, "2001", "2001");
	check("date", value_date, "2001-00-00", "2001");
	check("date", value_date, "2001-13-01", "2001");
	check("date", value_date, "2001-02-31", "2001-02");
	check("date", value_date, "0000", NULL);
	check("date", value_date, "Oct 3, 1995", NULL);
	check("date", value_date, "20011", NULL);
	check("year", value_year, "1995 remaster", "1995");
	check("year", value_year, "19951", NULL);
	check("year", value_year, "1999;2000", "1999");
	check("year", value_year, "Oct 3, 1995", "1995");
	check("year", value_year, "31/12/1999", "1999");
	check("year", value_year, "(P) 1995 & 1995", "1995");
	check("year", value_year, "ca. 1995 or 1996", NULL);
	check("year", value_year, "no. 0815", NULL);
	check("year", value_year, "", NULL);
	check("key", value_key, "C#m", "C#m");
	check("key", value_key, "Eb", "Eb");
	check("key", value_key, "A minor", "Am");
	check("key", value_key, "F# Major", "F#");
	check("key", value_key, "am", "Am");
	check("key", value_key, "8A", "Am");
	check("key", value_key, "08B", "C");
	check("key", value_key, "12A", "C#m");
	check("key", value_key, "1m", "Am");
	check("key", value_key, "1d", "C");
	check("key", value_key, "B\xe2\x99\xadm", "Bbm");
	check("key", value_key, "CM", "C");
	check("key", value_key, "o", "o");
	check("key", value_key, "13A", NULL);
	check("key", value_key, "H", NULL);
	check("key", value_key, "Allegro", NULL);
	check("bpm", value_bpm, "107,5", "107.5");
	check("bpm", value_bpm, "120.00", "120");
	check("bpm", value_bpm, "0", NULL);
	check("bpm", value_bpm, "fast", NULL);
	check("bpm", value_bpm, "0x10", NULL);
	check("gain", value_gain, "-7.03 dB", "-7.03");
	check("gain", value_gain, "+1.2dB", "1.20");
	check("gain", value_gain, "nan", NULL);
	check("gain", value_gain, "-7.03 volts", NULL);
	check("peak", value_peak, "0.988831", "0.988831");
	check("peak", value_peak, "1.5", "1.5");
	check("peak", value_peak, "-1", NULL);
	check("r128", value_r128, "-512", "3.00");
	check("r128", value_r128, "256", "6.00");
	check("r128", value_r128, "1.5", NULL);
	check("r128", value_r128, "40000", NULL);
	check("mbid", mbid, "F0F0F0F0-0000-4000-8000-00000000000A", "f0f0f0f0-0000-4000-8000-00000000000a");
	check("mbid", mbid, "f0f0f0f0-0000-4000-8000-00000000000", NULL);
	check("mbid", mbid, "f0f0f0f0x0000-4000-8000-000000000000", NULL);
	check("isrc", value_isrc, "gb-aaa-01-00003", "GBAAA0100003");
	check("isrc", value_isrc, "GBAAA010000", NULL);
	check("iswc", value_iswc, "T-034.524.680-1", "T-034524680-1");
	check("iswc", value_iswc, "034524680", NULL);
	check("barcode", value_barcode, "5 016958 101008", "5016958101008");
	check("barcode", value_barcode, "none", NULL);
	check("barcode", value_barcode, "5016958101009", NULL);
	check("barcode", value_barcode, "0-75678-16125-4", "075678161254");
	check("barcode", value_barcode, "96385074", "96385074");
	ratings();
	gains();
	lame();
	check("position", value_position, "a1", "A1");
	check("position", value_position, "AA2", "AA2");
	check("position", value_position, "Side A", NULL);
	number("3/12", true, 3, 12);
	number("06", true, 6, 0);
	number("3 of 12", true, 3, 12);
	number("3/", true, 3, 0);
	number("/12", true, 0, 12);
	number("A1", false, 0, 0);
	number("3x", false, 0, 0);
	number("-1", false, 0, 0);
	number("99999999999999999999", false, 0, 0);
	genre("(17)", "Rock|");
	genre("17", "Rock|");
	genre("(4)Eurodisco", "Disco|Eurodisco|");
	genre("(17)(13)", "Rock|Pop|");
	genre("(RX)", "Remix|");
	genre("((Weird) music", "(Weird) music|");
	genre("Drum & Bass", "Drum & Bass|");
	genre("(live)", "(live)|");
	clean("  a\x1b[31mb\r\nc\x7f ", "a[31mb\nc");
	clean("\xef\xbb\xbfname\xc2\x9b", "name");
	clean("bad \xff byte", "bad \xef\xbf\xbd byte");
	clean("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	return unit_end("media-value");
}
