/* SPDX-License-Identifier: MIT */
/* media-sniff - formats are told by content, and what is no audio is not taken for it */
#include <fcntl.h>
#include <sys/mman.h>

#include "media/read.h"
#include "unit.h"

/* what: "format codec suffix", or NULL where bytes are no audio. */
static void
check(const char *name, const void *bytes, size_t len, const char *what)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	struct record r = { 0 };
	struct err e = { 0 };
	char got[64] = "nothing";

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len) {
		perror(name);
		exit(1);
	}
	lseek(fd, 3, SEEK_SET);
	if (media_sniff(fd, &r, &e) == ERR_NONE)
		snprintf(got, sizeof got, "%s %s %s", r.format, r.codec, r.suffix);
	else if (e.code != ERR_NOTAUDIO)
		snprintf(got, sizeof got, "error %.40s", e.msg);
	unit_checks++;
	if (strcmp(got, what != NULL ? what : "nothing") != 0) {
		fprintf(stderr, "%s: got %s, want %s\n", name, got, what != NULL ? what : "nothing");
		unit_failures++;
	}
	if (lseek(fd, 0, SEEK_CUR) != 3) {
		fprintf(stderr, "%s: the offset moved\n", name);
		unit_failures++;
	}
	record_free(&r);
	close(fd);
}

/* n MPEG-1 layer 3 frames of 128 kbit/s, 44.1 kHz: 417 bytes each. */
static size_t
frames(unsigned char *at, int n)
{
	memset(at, 0, (size_t)n * 417);
	for (int i = 0; i < n; i++)
		memcpy(at + i * 417, "\xff\xfb\x90\x00", 4);
	return (size_t)n * 417;
}

static void
mpeg(void)
{
	static unsigned char b[100000];
	size_t n;

	check("two frames", b, frames(b, 2), "mpeg mp3 mp3");
	check("one frame", b, frames(b, 1), NULL);
	memcpy(b,
	    "ID3\x04\0\0\0\0\0\x0a"
	    "0123456789",
	    20);
	check("behind ID3v2", b, 20 + frames(b + 20, 3), "mpeg mp3 mp3");
	check("ID3v2 alone", b, 20, NULL);
	memcpy(b + 20, "fLaC", 4);
	check("FLAC behind ID3v2", b, 60, "flac flac flac");
	memset(b, 'x', 500);
	check("two frames behind junk", b, 500 + frames(b + 500, 2), NULL);
	check("four frames behind junk", b, 500 + frames(b + 500, 4), "mpeg mp3 mp3");
	n = frames(b, 3);
	b[417 + 2] = 0x94; /* another sample rate */
	check("frames that disagree", b, n, NULL);
	memset(b, 0xff, sizeof b);
	check("all ones", b, sizeof b, NULL);
	memset(b, 0, sizeof b);
	check("all zeros", b, sizeof b, NULL);
}

static void
others(void)
{
#define IS(name, bytes, what) check(name, bytes, sizeof bytes - 1, what)
	IS("nothing", "", NULL);
	IS("text", "RIFFs and other guitar words\n", NULL);
	IS("an AVI", "RIFF\x40\0\0\0AVI LIST\x10\0\0\0hdrlavih\0\0\0\0\0\0\0\0", NULL);
	IS("a WebP", "RIFF\x40\0\0\0WEBPVP8 \x10\0\0\0aaaaaaaaaaaaaaaa", NULL);
	IS("wave",
	    "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0",
	    "wav pcm wav");
	IS("wave with MP3",
	    "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x55\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0",
	    "wav mp3 wav");
	IS("APE", "MAC \x96\x0f\0\0\0\0\0\0", "ape ape ape");
	IS("WavPack", "wvpk\0\0\0\0\0\0\0\0", "wavpack wavpack wv");
#define BLOCK "wvpk\x22\0\0\0\x10\4\0\0\x44\xac\0\0\0\0\0\0\x44\xac\0\0\0\0\0\0\0\0\0\0"
	IS("WavPack with sound", BLOCK "\x07\1\0\0\x8a\1\0\0\0\0", "wavpack wavpack wv");
	IS("what corrects WavPack", BLOCK "\x07\1\0\0\x8b\1\0\0\0\0", NULL);
	IS("WavPack with both", BLOCK "\x8b\1\0\0\0\0\x0a\1\0\0", "wavpack wavpack wv");
#undef BLOCK
	IS("Musepack 8", "MPCKSH\0\0\0\0\0\0", "musepack musepack mpc");
	IS("TTA", "TTA1\x01\0\x01\0\x10\0\0\0", "tta tta tta");
	IS("MIDI", "MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0", NULL);
	IS("JPEG", "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", NULL);
	IS("PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NULL);
	IS("gzip", "\x1f\x8b\x08\0\0\0\0\0\0\x03", NULL);
	IS("Ogg of nothing known", "OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x08unknown!",
	    NULL);
	IS("an mp4 without a track",
	    "\0\0\0\x18"
	    "ftypmp42\0\0\0\0isommp42\0\0\0\x08moov",
	    NULL);
	IS("a HEIF picture",
	    "\0\0\0\x18"
	    "ftypheic\0\0\0\0mif1heic\0\0\0\x08meta",
	    NULL);
	IS("nested sizes of zero", "\0\0\0\0moov\0\0\0\0trak\0\0\0\0mdia\0\0\0\0minf", NULL);
#undef IS
}

/* Sizes and rates that no arithmetic may overflow on. */
static void
nonsense(void)
{
	unsigned char dsf[96], dff[64];

	memset(dsf, 0xff, sizeof dsf);
	memcpy(dsf, "DSD ", 4);
	memcpy(dsf + 28, "fmt ", 4);
	check("DSF of nonsense", dsf, sizeof dsf, "dsf dsd dsf");
	memset(dff, 0x7f, sizeof dff);
	memcpy(dff, "FRM8\0\0\0\0\0\0\0\60DSD ", 16);
	memcpy(dff + 16, "FS  \0\0\0\0\0\0\0\4\0\0\0\1", 16);
	memcpy(dff + 32, "CHNL\0\0\0\0\0\0\0\2\0\1", 14);
	memcpy(dff + 46, "DSD ", 4); /* its length is 0x7f7f7f7f7f7f7f7f */
	check("DFF of nonsense", dff, sizeof dff, "dff dsd dff");
}

int
main(void)
{
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct record r = { 0 };
	struct err e = { 0 };

	mpeg();
	others();
	nonsense();
	if (media_sniff(dir, &r, &e) != ERR_NOTAUDIO) {
		fprintf(stderr, "a folder was taken for audio\n");
		unit_failures++;
	}
	close(dir);
	return unit_end("media-sniff");
}
