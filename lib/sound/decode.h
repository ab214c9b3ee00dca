/* SPDX-License-Identifier: MIT */
/*
 * decode.h - the samples of a file, by libavformat and libavcodec
 *
 * The file is a descriptor and nothing else: no name is opened, no address asked.  Only the containers and
 * codecs of music are let in.  Samples come as interleaved floats at the rate and in the channels that the
 * stream begins with; what changes on the way is brought to these.
 */
#ifndef SOUND_DECODE_H
#define SOUND_DECODE_H

#include <stdint.h>

#include "base/err.h"

struct decoder;

/* From start_ms on, length_ms of it; 0: to the end. . */
enum err_code decoder_open(struct decoder **d, int fd, int64_t start_ms, int64_t length_ms, struct err *e);
void decoder_close(struct decoder *d); /* NULL is allowed */

int decoder_rate(const struct decoder *d);
int decoder_channels(const struct decoder *d);

/* The next samples: 1, 0 at the end, or -1.  They stay until the next call. */
int decoder_next(struct decoder *d, const float **samples, int *frames, struct err *e);

/* After the end: what is wrong with the file, or "". */
const char *decoder_damage(struct decoder *d);

#endif
