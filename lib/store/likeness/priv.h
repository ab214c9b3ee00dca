/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of lib/store/likeness share: a profile of tracks, candidates, their pool
 */
#ifndef STORE_LIKENESS_PRIV_H
#define STORE_LIKENESS_PRIV_H

#include <stdbool.h>

#include "store/likeness/likeness.h"
#include "store/sound/near.h"
#include "store/sql.h"
#include "text/harmony.h"

enum {
	POOL_MAX = 4000, /* candidates */
	COPLAYS_MAX = 500,
	VALUES_MAX = 32,    /* that count, of each set */
	SPELLINGS_MAX = 128 /* rows by which others may have them: names that fold alike */
};

/* A value by which tracks are compared: the id of a row, or a hash of folded text. */
struct value {
	int64_t id;
	int name;   /* of a text's field or tag: tagname.id; else 0 */
	char *text; /* or NULL */
	int group;  /* values of one group are the same under different spellings */
};

struct value_set {
	struct value value[SPELLINGS_MAX];
	size_t n;
	int groups;
	int typical;               /* how many values one of the tracks has */
	double part[VALUES_MAX];   /* how many of the tracks have a group, as a part of those that have the
				      first */
	double weight[VALUES_MAX]; /* of a group, 0 to 1: how much it says */
	double all;                /* what a track gets that has as many values, and those that say most */
	bool counted[VALUES_MAX];  /* in the library; else its weight follows from the candidates */
};

/* Another recording that was heard beside plays of the tracks, at how many of them. */
struct coplay {
	int64_t recording, track;
	int times;
};

/* What a track, named or a candidate, is known by; and what a candidate has in common with the profile. */
struct candidate {
	int64_t id, recording, release;
	bool removed;
	int year; /* 0: unknown */
	double bpm;
	bool keyed;
	struct music_key key;
	uint32_t shared[LIKE_SETS]; /* bit n: group n */
	uint16_t others[LIKE_SETS]; /* values that only the candidate has */
	double score;
	double share[LIKE_REASONS];
};

/* Reads a track's row into a zeroed c: 1, 0 where it is gone, -1. */
int candidate_row(struct db *db, int64_t id, struct candidate *c, struct err *e);

/* Telling words, folded; never NULL. */
struct song {
	char *title, *artist;
};
enum err_code song_load(struct db *db, int64_t id, struct song *s, struct err *e);
void song_free(struct song *s);

/* The tracks that others are compared with: each of them is looked at, or a sample. */
struct profile {
	int64_t playlist;
	int64_t library; /* how many tracks there are, about */
	struct candidate track[LIKENESS_SAMPLE];
	size_t n;
	int64_t *recording; /* of all that are named, sorted */
	struct song *song;  /* by title */
	size_t nown;
	struct value_set set[LIKE_SETS];
	double best[LIKE_REASONS];         /* of year, tempo and key: what a track has that fits best */
	struct coplay coplay[COPLAYS_MAX]; /* by recording */
	size_t ncoplays;
	int plays;               /* that were looked at */
	struct sound_near *near; /* all tracks whose sound is known, by id; none where their own is not */
	size_t nnear;
};

/* Fills in a zeroed p, which is to be released in any case. */
enum err_code profile_load(struct db *db, const struct likeness_to *to, struct profile *p, struct err *e);
void profile_free(struct profile *p);

/* Is a recording among those of the tracks that are named?  And their songs of such a title. */
bool profile_has(const struct profile *p, int64_t recording);
const struct song *profile_songs(const struct profile *p, const char *title, size_t *n);

/* What a year, tempo or key that fits best would get: score.c. */
void profile_settle(struct profile *p);

/* Call each for the values of a track in a set; text is NULL for rows, and valid until it returns. */
typedef enum err_code on_value(void *context, int64_t id, int name, const char *text, struct err *e);
enum err_code values_each(
    struct db *db, enum like_reason set, int64_t track, on_value *each, void *context, struct err *e);

/* What was heard together with them, and how often a recording was. */
enum err_code coplays_load(struct db *db, struct profile *p, struct err *e);
int coplays_of(const struct profile *p, int64_t recording);

/* Tracks that may be like it. */
struct pool {
	int64_t *id;
	size_t n;
	uint32_t *slot; /* a hash table of places + 1 */
	const int64_t *among;
	size_t namong;
	bool whole; /* it holds all there is, so that values can be weighed, asked for or not */
};

/* among: sorted ids to choose from, or NULL; borrowed.  What is not among them is not added, unless `whole`.
 */
enum err_code like_pool_make(struct pool *p, const int64_t *among, size_t namong, struct err *e);
void like_pool_add(struct pool *p, int64_t id);
void like_pool_free(struct pool *p);

/* Fill an empty pool. */
enum err_code like_gather(
    struct db *db, struct profile *p, const int64_t *among, size_t namong, struct pool *pool, struct err *e);
bool like_is_asked(const struct pool *p, int64_t id);

/* An expression for the index of words that finds a text's tracks; false where it does not know that field.
 */
bool value_words(const struct value *v, struct buf *match, struct err *e);

/* The weights of the values that an index can count; then of the others, by how many candidates have them. */
enum err_code like_weigh(struct db *db, struct profile *p, struct err *e);
void like_weigh_rest(struct profile *p, const struct candidate *list, size_t n);

/* The candidates of the pool that are alike at all, malloced, the likest first. */
enum err_code candidates_score(struct db *db, struct profile *p, const struct pool *pool,
    struct candidate **list, size_t *n, struct err *e);

#endif
