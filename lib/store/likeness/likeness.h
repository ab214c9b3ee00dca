/* SPDX-License-Identifier: MIT */
/*
 * likeness.h - the tracks that are most like another, or like those of a list, and why
 *
 * What tracks have in common is weighed reason by reason; lib-search(1) tells
 * the weights.  Of a list each value counts by how many of its tracks have it.  Rare values say more than
 * common ones.  Year, tempo and key alone never make tracks alike (tempo and key together do): they only tell
 * which of the others is nearest.
 *
 * Never listed are the tracks themselves, what is of their recordings, and another tagger's copy
 * of them; the same goes for two of the list.  Of an artist it holds LIKENESS_ARTIST
 * tracks at most, of a release LIKENESS_RELEASE; where it is asked for certain tracks the others of those
 * come behind.
 *
 * A library of up to POOL_MAX tracks (priv.h) is compared whole.  In a larger one the
 * candidates come from the indexes: what shares an artist, a playlist, a label, a genre, the
 * rare before the common, and of a value that very many have a sample that is spread over
 * the library.  So the time does not grow with the library.
 */
#ifndef STORE_LIKENESS_LIKENESS_H
#define STORE_LIKENESS_LIKENESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* The first ones are sets of values that both tracks have. */
enum like_reason {
	LIKE_ARTISTS,
	LIKE_PEOPLE, /* composers, lyricists, conductors, performers, remixers */
	LIKE_GENRE,
	LIKE_TAGS, /* mood, grouping, language, free tags */
	LIKE_LABEL,
	LIKE_WORK,
	LIKE_PLAYLISTS,
	LIKE_SETS,
	LIKE_PLAYS = LIKE_SETS, /* heard within half an hour of each other */
	LIKE_SOUND,             /* as lib-analyze heard it */
	LIKE_YEAR,
	LIKE_TEMPO,
	LIKE_KEY,
	LIKE_REASONS
};

enum { LIKENESS_MAX = 100, LIKENESS_ARTIST = 3, LIKENESS_RELEASE = 2 };

struct likeness {
	int64_t id;
	double score;               /* 0 to 1: of all that is known of the track, how much agrees */
	double share[LIKE_REASONS]; /* of the score, 0 to 1 */
};

/* What others are compared with: a track, or several.  Of more than LIKENESS_SAMPLE so many are looked at,
 * from all over the list. */
enum { LIKENESS_SAMPLE = 64 };
struct likeness_to {
	const int64_t *id;
	size_t n;
	int64_t playlist; /* that they are, or 0: that others are not in it says nothing */
	const char *name; /* as likeness_json() tells of them, or NULL: their ids */
};

/* At most LIKENESS_MAX, the likest first, malloced; among: only these ids, sorted, or NULL.
 * ERR_NOTFOUND "there is no track 12". */
enum err_code likeness_find(struct db *db, const struct likeness_to *to, const int64_t *among, size_t namong,
    struct likeness **list, size_t *n, struct err *e);

/* Those that are looked at, in their order; how many. */
size_t likeness_sample(const struct likeness_to *to, int64_t id[LIKENESS_SAMPLE]);

/* Append the reasons of a likeness as people read them, the weightiest first: "genre 52 % (Bebop), year 8 %
 * (1959)". */
enum err_code likeness_text(
    struct db *db, const struct likeness_to *to, const struct likeness *l, struct buf *out, struct err *e);

/* The same as a member "similar" of an object: to, score, reasons (each with reason, share, values). */
enum err_code likeness_json(
    struct db *db, const struct likeness_to *to, const struct likeness *l, struct buf *out, struct err *e);

#endif
