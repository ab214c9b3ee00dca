/* SPDX-License-Identifier: MIT */
#include "media/sniff/sniff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/format/bytes.h"
#include "media/damage/damage.h"

static const struct {
	const char *format, *codec, *suffix;
} usual[] = {
	[SNIFF_NONE] = { "", "", "" },
	[SNIFF_MPEG] = { "mpeg", "mp3", "mp3" },
	[SNIFF_ADTS] = { "mpeg", "aac", "aac" },
	[SNIFF_FLAC] = { "flac", "flac", "flac" },
	[SNIFF_VORBIS] = { "ogg", "vorbis", "ogg" },
	[SNIFF_OPUS] = { "ogg", "opus", "opus" },
	[SNIFF_SPEEX] = { "ogg", "speex", "spx" },
	[SNIFF_OGGFLAC] = { "ogg", "flac", "oga" },
	[SNIFF_MP4] = { "mp4", "", "m4a" },
	[SNIFF_WAV] = { "wav", "", "wav" },
	[SNIFF_AIFF] = { "aiff", "", "aiff" },
	[SNIFF_ASF] = { "asf", "", "wma" },
	[SNIFF_APE] = { "ape", "ape", "ape" },
	[SNIFF_WAVPACK] = { "wavpack", "wavpack", "wv" },
	[SNIFF_MUSEPACK] = { "musepack", "musepack", "mpc" },
	[SNIFF_TTA] = { "tta", "tta", "tta" },
	[SNIFF_DSF] = { "dsf", "dsd", "dsf" },
	[SNIFF_DFF] = { "dff", "dsd", "dff" },
	[SNIFF_MATROSKA] = { "matroska", "", "mka" },
	[SNIFF_IT] = { "module", "it", "it" },
	[SNIFF_S3M] = { "module", "s3m", "s3m" },
	[SNIFF_XM] = { "module", "xm", "xm" },
	[SNIFF_MOD] = { "module", "mod", "mod" },
};

size_t
bytes_at(int fd, int64_t offset, void *bytes, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, (char *)bytes + got, len - got, offset + (int64_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

/* Where the ID3v2 tags in front end; 0 where there are none. */
static int64_t
behind_id3(int fd, int64_t size)
{
	int64_t at = 0;
	unsigned char h[10];

	for (int tags = 0; tags < 16 && bytes_at(fd, at, h, sizeof h) == sizeof h; tags++) {
		if (memcmp(h, "ID3", 3) != 0 || h[3] == 0xff || h[4] == 0xff ||
		    ((h[6] | h[7] | h[8] | h[9]) & 0x80))
			break;
		at += 10 + ((int64_t)h[6] << 21 | h[7] << 14 | h[8] << 7 | h[9]);
		if (h[5] & 0x10)
			at += 10;
	}
	return at < size ? at : size;
}

/* The types that their first bytes name. */
static enum sniff_type
by_magic(const unsigned char *h, size_t len)
{
	static const struct {
		unsigned char at, len;
		const char *magic;
		enum sniff_type type;
	} table[] = {
		{ 0, 4, "fLaC", SNIFF_FLAC },
		{ 0, 4, "OggS", SNIFF_VORBIS },
		{ 4, 4, "ftyp", SNIFF_MP4 },
		{ 4, 4, "moov", SNIFF_MP4 },
		{ 8, 4, "WAVE", SNIFF_WAV },
		{ 8, 4, "AIFF", SNIFF_AIFF },
		{ 8, 4, "AIFC", SNIFF_AIFF },
		{ 0, 4, "\x30\x26\xb2\x75", SNIFF_ASF },
		{ 0, 4, "MAC ", SNIFF_APE },
		{ 0, 4, "wvpk", SNIFF_WAVPACK },
		{ 0, 4, "MPCK", SNIFF_MUSEPACK },
		{ 0, 3, "MP+", SNIFF_MUSEPACK },
		{ 0, 4, "TTA1", SNIFF_TTA },
		{ 0, 4, "TTA2", SNIFF_TTA },
		{ 0, 4, "DSD ", SNIFF_DSF },
		{ 0, 4, "FRM8", SNIFF_DFF },
		{ 0, 4, "\x1a\x45\xdf\xa3", SNIFF_MATROSKA },
		{ 0, 4, "IMPM", SNIFF_IT },
		{ 0, 17, "Extended Module: ", SNIFF_XM },
		{ 44, 4, "SCRM", SNIFF_S3M },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if ((size_t)table[i].at + table[i].len > len ||
		    memcmp(h + table[i].at, table[i].magic, table[i].len) != 0)
			continue;
		if (table[i].type == SNIFF_WAV && memcmp(h, "RIFF", 4) != 0 && memcmp(h, "RF64", 4) != 0 &&
		    memcmp(h, "BW64", 4) != 0)
			continue;
		if (table[i].type == SNIFF_AIFF && memcmp(h, "FORM", 4) != 0)
			continue;
		return table[i].type;
	}
	return SNIFF_NONE;
}

/* MOD has its mark at 1080, behind 31 samples; their lengths must fit into a file of this size. */
static bool
is_mod(int fd, int64_t size)
{
	static const char marks[][5] = { "M.K.", "M!K!", "FLT4", "4CHN", "6CHN", "8CHN" };
	unsigned char mark[4];

	if (size < 1084 + 1024 || bytes_at(fd, 1080, mark, 4) != 4)
		return false;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (memcmp(mark, marks[i], 4) == 0)
			return true;
	return false;
}

static void
sniff_dsf(int fd, struct sniffed *s)
{
	unsigned char h[92] = { 0 }; /* a mark, the chunk about the sound, the head of the sound's */
	uint64_t tag, samples, sound;

	if (bytes_at(fd, s->start, h, sizeof h) < 80 || memcmp(h + 28, "fmt ", 4) != 0) {
		s->type = SNIFF_NONE;
		return;
	}
	tag = le64(h + 20);
	s->id3 = tag > 0 && tag < (uint64_t)s->size ? (int64_t)tag : 0;
	if (memcmp(h + 80, "data", 4) == 0 && le64(h + 84) > 12) {
		sound = le64(h + 84) - 12;
		s->audio = s->start + 92;
		s->sound = s->size > s->audio ? s->size - s->audio : 0;
		if (sound <= (uint64_t)s->sound)
			s->sound = (int64_t)sound;
		else if (sound < INT64_MAX)
			damage_bytes(s, (int64_t)sound - s->sound);
		memcpy(s->about, h + 52, sizeof s->about);
	}
	s->channels = le32(h + 52);
	s->rate = le32(h + 56);
	s->bits = le32(h + 60);
	samples = le64(h + 64);
	if (s->rate > 1 << 30 || s->channels > 256) /* nonsense; the rest may still be right */
		s->rate = s->channels = 0;
	s->bitrate = s->rate * s->channels;
	if (s->rate > 0 && samples < UINT64_MAX / 1000)
		s->duration_ms = (int64_t)(samples * 1000 / (uint64_t)s->rate);
}

/* What the container itself tells beyond its first bytes. */
static void
look_closer(int fd, struct sniffed *s)
{
	switch (s->type) {
	case SNIFF_VORBIS:
		sniff_ogg(fd, s);
		break;
	case SNIFF_MP4:
		sniff_mp4(fd, s);
		break;
	case SNIFF_WAV:
	case SNIFF_AIFF:
	case SNIFF_DFF:
		sniff_riff(fd, s);
		break;
	case SNIFF_ASF:
		sniff_asf(fd, s);
		break;
	case SNIFF_DSF:
		sniff_dsf(fd, s);
		break;
	case SNIFF_MATROSKA:
		sniff_matroska(fd, s);
		break;
	case SNIFF_WAVPACK:
		sniff_wavpack(fd, s);
		break;
	default:
		break;
	}
}

void
sniff(int fd, struct sniffed *s)
{
	struct stat st;
	unsigned char h[64];
	size_t len;

	*s = (struct sniffed){ 0 };
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	s->size = st.st_size;
	s->start = behind_id3(fd, s->size);
	len = bytes_at(fd, s->start, h, sizeof h);
	s->type = by_magic(h, len);
	if (s->type != SNIFF_NONE)
		look_closer(fd, s);
	else if (s->start == 0 && is_mod(fd, s->size))
		s->type = SNIFF_MOD;
	else if (len >= 4 && memcmp(h, "MThd", 4) != 0)
		sniff_mpeg(fd, s);
}

void
sniff_fill(const struct sniffed *s, struct record *r)
{
	const char *codec = s->codec[0] != '\0' ? s->codec : usual[s->type].codec;
	const char *suffix = s->suffix[0] != '\0' ? s->suffix : usual[s->type].suffix;

	snprintf(r->format, sizeof r->format, "%s", usual[s->type].format);
	snprintf(r->codec, sizeof r->codec, "%s", codec);
	snprintf(r->suffix, sizeof r->suffix, "%s", suffix);
	r->damaged = s->damage[0] != '\0';
}
