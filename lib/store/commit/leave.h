/* SPDX-License-Identifier: MIT */
/*
 * leave.h - sources of lib-import --mode=move: written down with the commit, removed after it
 *
 * The rows of table leaving are part of the transaction that makes their files part
 * of the catalogue, so whatever is in it is safe.  After it each source is
 * removed that is still the file that was read, and its row goes once the
 * removal is durable.  A crash in between leaves rows for the next leave_go().
 *
 * A source whose time of change alone is another one was touched by our own
 * links, or by somebody: its bytes decide, where it was linked.  Nothing is removed
 * through a symbolic link, and nothing whose file is no longer in the library.
 */
#ifndef STORE_COMMIT_LEAVE_H
#define STORE_COMMIT_LEAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "store/db.h"
#include "store/session/session.h"

/* Inside the commit's transaction: this item's source may go.  Members of an archive have none of their own.
 */
enum err_code leave_record(struct db *db, const struct item *it, struct err *e);

struct leave {
	int64_t session; /* or 0: those of all */
	int64_t give_up; /* forget those committed before this instant; 0: none */
	bool dry_run;    /* tell, change nothing */
	volatile const int *stop;
	const struct progress *progress; /* or NULL */
	/* Each may be NULL.  A source that stays for good, or for now; one that was removed. */
	void (*failed)(const struct err *e);
	void (*removed)(void *context, const char *path, int64_t size);
	void *context;
};

struct leave_counts {
	int64_t removed;
	int64_t kept; /* changed, or not to be removed: forgotten */
	int64_t left; /* not reached this time */
};

/* Remove what may go.  ERR_INTERRUPTED where *stop was set; after an error the rest is left for next time. */
enum err_code leave_go(struct db *db, const struct leave *how, struct leave_counts *n, struct err *e);

/* Of a committed session of that mode, call fn for each source that stays because of what became of it:
 * state is that of the item, reason the import's, or NULL. */
enum err_code leave_staying(struct db *db, int64_t session,
    void (*fn)(void *context, const char *path, const char *state, const char *reason), void *context,
    struct err *e);

#endif
