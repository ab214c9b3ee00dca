/* SPDX-License-Identifier: MIT */
/*
 * sniff.h - what kind of file is this?  Told by its bytes, never by its name
 *
 * Reads a few KB with pread, whatever the size of the file, and follows at
 * most a bounded number of chunks.
 */
#ifndef MEDIA_SNIFF_SNIFF_H
#define MEDIA_SNIFF_SNIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/record.h"

enum sniff_type {
	SNIFF_NONE, /* no audio that we know */
	SNIFF_MPEG,
	SNIFF_ADTS,
	SNIFF_FLAC,
	SNIFF_VORBIS,
	SNIFF_OPUS,
	SNIFF_SPEEX,
	SNIFF_OGGFLAC,
	SNIFF_MP4,
	SNIFF_WAV,
	SNIFF_AIFF,
	SNIFF_ASF,
	SNIFF_APE,
	SNIFF_WAVPACK,
	SNIFF_MUSEPACK,
	SNIFF_TTA,
	SNIFF_DSF,
	SNIFF_DFF,
	SNIFF_MATROSKA,
	SNIFF_IT,
	SNIFF_S3M,
	SNIFF_XM,
	SNIFF_MOD
};

struct sniffed {
	enum sniff_type type;
	int64_t size;   /* of the file */
	int64_t start;  /* where the format begins, behind ID3v2 tags */
	char codec[16]; /* "" where the container does not tell it here */
	char suffix[8]; /* where it differs from the format's usual one, else "" */
	int64_t audio; /* where the sound begins, and its length, where it lies in one piece: MPEG and ADTS */
	int64_t sound; /* (to the tags at the end, length 0), WAVE, AIFF, DSF, DFF; else 0 */
	unsigned char about[16]; /* what its chunks say of sound in such a piece: rate, channels, depth */
	int64_t id3;             /* of an ID3v2 tag elsewhere than in front (DSF, DFF), or 0 */
	int64_t rate; /* Hz, duration_ms, channels and bits: only where the walk met them, else 0 */
	int64_t duration_ms;
	int64_t channels;
	int64_t bits;
	int64_t bitrate;
	bool whole;      /* all of its audio was read and has the checksums that it should: FLAC */
	char damage[96]; /* what of the audio is missing, as damage.h tells it, or "" */
};

/* Look at fd, whose offset is not moved. */
void sniff(int fd, struct sniffed *s);

/* format, codec and suffix of *r from s, which is not SNIFF_NONE. */
void sniff_fill(const struct sniffed *s, struct record *r);

/* Parts of sniff(), by container; each sets what it learns in *s, and type to SNIFF_NONE where it is no
 * audio. */
void sniff_mpeg(int fd, struct sniffed *s);
void sniff_mp4(int fd, struct sniffed *s);
void sniff_riff(int fd, struct sniffed *s); /* WAVE, AIFF, DFF */
void sniff_asf(int fd, struct sniffed *s);
void sniff_ogg(int fd, struct sniffed *s);
void sniff_matroska(int fd, struct sniffed *s);
void sniff_wavpack(int fd, struct sniffed *s);

#endif
