/* SPDX-License-Identifier: MIT */
/*
 * commit.h - make a staged session part of the catalogue: all of it, or nothing
 *
 * The steps, as fonoteca-library(5) promises them: lock the session and set
 * it `committing`; decide on every item by reading alone; look that every
 * staged file is there and whole; take the library lock shared; give the blobs
 * their names and sync the folders; in one transaction look at every blob
 * again, write the rows, set `committed`; let go; clear staging; remove the
 * sources of --mode=move (leave.h).
 *
 * A commit that dies is rolled forward by the next commit_session() of that
 * session.  One that fails sets `failed` with the cause in commit_error (JSON:
 * step, item, code, reason) and changes nothing else; what it published is
 * unreferenced or still owned by the session's items.  One that is interrupted
 * or finds the library busy leaves the session `staged`.
 */
#ifndef STORE_COMMIT_COMMIT_H
#define STORE_COMMIT_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "store/commit/plan.h"
#include "store/db.h"
#include "store/session/session.h"

struct commit_options {
	enum conflict policy;
	bool retry;   /* of a failed session: set it staged first */
	bool dry_run; /* decide and look, change nothing */
	const struct progress *progress;
	/* Of a session whose sources are to be moved; may be NULL.  One that could not be removed; one that
	 * stays because of what became of its item. */
	void (*failed)(const struct err *e);
	void (*stays)(const char *path, const char *state, const char *reason);
};

struct commit_result {
	bool already; /* it was committed before this call */
	int64_t tracks, duplicates, attached, retagged, skipped, removed_earlier, failed, unchanged;
	int64_t conflicts; /* that would fail it: dry run only */
	int64_t sources_removed,
	    sources_kept; /* of --mode=move; kept though their files are in the library */
	int64_t same_as;  /* an earlier session with just the same files, or 0 */
};

/* ERR_BUSY where another process works on the session, ERR_STATE where it is in no state to be committed. */
enum err_code commit_session(
    struct db *db, int64_t session, const struct commit_options *o, struct commit_result *r, struct err *e);

/* The tracks that a committed session made or added a file to, in the order of its items: call fn for each.
 */
enum err_code commit_tracks(
    struct db *db, int64_t session, void (*fn)(void *context, int64_t track), void *context, struct err *e);

#endif
