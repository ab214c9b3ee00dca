/* SPDX-License-Identifier: MIT */
/*
 * catalogue.h - rows of the catalogue from what files say of themselves
 *
 * Everything here runs inside the caller's write transaction.  Which field goes
 * where: what has a column goes there; people to credit and release_credit,
 * genres to track_genre, the other fields of the release to release_tag, all
 * the rest to tag, under the field's number + 1 or a number from 1000 on for a
 * free tag.  Text is brought to NFC.  A track whose artists are not listed is
 * credited to its artist as printed, so that every artist has credits.
 *
 * The search index is not touched: index_track() is the caller's, once all rows
 * of a track and of its release stand.
 */
#ifndef STORE_CATALOGUE_CATALOGUE_H
#define STORE_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "store/db.h"
#include "store/session/session.h"
#include "worker/record.h"

/* One writer's work: whose it is, when, and what need not be looked up again. */
struct catalogue {
	struct db *db;
	int64_t session, owner;
	int64_t now;
	int64_t seen;        /* the moment before which the sources were read */
	bool known[F_COUNT]; /* fields that have their row in tagname */
};

/* A release as it is looked for; id 0 where it is not in the catalogue yet. */
struct release {
	int64_t id;
	char *album, *artist, *mbid; /* keys; the MBID in lower case, "" without one */
	char *label, *catalognumber, *barcode;
	bool fresh; /* made by this commit: later tracks may add what the first did not tell */
	bool filled[F_COUNT];
	/* only where tracks of it are retagged: has it an album artist of its own; all its tracks, the
	 * retagged, and of them those that stay */
	bool credited;
	int64_t tracks, retagged, staying;
};

/* Ids of names, made where they are new. */
enum err_code catalogue_artist(struct catalogue *c, const char *name, int64_t *id, struct err *e);
enum err_code catalogue_genre(struct catalogue *c, const char *name, int64_t *id, struct err *e);
enum err_code catalogue_field(struct catalogue *c, enum field field, struct err *e);
enum err_code catalogue_tagname(struct catalogue *c, const char *name, int64_t *id, struct err *e);

/* Make the release, or complete one that this commit made, from one of its tracks. */
enum err_code catalogue_release(
    struct catalogue *c, struct release *to, const struct record *r, struct err *e);

/* The blob's row, made where there is none. */
enum err_code catalogue_blob(struct catalogue *c, const uint8_t sha256[32], const char *suffix, int64_t size,
    int64_t *id, struct err *e);

/* A new track with its file on a release; `of` is a track of the same recording, or 0. */
enum err_code catalogue_add(struct catalogue *c, int64_t release, int64_t of, const struct item *it,
    const struct record *r, int64_t *track, struct err *e);

/* Another file of a track; the better one becomes the preferred. */
enum err_code catalogue_attach(
    struct catalogue *c, int64_t track, const struct item *it, const struct record *r, struct err *e);

/* The best of a track's files becomes the preferred. */
enum err_code catalogue_prefer_best(struct catalogue *c, int64_t track, struct err *e);

/* The item's bytes take the place of a file, and its track the newer tags, but for what was amended, on the
 * release given.  The old file is removed, its hash remembered.  Of *r what was amended is overwritten. */
enum err_code catalogue_retag(struct catalogue *c, int64_t track, int64_t file, int64_t release,
    const struct item *it, struct record *r, struct err *e);

/* Its file alone: the item's bytes take its place, and its rank among the track's files. */
enum err_code catalogue_replace(struct catalogue *c, int64_t track, int64_t file, const struct item *it,
    const struct record *r, struct err *e);

/* All tracks of a release are retagged: it forgets what it was told, but for what was amended, and is told
 * anew by each of them. */
enum err_code catalogue_renew(struct catalogue *c, struct release *to, const struct record *r, struct err *e);

/* A retagged track goes to a new release: what was amended of the one that it is on goes over what *r says.
 */
enum err_code catalogue_take_along(struct catalogue *c, int64_t track, struct record *r, struct err *e);

/* A release that no track is on any more goes. */
enum err_code catalogue_drop_empty(struct catalogue *c, int64_t release, struct err *e);

/* The same bytes came again: a file that was missing is there again; with `restore` one that was removed
 * comes back, too, with all its tracks. */
enum err_code catalogue_revive(struct catalogue *c, const uint8_t sha256[32], bool restore, struct err *e);

/* Covers of an item: folder art to the release, embedded to the track unless the release has it.  A track
 * without an album keeps all to itself. */
enum err_code catalogue_covers(struct catalogue *c, int64_t item, int64_t track, struct err *e);

/* What all tracks of a release carry becomes the release's. */
enum err_code catalogue_raise_covers(struct catalogue *c, int64_t release, struct err *e);

/* Remember that this source holds these bytes. */
enum err_code catalogue_source(struct catalogue *c, const struct item *it, struct err *e);

/* Private to lib/store/catalogue. */

/* NFC, malloced; NULL with *e filled in. */
char *catalogue_text(const char *value, struct err *e);

/* The same of a field as printed: its first value, or else those of its list (F_NONE: it has none) joined;
 * *text NULL where there is nothing. */
enum err_code catalogue_joined(const struct record *r, enum field field, enum field list,
    const char *separator, char **text, struct err *e);

/* A track's columns and rows from its tags again; credited: who it is credited to stands already. */
enum err_code catalogue_rewrite(struct catalogue *c, int64_t track, int64_t release, const struct record *r,
    bool credited, struct err *e);

/* One more file of a track. */
enum err_code catalogue_another(struct catalogue *c, int64_t track, bool is_preferred, const struct item *it,
    const struct record *r, struct err *e);

#endif
