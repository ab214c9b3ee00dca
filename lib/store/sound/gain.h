/* SPDX-License-Identifier: MIT */
/*
 * gain.h - ReplayGain 2 of what lib-analyze measured: to -18 LUFS, for a track and for its album
 */
#ifndef STORE_SOUND_GAIN_H
#define STORE_SOUND_GAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct sound_gain {
	bool track, album;             /* known?  An album's is where it is of all its tracks. */
	double track_gain, album_gain; /* dB */
	double track_peak, album_peak; /* linear */
};

/* Of a track's preferred file, and of those of its release; nothing is known where it was not measured, or
 * is nothing but silence. */
enum err_code sound_gain(struct db *db, int64_t track, struct sound_gain *g, struct err *e);

#endif
