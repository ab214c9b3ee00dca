/* SPDX-License-Identifier: MIT */
/*
 * snapshot.h - the catalogue of one moment in a file of its own
 *
 * Private to lib/store.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct snapshot {
	int version; /* of its tables */
	int64_t tracks, last_event;
	char uuid[37];
};

/* Write the catalogue as it is now into the new file path (absolute); nobody waits for it.  It is not synced.
 */
enum err_code snapshot_make(struct db *db, const char *path, struct err *e);

/* Open such a file, see that SQLite finds it whole and that it is a catalogue that this program knows, and
 * say what it is.  ERR_LIBRARY where it is not. */
enum err_code snapshot_look(const char *path, struct snapshot *s, struct err *e);

/* Does SQLite find an open library whole? */
bool snapshot_is_whole(struct db *db);

/* The same of an open library. */
enum err_code snapshot_describe(struct db *db, struct snapshot *s, struct err *e);

#endif
