/* SPDX-License-Identifier: MIT */
/* media-damage - files that lost their end are told from whole ones, whatever stands behind them */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "media/damage/damage.h"
#include "unit.h"

static const char *fixtures = "tests/fixtures/audio";

/* The damage of the first len bytes of data with `more` behind them. */
static const char *
damage(const unsigned char *data, size_t len, const char *more, size_t more_len)
{
	static struct sniffed s;
	int fd = memfd_create("file", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || write(fd, more, more_len) != (ssize_t)more_len)
		exit(1);
	sniff(fd, &s);
	if (s.type == SNIFF_NONE)
		snprintf(s.damage, sizeof s.damage, "no audio");
	else
		damage_find(fd, &s);
	close(fd);
	return s.damage;
}

static size_t
load(const char *name, unsigned char *data, size_t size)
{
	char path[5000];
	FILE *f;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", fixtures, name);
	f = fopen(path, "re");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, size, f);
	fclose(f);
	return len;
}

/* Cut: how many bytes at the end, tags included, may be lost without a trace (-1: all). */
static void
fixture(const char *name, const char *words, long silent)
{
	static unsigned char data[1 << 16];
	size_t len = load(name, data, sizeof data);
	static const char tag[128] = "TAG";
	const char *got;

	got = damage(data, len, "", 0);
	unit_checks++;
	if (*got != '\0') {
		fprintf(stderr, "%s: %s\n", name, got);
		unit_failures++;
	}
	got = damage(data, len, tag, sizeof tag);
	unit_checks++;
	if (*got != '\0') {
		fprintf(stderr, "%s with ID3v1: %s\n", name, got);
		unit_failures++;
	}
	for (size_t cut = 1; silent >= 0 && cut < len / 3; cut += cut < 64 ? 1 : 61) {
		got = damage(data, len - cut, "", 0);
		unit_checks++;
		if ((long)cut > silent && strstr(got, words) == NULL) {
			fprintf(stderr, "%s without its last %zu bytes: \"%s\"\n", name, cut, got);
			unit_failures++;
			break;
		}
	}
}

/* A stream without a header tells only of a frame that is cut in two. */
static void
adts(void)
{
	static unsigned char data[1 << 16];
	size_t len = load("plain.aac", data, sizeof data);

	CHECK(strcmp(damage(data, len - 10, "", 0), "its end is missing: 10 bytes") == 0);
}

/* Where the metadata of a FLAC file ends. */
static size_t
flac_frames_at(const unsigned char *data)
{
	size_t at = 4;

	for (bool last = false; !last;) {
		last = (data[at] & 0x80) != 0;
		at += 4 + ((size_t)data[at + 1] << 16 | (size_t)data[at + 2] << 8 | data[at + 3]);
	}
	return at;
}

/* A byte that is another one, wherever it stands, and frames that are not there, show. */
static void
flac_in_its_middle(const char *name)
{
	static unsigned char data[1 << 16], less[1 << 16];
	size_t len = load(name, data, sizeof data), begin = flac_frames_at(data), quiet = 0;

	for (size_t i = begin; i < len; i += 7) {
		data[i] ^= 0x20;
		quiet += *damage(data, len, "", 0) == '\0';
		data[i] ^= 0x20;
	}
	/* in the last frame a sum may be right by chance a few bytes before its end, and junk behind it */
	CHECK(len > begin + 1000 && quiet <= 1);
	quiet = 0;
	for (size_t n = 1; n < (len - begin) / 3; n += 101) {
		memcpy(less, data, begin + 900);
		memcpy(less + begin + 900, data + begin + 900 + n, len - begin - 900 - n);
		quiet += *damage(less, len - n, "", 0) == '\0';
	}
	CHECK(quiet == 0);
	CHECK(*damage(data, len, "", 0) == '\0');
}

/* Bytes that say more than there is, and those that say nothing. */
static void
made(void)
{
#define IS(bytes, words)                                                                                     \
	CHECK(strcmp(damage((const unsigned char *)bytes, sizeof bytes - 1, "", 0), words) == 0)
	IS("fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x40\xf0\0\0\x10\0"
	   "0123456789abcdef",
	    "its audio is missing");
	IS("fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x40\xf0\0\0\0\0"
	   "0123456789abcdef",
	    "");
	IS("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0ab",
	    "its end is missing: 2 bytes");
	/* writers that could not go back */
	IS("RIFF\x24\0\0\0WAVEfmt "
	   "\x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\xff"
	   "ab",
	    "");
	IS("MPCKSH\x04.AP\x05..SE\x03", "");
	IS("MPCKSH\x04.AP\x05..", "its end is missing: no packet ends the stream");
	IS("MPCKSH\x04.AP\x25..", "its end is missing: 32 bytes");
	IS("MPCKSH\x04.AP\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
	    "its end is missing: no packet ends the stream");
#undef IS
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		fixtures = argv[1];
	fixture("all-is-full-of-love.flac", "its end is missing: it has", 0);
	fixture("hoppipolla.flac", "its end is missing: it has", 0);
	flac_in_its_middle("hoppipolla.flac");
	flac_in_its_middle("all-is-full-of-love.flac");
	fixture("all-i-need.ogg", "its end is missing", 0);
	fixture("hoppipolla.opus", "its end is missing", 0);
	fixture("spoken.spx", "its end is missing", 0);
	fixture("glosoli.oga", "its end is missing", 0);
	fixture("put-my-love-into-you.m4a", "its end is missing", 0);
	fixture("untagged.wav", "its end is missing", 0);
	fixture("plain.aac", "", -1);
	fixture("teardrop.wma", "its end is missing", 0);
	fixture("roygbiv.tta", "its end is missing", 0);
	fixture("not-up-to-you.mp3", "its end is missing: it has", 0);
	/* behind their sound stand tags */
	fixture("first-love.aiff", "its end is missing", 400);
	fixture("roads.wv", "its end is missing", 400);
	fixture("love-will-tear-us-apart.mp3", "its end is missing", 128);
	fixture("gruppa-krovi.wav", "", -1);
	fixture("computer-love.m4a", "", -1);
	adts();
	made();
	return unit_end("media-damage");
}
