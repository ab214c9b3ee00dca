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
 *  - else the disc and track numbers must be equal where both have a number,
 *    and the titles must say the same but for words like "remastered"; without
 *    numbers titles and artists must be equal;
 *  - the durations must be known and differ by at most two seconds, and a
 *    composer or work that both name must be the same.
 *
 * So "live", "remix", "part 2", "vol. 3" and every other word that only one of
 * them has keeps apart.
 */
#ifndef STORE_COMMIT_MATCH_H
#define STORE_COMMIT_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/record.h"

enum { MATCH_MS = 2000, MATCH_RECORDING_MS = 3000 };

/* What is compared: folded keys, "" where the piece does not tell; MBIDs in lower case. */
struct piece {
	char *title, *artist, *album, *albumartist;
	char *composer, *work;
	char *mb_albumid, *mb_trackid, *mb_releasetrackid;
	int64_t disc, track; /* 0: no number */
	int64_t duration_ms; /* 0: unknown */
};

/* Fold what a file says of itself into *p. */
enum err_code piece_of_record(struct piece *p, const struct record *r, struct err *e);
void piece_free(struct piece *p); /* release and zero */

/* Are a and b, of one release, the same place on it? */
bool match_same_place(const struct piece *a, const struct piece *b);

/* A printed artist's key without its guests: "air feat beth" -> the length of "air". */
size_t match_artist_len(const char *key);

/* What decides which of a track's files is preferred: lossless, then bit rate, then bit depth. */
struct quality {
	bool lossless;
	int64_t bitrate, bitdepth;
};
struct quality quality_of(const char *format, const char *codec, int64_t bitrate, int64_t bitdepth);
bool quality_better(const struct quality *a, const struct quality *b);

#endif
