/* SPDX-License-Identifier: MIT */
/*
 * mix.h - what it costs to go from one song to another, and the best order of many
 *
 * A transition from A to B costs
 *
 *  - 3 for each semitone by which B sounds higher or lower when it is played at A's tempo, the half or
 *    the double of it (a semitone is 6 %), at most 10; 2 where a tempo is unknown;
 *  - 1 for each step on the Camelot wheel (text/harmony.h) between A's key and the key that B then sounds
 *    in; a little out of tune counts little, half a semitone as the mean of both keys; 2 where a key is
 * unknown;
 *  - 20 where both are one recording.
 *
 * It is the same from B to A.
 */
#ifndef TEXT_MIX_H
#define TEXT_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/harmony.h"

struct mix_song {
	int64_t recording;
	bool timed, keyed; /* are tempo and key known? */
	double semitones;  /* of the tempo above 120, folded: mix_tempo() */
	struct music_key key;
};

/* Set the tempo; not above 0: unknown. */
void mix_tempo(struct mix_song *s, double bpm);

double mix_cost(const struct mix_song *a, const struct mix_song *b);

/* Fill in order with 0 .. n - 1, so that the sum of the transitions is small (text/tour.h).  Songs of which
 * neither tempo nor key is known come last, as they are; the order of the others depends on nothing but them.
 * first: which to begin with, or n.  More than
 * MIX_MAX songs are put in order by their tempo and then mixed in runs of so many. */
enum { MIX_MAX = 10000 };
enum err_code mix_order(const struct mix_song *songs, size_t n, size_t first, uint32_t *order, struct err *e);

#endif
