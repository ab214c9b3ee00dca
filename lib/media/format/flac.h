/* SPDX-License-Identifier: MIT */
/*
 * flac.h - the metadata of a FLAC file that concerns its audio, and its frames by their heads and checksums
 */
#ifndef MEDIA_FORMAT_FLAC_H
#define MEDIA_FORMAT_FLAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/sniff/sniff.h"

struct flac {
	int64_t frames;        /* where they begin; at most the file's size */
	int64_t block;         /* samples of a frame, where they all have the same */
	int64_t largest;       /* bytes of the largest frame, 0 = unknown */
	int64_t rate, samples; /* of one channel, 0 = unknown */
	unsigned char form[4]; /* rate, channels and depth as they are stored */
	unsigned char md5[16]; /* of the samples; zeros = unknown */
};

/* False where the metadata has no STREAMINFO in front, or no end. */
bool flac_open(int fd, const struct sniffed *s, struct flac *f);

enum { FLAC_FRAME_MIN = 9, FLAC_HEAD_MAX = 16 };

/* A frame by its head: the first of its samples, and the one behind its last. */
struct flac_head {
	int64_t start, end;
};

/* False where p is no head of a frame of this stream with a right checksum. */
bool flac_head(const struct flac *f, const unsigned char *p, size_t len, struct flac_head *h);

/* Read all frames up to the byte `end`: true where each follows the one before and has the checksum that it
 * should.  *bad is the sample where one begins that has not, or that is missing, in front of whole ones; -1
 * where none was found. */
bool flac_frames(int fd, const struct flac *f, int64_t end, int64_t *bad);

#endif
