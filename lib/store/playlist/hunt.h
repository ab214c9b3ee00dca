/* SPDX-License-Identifier: MIT */
/*
 * hunt.h - entries without a track, and the files that may be theirs; private to hunt.c, sought.c and liken.c
 */
#ifndef STORE_PLAYLIST_HUNT_H
#define STORE_PLAYLIST_HUNT_H

#include "store/playlist/import.h"
#include "store/playlist/priv.h"

/* An entry that is looked for, with the best that was found so far. */
struct sought {
	int64_t entry, duration_ms, start_ms, recording;
	char *path; /* with slashes, or NULL */
	char *mbid;
	int64_t score, track;
	enum playlist_how how;
	bool tie;
};

/* What an entry is known by, hashed: the stem of its file, a title, a recording. */
enum clue_kind { CLUE_STEM = 1, CLUE_TITLE, CLUE_MBID, CLUE_RECORDING };
struct clue {
	uint64_t hash;
	size_t sought;
	char *artist; /* of a title: folded; NULL: unknown */
};

struct hunt {
	struct db *db;
	struct sought *v;
	size_t n, cap;
	struct clue *clue;
	size_t nclues, clue_cap;
	struct buf key, other; /* scratch */
	struct err *e;
};

/* A file that may be somebody's. */
struct candidate {
	const char *path;
	int64_t track, duration_ms, start_ms, recording, part;
	const char *title, *artist, *mbid;
};

/* sought.c: the entries whose track is not known or (gone) was removed, of one playlist or (0) of all, with
 * their clues by hash. */
enum err_code hunt_read(struct hunt *h, int64_t playlist, bool gone);

/* liken.c: a file, and the entries that it may be. */
void hunt_try(struct hunt *h, const struct candidate *c);

/* What both go by: a clue's hash; the length of a name without its suffix; a piece of a path as it folds
 * (what is all signs stays). */
uint64_t hunt_hash(enum clue_kind kind, const char *text, size_t len);
size_t hunt_stem(const char *name);
void hunt_fold(struct hunt *h, struct buf *out, const char *s, size_t len);

#endif
