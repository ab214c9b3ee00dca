/* SPDX-License-Identifier: MIT */
/*
 * nearest.h - the playlist that a slip of its name may mean
 */
#ifndef STORE_PLAYLIST_NEAREST_H
#define STORE_PLAYLIST_NEAREST_H

#include "store/db.h"

/* The name of a playlist at most two edits away, case ignored; malloced, or NULL. */
char *playlist_nearest(struct db *db, const char *name);

#endif
