/* SPDX-License-Identifier: MIT */
/*
 * match.h - are two pieces the same place on a release, and which file is better?
 *
 * A *conflict* is another file for the same place on the same release.
 * The rule errs on the side of keeping apart: a wrong "different" costs a
 * second track, a wrong "same" hides music behind other music.
 *
 *  - a piece without title or artist is never the same as another;
 *  - MusicBrainz ids decide where both have them: the place's own id either
 *    way, a different release or recording keeps apart;
 *  - else disc and track number, or the positions of a vinyl, must be equal where
 *    both have them, and the titles agree, keys ("in F sharp") included; where one has none, titles and
 * artists must agree.  What agrees says similar.h: "remastered", guests and a leading "the" do not count,
 * "live", "remix", "part 2" and all other words do;
 *  - without an album the titles must be equal as they are;
 *  - the durations must be known and differ by at most two seconds;
 *  - two that sound alike, where lib-analyze heard both (store/sound/twins.h), may differ in length, and in
 * title too where both have the same number;
 *  - a composer or work that both name must be the same, and so must the label
 *    where titles agree only but for some words; another label with another
 *    catalogue number is another pressing.
 *
 * What is one release is the matter of plan.h.
 */
#ifndef STORE_COMMIT_MATCH_H
#define STORE_COMMIT_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/record.h"

enum { MATCH_MS = 2000, MATCH_RECORDING_MS = 3000 };

/* What is compared: folded keys, "" where the piece does not tell; MBIDs in lower case.  told holds the
 * telling words of the title. */
struct piece {
	char *title, *told, *artist, *album, *albumartist;
	char *signs;    /* the sharps and flats of the title, which folding drops: "#b" */
	char *position; /* of a vinyl, in lower case */
	char *composer, *work;
	char *label, *catalognumber, *barcode;
	char *mb_albumid, *mb_trackid, *mb_releasetrackid;
	int64_t disc, track; /* 0: no number */
	int64_t duration_ms; /* 0: unknown */
	int64_t sound;       /* the group of its fingerprint, for the caller to set; 0: unknown */
};

/* Fold what a file says of itself into *p. */
enum err_code piece_of_record(struct piece *p, const struct record *r, struct err *e);
void piece_free(struct piece *p); /* release and zero */

/* Why two pieces are the same place. */
enum same {
	SAME_NOT,
	SAME_PLACE_ID,     /* the MusicBrainz id of the place */
	SAME_RECORDING_ID, /* that of the recording, with equal numbers or titles */
	SAME_SOUND,        /* its fingerprint, with equal numbers or titles */
	SAME_NUMBER,       /* disc, number, title, duration */
	SAME_TITLE         /* title, artist, duration */
};

/* Are a and b, of one release, the same place on it? */
enum same match_same_place(const struct piece *a, const struct piece *b);

/* "place-id", "recording-id", "sound", "number", "title"; and in words for people. */
const char *same_name(enum same why);
const char *same_words(enum same why);

/* Keys of values as pieces have them, malloced: of words, and of numbers, which are written with blanks and
 * without. */
char *match_words(const char *value);
char *match_number(const char *value);

/* The sharps and flats of a title as it is written, malloced. */
char *match_signs(const char *title);

/* Both are told and not the same. */
bool match_differ(const char *a, const char *b);

/* What decides which of a track's files is preferred: whole, then lossless, then bit rate, then bit depth. */
struct quality {
	bool lossless;
	int64_t bitrate, bitdepth;
	bool damaged; /* for the caller to set */
};
struct quality quality_of(const char *format, const char *codec, int64_t bitrate, int64_t bitdepth);
bool quality_better(const struct quality *a, const struct quality *b);

#endif
