/* SPDX-License-Identifier: MIT */
/*
 * fingerprint.h - what makes a recording known again in another encoding: libchromaprint's of its first 120 s
 */
#ifndef SOUND_FINGERPRINT_H
#define SOUND_FINGERPRINT_H

#include "base/err.h"
#include "worker/sound.h"

enum { FINGERPRINT_LEAST = 1000 }; /* Hz; what has no more has no fingerprint */

struct fingerprint;

enum err_code fingerprint_new(struct fingerprint **f, int rate, int channels, struct err *e);
void fingerprint_free(struct fingerprint *f); /* NULL is allowed */
enum err_code fingerprint_add(struct fingerprint *f, const float *samples, int frames, struct err *e);

/* Fills in print and nprint. */
enum err_code fingerprint_find(struct fingerprint *f, struct sound *s, struct err *e);

#endif
