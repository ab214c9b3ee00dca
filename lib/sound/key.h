/* SPDX-License-Identifier: MIT */
/*
 * key.h - in which key, and how far from concert pitch
 *
 * Peaks of the spectrum are notes: their distance from the nearest semitone of A = 440 Hz, averaged round the
 * circle, is the tuning; by it they are sorted into the 12 pitch classes.  These sums are
 * compared with what is typical of each of the 24 keys: two profiles together, Temperley's for
 * composed music ("The Cognition of Basic Musical Structures", 2001) and Faraldo's for what is produced
 * in studios ("Multi-profile key estimation", 2017), since neither does well with the other's music.
 */
#ifndef SOUND_KEY_H
#define SOUND_KEY_H

#include <stdbool.h>

#include "base/err.h"

enum { KEY_RATE = 22050, KEY_FRAME = 16384, KEY_HOP = 8192, KEY_CLASSES = 12 };

struct key;

enum err_code key_new(struct key **k, struct err *e);
void key_free(struct key *k); /* NULL is allowed */

/* The squared magnitudes of the next frame of KEY_FRAME samples; after ten minutes the rest is ignored. */
void key_add(struct key *k, const float *power);

struct key_found {
	int pitch; /* 0 = C; -1: nothing sounds like notes */
	bool minor;
	double confidence;         /* 0 to 1: how far ahead of the next best */
	double tuning;             /* in hundredths of a semitone above A = 440 Hz, -50 to 50 */
	double class[KEY_CLASSES]; /* what sounded, from C on; the sum is 1 */
};
void key_find(const struct key *k, struct key_found *found);

#endif
