/* SPDX-License-Identifier: MIT */
/*
 * mix.h - playlists in harmonic order, and one transition explained
 *
 * What a transition costs says text/mix.h.
 */
#ifndef STORE_PLAYLIST_MIX_H
#define STORE_PLAYLIST_MIX_H

#include "store/playlist/playlist.h"
#include "text/mix.h"

/* Put the entries in an order in which neighbours fit by key and tempo.  What has neither comes behind those
 * that have, what is missing last, each as they were.  start: the track to begin with, or 0; ERR_NOTFOUND
 * where it is not in the playlist. */
enum err_code playlist_mix(
    struct db *db, int64_t id, int64_t start, struct playlist_change *c, struct err *e);

/* What is known of a track for mixing.  ERR_NOTFOUND "there is no track 12". */
struct mix_tags {
	int64_t track;
	double bpm;                /* 0: unknown */
	bool bpm_heard, key_heard; /* they are lib-analyze's, not the tags' */
	struct mix_song song;
};
enum err_code mix_tags_load(struct db *db, int64_t track, struct mix_tags *t, struct err *e);

/* How b is brought to a. */
struct mix_transition {
	bool timed, keyed;         /* is the tempo known of both, the key? */
	double factor;             /* of b's speed */
	double beats;              /* how many beats of b come to one of a: 1, 2, 0.5, ... */
	double semitones;          /* that b sounds higher when its pitch is not held */
	struct music_key sounds;   /* ... in this key, about */
	int steps, sounding_steps; /* on the wheel, with the pitch held and not */
	int shift;                 /* semitones by which b, its pitch held, goes together with a */
	double cost;
};
void mix_explain(const struct mix_tags *a, const struct mix_tags *b, struct mix_transition *t);

/* Append it as lines of text, or as {"v":1,"type":"mix",...} without a newline. */
void mix_text(const struct mix_tags *a, const struct mix_tags *b, char end, struct buf *out);
void mix_json(const struct mix_tags *a, const struct mix_tags *b, struct buf *out);

#endif
