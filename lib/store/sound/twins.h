/* SPDX-License-Identifier: MIT */
/*
 * twins.h - sounds of one recording, found by their fingerprints
 *
 * Sounds of one recording have one number (sound.twin), which their tracks have as well (track.sound_group).
 */
#ifndef STORE_SOUND_TWINS_H
#define STORE_SOUND_TWINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/sound/sound.h"

/* Inside a transaction: the fingerprint of a sound was kept.  Index it, find those of the same recording, and
 * make one group of them. */
enum err_code twins_find(struct db *db, int64_t sound, const uint32_t *print, size_t n, struct err *e);

/* Is the fingerprint that is kept of a sound in the index, with no other number?  1, 0, -1; and put it there,
 * inside a transaction. */
int twins_indexed(struct db *db, int64_t sound, struct err *e);
enum err_code twins_index(struct db *db, int64_t sound, struct err *e);

/* The group of the sound that a job names: 0 where its fingerprint is not known. */
enum err_code twins_group(struct db *db, const struct sound_job *sound, int64_t *group, struct err *e);

/* A line for each track that is not alone in its group, a group after the other, its best file first. */
struct twins_sum {
	int64_t groups, drops, bytes; /* what could go, and how large it is */
};
enum err_code twins_list(struct db *db, bool json, char end, void (*line)(void *context, struct buf *line),
    void *context, struct twins_sum *sum, struct err *e);

#endif
