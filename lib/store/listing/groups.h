/* SPDX-License-Identifier: MIT */
/*
 * groups.h - the albums or artists of a list of tracks
 */
#ifndef STORE_LISTING_GROUPS_H
#define STORE_LISTING_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum group_by {
	GROUP_ALBUMS, /* releases that have a title */
	GROUP_ARTISTS /* everybody who is credited as an artist of the tracks */
};

/* One album or artist: what the tracks of the list have of it. */
struct group {
	int64_t id; /* inside the catalogue; not public */
	int64_t tracks, albums, duration_ms;
	int64_t first_year, last_year; /* 0: unknown */
	int64_t latest;                /* the track that was added last */
};

/* The groups in the order in which the tracks first name them, or by their names: then so many of them are in
 * order, the first (-1: all); 0: not by their names.  The list is malloced, and so is *tracks, which may be
 * released (and is NULL then): a million tracks and their groups need not be there at once. */
enum err_code groups_make(struct db *db, enum group_by by, int64_t **tracks, size_t n, int64_t by_name,
    struct group **list, size_t *count, struct err *e);

/* Append groups as text (cells between tabs; columns > 0: a table that wide) or as JSON objects of type
 * "album" or "artist". */
struct groups_form {
	bool json, color;
	char end;
	int columns;
};
enum err_code groups_print(struct db *db, enum group_by by, const struct group *list, size_t n,
    const struct groups_form *form, struct buf *out, struct err *e);

#endif
