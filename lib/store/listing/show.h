/* SPDX-License-Identifier: MIT */
/*
 * show.h - everything that is known of one track
 */
#ifndef STORE_LISTING_SHOW_H
#define STORE_LISTING_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* Append its fields and what hangs together with it: its files and their parts, covers, sessions, playlists,
 * amended fields, the other tracks of its recording; a "name value" record each, or one JSON object of
 * type "track".  ERR_NOTFOUND where there is no track with that id. */
enum err_code show_track(struct db *db, int64_t id, bool json, char end, struct buf *out, struct err *e);

/* The picture of a track: its own, the front first, else its release's.  bytes NULL: only what it is, as a
 * JSON object of type "cover" in *about.  ERR_NOMATCH where it has none, ERR_NOTFOUND where there is no
 * such track. */
enum err_code show_cover(struct db *db, int64_t id, struct buf *bytes, struct buf *about, struct err *e);

/* Which picture that is, without reading it: its hash, kind ("front") and type ("image/png"). */
struct show_picture {
	uint8_t sha256[32];
	char kind[16], mime[32];
};
enum err_code show_picture(struct db *db, int64_t id, struct show_picture *p, struct err *e);

#endif
