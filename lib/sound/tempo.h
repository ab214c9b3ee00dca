/* SPDX-License-Identifier: MIT */
/*
 * tempo.h - how many beats a minute
 *
 * The sound's loudness in 24 bands is watched for increases (spectral flux of logarithms, as in Klapuri's
 * "Sound onset detection by applying psychoacoustic knowledge", 1999); how much these
 * resemble themselves some time later (their autocorrelation) tells the beat.  Of the
 * tempi that explain it well the one is taken that people would tap, by a log-normal preference around
 * 120 (after Parncutt, 1994, and Ellis, "Beat tracking by dynamic programming", 2007); then longer and
 * longer distances, up to some 100 beats, make it exact.  A tempo is taken to be constant.
 */
#ifndef SOUND_TEMPO_H
#define SOUND_TEMPO_H

#include "base/err.h"

enum { TEMPO_RATE = 22050, TEMPO_FRAME = 1024, TEMPO_HOP = 256 };

struct tempo;

enum err_code tempo_new(struct tempo **t, struct err *e);
void tempo_free(struct tempo *t); /* NULL is allowed */

/* The squared magnitudes of the next frame of TEMPO_FRAME samples; after ten minutes the rest is ignored. */
void tempo_add(struct tempo *t, const float *power);

struct tempo_found {
	double bpm;        /* 0: there is no beat, or less than 5 seconds of sound */
	double confidence; /* 0 to 1: how much of what happens happens in this time */
	double other;      /* its half or its double, whichever is as good nearly */
	double onsets;     /* increases that stand out, a second */
};
enum err_code tempo_find(struct tempo *t, struct tempo_found *found, struct err *e);

#endif
