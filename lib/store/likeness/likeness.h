/*
 * likeness.h - the tracks that are most like another, and why
 *
 * What two tracks have in common is weighed reason by reason; lib-search(1) tells
 * the weights.  Rare values say more than common ones.  Year, tempo and key alone
 * never make tracks alike (tempo and key together do): they only tell
 * which of the others is nearest.
 *
 * Never listed are the track itself, what is of its recording, and another tagger's copy
 * of it; the same goes for two of the list.  Of an artist it holds LIKENESS_ARTIST
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

/* At most LIKENESS_MAX, the likest first, malloced; among: only these ids, sorted, or NULL.
 * ERR_NOTFOUND "there is no track 12". */
enum err_code likeness_find(struct db *db, int64_t id, const int64_t *among, size_t namong,
    struct likeness **list, size_t *n, struct err *e);

/* Append the reasons of a likeness as people read them, the weightiest first: "genre 52 % (Bebop), year 8 %
 * (1959)". */
enum err_code likeness_text(
    struct db *db, int64_t id, const struct likeness *l, struct buf *out, struct err *e);

/* The same as a member "similar" of an object: to, score, reasons (each with reason, share, values). */
enum err_code likeness_json(
    struct db *db, int64_t id, const struct likeness *l, struct buf *out, struct err *e);

#endif
