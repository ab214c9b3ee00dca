/* SPDX-License-Identifier: MIT */
/*
 * sound.h - what a decoded file sounds like, as the sound worker tells it
 *
 * Plain data: filled in by lib/sound in its sandbox, checked by sound_read() where it
 * comes out of it, kept by store/sound.  Each kind of analysis has a version; a higher one in a newer
 * release means that what is kept is to be found out again.
 */
#ifndef WORKER_SOUND_H
#define WORKER_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The numbers stand in the database and on the wire: only append. */
enum sound_kind {
	SOUND_BPM,
	SOUND_KEY,
	SOUND_LOUDNESS,
	SOUND_FINGERPRINT,
	SOUND_FEATURES,
	SOUND_CHECK,
	SOUND_KINDS
};
enum { SOUND_ALL = (1 << SOUND_KINDS) - 1 };

struct sound_info {
	const char *name; /* as --only takes it */
	int version;
};
extern const struct sound_info sound_infos[SOUND_KINDS];

/* What to listen to. */
struct sound_task {
	uint32_t kinds; /* bits of 1 << kind */
	uint32_t reserved;
	int64_t start_ms, length_ms; /* a part of the file; length 0: to its end */
};

enum {
	SOUND_BLOCKS = 1000,    /* a tenth of a LU each, from -70 LUFS on */
	SOUND_PRINT_MAX = 1024, /* of 120 seconds */
	SOUND_VECTOR = 24,      /* sound/timbre.h says what they are */
	SOUND_TEXT = 160
};

struct sound {
	uint32_t kinds; /* what was found out of what was asked for */
	uint32_t nprint;
	int64_t duration_ms; /* that was decoded */
	/* tempo: 0 where there is no beat */
	double bpm, bpm_confidence, bpm_other;
	/* key: pitch 0 = C, -1 where there is none */
	double key_confidence, tuning; /* of a semitone the hundredths above A = 440 Hz */
	int32_t pitch, minor;
	/* loudness: has_loudness 0 where all of it is silent.  Peaks are linear, range in LU. */
	int32_t has_loudness, reserved;
	double lufs, range, true_peak;
	uint32_t block[SOUND_BLOCKS]; /* how many of the overlapping 400 ms were so loud: for albums */
	uint32_t print[SOUND_PRINT_MAX];
	float vector[SOUND_VECTOR];
	char damage[SOUND_TEXT]; /* what is wrong with it, or "" */
};

/* A struct sound out of the bytes of an answer; ERR_FORMAT where they are none. */
enum err_code sound_read(struct sound *s, const void *bytes, size_t len, struct err *e);

/* The kind of that name, or SOUND_KINDS. */
enum sound_kind sound_kind_find(const char *name, size_t len);

/* Loudness of several pieces together as EBU R 128 has it, from their blocks: false where all is silent. */
bool sound_gated(const uint32_t *block, double *lufs);

#endif
