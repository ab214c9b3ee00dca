/* SPDX-License-Identifier: MIT */
/*
 * sound.h - what is known of how files sound: what is still to be found out, and keeping what was
 *
 *	sound_todo(db, &wish, &jobs, &n, &e);
 *	... decode them, in any order ...
 *	sound_keep(db, results, m, &e);
 *
 * A result belongs to the audio, whatever its tags and its name (table sound), so two files of one audio
 * are one job.  What it says of tempo and key goes on to the tracks of these files, where searches,
 * mixes and lists use it when no tag tells.
 */
#ifndef STORE_SOUND_SOUND_H
#define STORE_SOUND_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "worker/sound.h"

/* In SQL, of the table track as t: does its tempo, its key come from what was heard? */
#define TRACK_BPM_HEARD "(t.sound_bpm IS NOT NULL AND (t.bpm IS NULL OR t.sound_first))"
#define TRACK_KEY_HEARD "(t.sound_key IS NOT NULL AND (t.key IS NULL OR t.sound_first))"

struct sound_wish {
	uint32_t kinds;        /* bits of 1 << kind */
	bool again;            /* also what is known */
	const int64_t *tracks; /* NULL: all */
	size_t ntracks;
};

struct sound_job {
	int64_t track, size, duration_ms; /* of the first file that has this sound */
	int64_t item, session;            /* of one that is staged (staged.h), else 0 */
	uint8_t sha256[32];               /* its blob */
	char suffix[8];
	uint8_t hash[32]; /* with start and length of the task what the result is kept under */
	struct sound_task task;
};

/* Until the library is closed nobody else analyses: ERR_BUSY where somebody does. */
enum err_code sound_lock(struct db *db, struct err *e);

/* What of the wish is to be done, malloced: files in state ok, in the order in which they came. */
enum err_code sound_todo(
    struct db *db, const struct sound_wish *wish, struct sound_job **jobs, size_t *n, struct err *e);

/* Its blob, or its staged file, for reading, below the library's folder; -1 with *e filled in. */
int sound_open(int library, const struct sound_job *job, struct err *e);

struct sound_result {
	struct sound_job job;
	struct sound sound;
	struct err failed; /* its code is ERR_NONE where the sound was heard */
};

/* In one transaction. A failure is kept as well, so that it is not tried for ever. */
enum err_code sound_keep(struct db *db, const struct sound_result *results, size_t n, struct err *e);

/* Append whose it is, and what was found, as members of a JSON object. */
void sound_job_json(const struct sound_job *j, struct buf *out);
void sound_json(const struct sound_result *r, struct buf *out);

/* From now on these tracks (NULL: all) take what was found before what their tags say, or not any more;
 * *changed: how many did so before otherwise. */
enum err_code sound_prefer(
    struct db *db, bool sound, const int64_t *tracks, size_t n, int64_t *changed, struct err *e);

/* How many sounds there are, and of how many something of `kinds` is not known or of an older version. */
struct sound_count {
	int64_t sounds, waiting, failed, damaged;
};
enum err_code sound_counts(struct db *db, struct sound_count *c, struct err *e);

#endif
