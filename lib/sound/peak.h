/* SPDX-License-Identifier: MIT */
/*
 * peak.h - the highest point that the sound reaches between its samples
 *
 * As EBU R 128 asks: sampled four times as densely (twice from 96 kHz on, not at all from 192 kHz on), by a
 * sinc under a Hann window over twelve samples.  Blocks that cannot get higher than what was reached are
 * left out, which changes nothing: no sum of samples is more than their highest times the filter's
 * absolute sum.
 */
#ifndef SOUND_PEAK_H
#define SOUND_PEAK_H

#include "base/err.h"

struct peak;

enum err_code peak_new(struct peak **p, int rate, int channels, struct err *e);
void peak_free(struct peak *p); /* NULL is allowed */
void peak_add(struct peak *p, const float *samples, int frames);

/* After the last samples; linear. */
double peak_find(struct peak *p);

#endif
