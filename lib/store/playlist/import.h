/* SPDX-License-Identifier: MIT */
/*
 * import.h - a playlist made of what a file says, and the tracks that it is about
 *
 * What the file says is kept with each entry, whether a track is found for it or not.
 * It is looked for by its path, as it is and without links; by its path as it
 * folds (case, accents, punctuation, without the suffix); by the longest common end of
 * the paths, at least the file's name; by its recording's MBID; by artist and title, at most 3 s apart in
 * duration.  What is found by less than the path itself stands in table found, and everything that is
 * not found, or was found and is removed since, is looked for again by each commit.
 */
#ifndef STORE_PLAYLIST_IMPORT_H
#define STORE_PLAYLIST_IMPORT_H

#include "store/playlist/playlist.h"

/* The ways in which a track was found. */
enum playlist_how { HOW_MISSING, HOW_PATH, HOW_NAME, HOW_SUFFIX, HOW_RECORDING, HOW_TAGS, HOW_COUNT };
const char *playlist_how_name(enum playlist_how how);

/* What a file says of an entry. */
struct playlist_said {
	const char *location; /* as it stands there, or NULL */
	const char *path;     /* absolute, or with slashes on another system; or NULL */
	const char *other;    /* another reading of it, or NULL */
	const char *decoded;  /* what it is where percent codes are codes; or NULL */
	const char *title, *artist, *album, *mbid, *extra; /* or NULL */
	int64_t duration_ms;                               /* 0: unknown */
	int64_t start_ms;                                  /* of a part; -1: none */
};

struct playlist_import {
	/* told by who imports */
	bool replace, dry_run;
	/* told of each entry in its order, after the import is done; may be NULL */
	void (*match)(void *context, int64_t playlist, int64_t position, enum playlist_how how, int64_t track,
	    const char *location);
	void *context;
	/* told to it */
	int64_t id, entries;
	int64_t how[HOW_COUNT];
	bool unchanged; /* such a playlist was there already */
	/* its own */
	struct playlist_change change;
	int64_t position;
};

/* begin, add ..., then end, which commits, or drop.  end(): ERR_EXISTS where there is another playlist of
 * that name and replace is not set; one with the same entries is left as it is. */
enum err_code playlist_import_begin(struct db *db, struct playlist_import *i, struct err *e);
enum err_code playlist_import_add(
    struct db *db, struct playlist_import *i, const struct playlist_said *said, struct err *e);
enum err_code playlist_import_end(
    struct db *db, struct playlist_import *i, const char *name, const char *extra, struct err *e);
void playlist_import_drop(struct db *db, struct playlist_import *i);

/* Look for the tracks of entries that have none, or one that was removed: of one playlist, or (0) of all;
 * among all files, or those that a session brought.  Inside the caller's transaction. */
enum err_code playlist_hunt(struct db *db, int64_t playlist, int64_t session, struct err *e);

/* The same within an edit, before it ends: entries that have no track may be one of those that it changed
 * (temp.chosen, edit/priv.h), and what was found by the tags that one of them had is looked for again. */
enum err_code playlist_hunt_changed(struct db *db, struct err *e);

#endif
