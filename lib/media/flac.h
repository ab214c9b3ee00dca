/*
 * flac.h - the metadata of a FLAC file that concerns its audio
 */
#ifndef MEDIA_FLAC_H
#define MEDIA_FLAC_H

#include <stdbool.h>
#include <stdint.h>

#include "media/sniff.h"

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

#endif
