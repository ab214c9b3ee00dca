/* SPDX-License-Identifier: MIT */
/*
 * timbre.h - the numbers by which two pieces are said to sound alike
 *
 * Means and deviations over all frames that are not silent, and what tempo and key tell.  Their scales
 * differ: whoever compares them divides each by its deviation over the library.
 *
 *	 0  1  spectral centroid, mean and deviation, in octaves     12     onsets a second
 *	 2  3  where 85 % of the power lie below, in octaves         13     how clear the beat is
 *	 4  5  flatness: the logarithm of noise against tones        14     tempo, as a place in its octave:
 *cosine 6  7  level, in dB                                          15     and sine 8  9  change from frame
 *to frame, in dB                     16-21  how much two notes 1 to 6 semitones 10     of the power below 200
 *Hz, the logarithm                     apart sound together 11     above 2000 Hz 22     minor -1, major 1, by
 *confidence 23     how evenly the 12 notes are used
 */
#ifndef SOUND_TIMBRE_H
#define SOUND_TIMBRE_H

#include "sound/key.h"
#include "sound/tempo.h"
#include "worker/sound.h"

/* Starts from { 0 }. */
struct timbre {
	double n, sum[7], square[7];
	float last;
};

/* The squared magnitudes of the next frame of TEMPO_FRAME samples. */
void timbre_add(struct timbre *t, const float *power);
void timbre_find(
    const struct timbre *t, const struct tempo_found *tempo, const struct key_found *key, struct sound *s);

#endif
