/* SPDX-License-Identifier: MIT */
/*
 * archives.h - archives whose members an import has staged
 *
 * The members are items and sources like other files, at PATH-OF-THE-ARCHIVE/PATH-INSIDE.
 * A row is written once all of them are durable, and holds for other sessions only
 * when the session is committed.
 */
#ifndef STORE_SESSION_ARCHIVES_H
#define STORE_SESSION_ARCHIVES_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/db.h"
#include "store/session/items.h"

enum archive_known {
	ARCHIVE_NEW,       /* to be unpacked */
	ARCHIVE_UNCHANGED, /* in the catalogue, with all its members as source_unchanged() has it */
	ARCHIVE_STAGED,    /* by an earlier run of this session */
	ARCHIVE_ERROR
};

/* What is known of an archive that looks like this; *members is the number of its audio files. */
enum archive_known archives_find(
    struct db *db, int64_t session, const char *path, const struct stat *st, int64_t *members, struct err *e);

/* Is this the path of a member of an archive?  1, 0, -1. */
int archives_hold(struct db *db, const char *path, struct err *e);

/* Inside the caller's transaction: all of it->members are recorded, and no failure of the archive is left. */
enum err_code archives_put(struct db *db, int64_t session, const struct item_new *it, struct err *e);

#endif
