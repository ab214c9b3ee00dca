/* SPDX-License-Identifier: MIT */
/*
 * near.h - which tracks sound like others
 *
 * The vectors of all sounds (sound/timbre.h) in small: each number less its mean, by its deviation over the
 * library, in sixteenths, one byte.  100,000 tracks are 3 MB, and compared in a few milliseconds.
 */
#ifndef STORE_SOUND_NEAR_H
#define STORE_SOUND_NEAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "worker/sound.h"

/* As it lies in table sound_near. */
enum { NEAR_UNIT = 16 };
struct packed_sound {
	int64_t track;
	int8_t v[SOUND_VECTOR];
};

struct sound_near {
	int64_t track;
	float apart; /* the mean square of the 24 differences, in deviations: 0 the same, about 2 by chance */
};

/* In the transaction that keeps a vector: what sound_near() reads is not what is known any more. */
enum err_code sound_outdate(struct db *db, struct err *e);

/* Where it is so, make what sound_near() reads of what is known now: at the end of an analysis.  What was
 * heard more than 400 days ago of audio that the catalogue does not know any more is forgotten. */
enum err_code sound_pack(struct db *db, struct err *e);

/* All tracks whose sound is known, by id, malloced; none where that of these n is not.  What several tracks
 * sound like is grouped, into NEAR_GROUPS at most: others are as far as from the middle of the nearest group,
 * and farther where it is a small one. */
enum { NEAR_GROUPS = 8 };
enum err_code sound_near(
    struct db *db, const int64_t *tracks, size_t ntracks, struct sound_near **list, size_t *n, struct err *e);

#endif
