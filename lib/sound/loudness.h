/* SPDX-License-Identifier: MIT */
/*
 * loudness.h - EBU R 128: how loud, how much it varies, and its highest peak, by libebur128 and sound/peak.h
 */
#ifndef SOUND_LOUDNESS_H
#define SOUND_LOUDNESS_H

#include "base/err.h"
#include "worker/sound.h"

enum { LOUDNESS_LEAST = 4000 }; /* Hz; at less the filters of R 128 do not exist, so there is none */

struct loudness;

enum err_code loudness_new(struct loudness **l, int rate, int channels, struct err *e);
void loudness_free(struct loudness *l); /* NULL is allowed */
enum err_code loudness_add(struct loudness *l, const float *samples, int frames, struct err *e);

/* Fills in has_loudness, lufs, range, true_peak and block. */
enum err_code loudness_find(struct loudness *l, struct sound *s, struct err *e);

#endif
