/* SPDX-License-Identifier: MIT */
/*
 * rebuild.h - tracks from the blobs that the catalogue does not name
 *
 * Each is read again by a media worker, as an import reads it: tags, what is inside it of covers and cue
 * sheets.  Then a commit makes tracks of all of them at once.  Nothing is copied, nothing removed: what is
 * damaged, or no audio, stays where it is.  A run that is killed is gone on with by the next.
 */
#ifndef INTAKE_REBUILD_REBUILD_H
#define INTAKE_REBUILD_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "store/commit/commit.h"
#include "store/db.h"

struct rebuild {
	struct db *db;
	int jobs;     /* blobs that are read at a time */
	bool dry_run; /* only count what is unnamed */
	const struct progress *progress;
	/* Told of each blob that is left as it is, and why. */
	void (*left)(const char *blob, const struct err *why);
	/* filled in */
	int64_t unnamed; /* blobs that nothing named */
	int64_t read;    /* of them now items of the session, also of earlier runs */
	int64_t damaged, unreadable, pictures;
	int64_t session;             /* that took them in, 0: none */
	struct commit_result result; /* of its commit */
};

enum err_code rebuild_adopt(struct rebuild *r, struct err *e);

#endif
