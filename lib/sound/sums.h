/* SPDX-License-Identifier: MIT */
/*
 * sums.h - is what comes out of a FLAC decoder what once went into the encoder?
 *
 * The head of a FLAC stream holds the MD5 of all samples, unless the encoder left it out.
 */
#ifndef SOUND_SUMS_H
#define SOUND_SUMS_H

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sums;

/* From the stream's head, as libavformat hands it over; *s stays NULL where it has no sum. */
enum err_code sums_new(struct sums **s, const uint8_t *head, size_t len, struct err *e);
void sums_free(struct sums *s); /* NULL is allowed, here and below: then all is right */

void sums_add(struct sums *s, const AVFrame *f);

/* After the last one; frames: how many samples of each channel there were. */
bool sums_right(struct sums *s, int64_t frames);

#endif
