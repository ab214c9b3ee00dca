/* SPDX-License-Identifier: MIT */
/*
 * plays.h - plays taken in, once each, and matched to tracks
 *
 * Plays come one by one and are committed in batches, so that a run that is
 * killed keeps what it had and its rerun adds what is missing; the batches grow,
 * so that a long history is not a sync after the other.  A play is the
 * same as another of its listener where second, folded artist and folded title
 * are.  Another source's account of a play (near in time, see PLAYS_NEAR_S) is
 * kept and marked, and does not count.
 */
#ifndef STORE_HISTORY_PLAYS_H
#define STORE_HISTORY_PLAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/listen.h"
#include "store/db.h"
#include "store/history/imports.h"

enum {
	PLAYS_NEAR_S = 10,  /* and the precision of the coarser: another source's account of the same play */
	PLAYS_AGAIN_S = 30, /* within one source, heard for the same number of milliseconds: told twice */
	PLAYS_FIRST = 1000, /* a run's first batch; each is twice the one before, up to ... */
	PLAYS_BATCH = 16000,
	PLAYS_HELD = 1000 /* accounts that wait for the play that they are of */
};

/* Where plays come from; what the play itself tells goes before it. */
struct play_origin {
	const char *type, *name;
	struct play_import *import; /* counts them, and knows the listener */
};

struct plays;

enum err_code plays_begin(struct plays **p, struct db *db, const struct play_origin *origin, struct err *e);

/* Texts are brought to NFC, ids to their form.  Commits when a batch is full. */
enum err_code plays_add(struct plays *p, const struct listen *l, struct err *e);

/* Commit what is left; p is freed in any case. */
enum err_code plays_end(struct plays *p, struct err *e);
void plays_free(struct plays *p); /* without: what is not committed is not there */

/* Inside a transaction, once a track's rows are there: what was told and not found, or found worse, may be
 * this track.  Looks at nothing but what was told in the track's own words and ids. */
enum err_code plays_meet(struct db *db, int64_t track, struct err *e);

/* Inside a transaction, with the SQL function fold_key(text) at hand: keys of another folding are made anew.
 */
enum err_code plays_refold(struct db *db, struct err *e);

#endif
