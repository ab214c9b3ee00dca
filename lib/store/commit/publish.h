/* SPDX-License-Identifier: MIT */
/*
 * publish.h - the files of a planned commit: looked at, published, looked at again
 *
 * Private to commit.c.  *item is set to the item whose file fails.
 */
#ifndef STORE_COMMIT_PUBLISH_H
#define STORE_COMMIT_PUBLISH_H

#include <stdint.h>

#include "base/err.h"
#include "store/checked.h"
#include "store/commit/plan.h"
#include "store/session/session.h"

/* What a commit knows of the files beyond its plan. */
struct publish {
	bool moves; /* the sources are to leave: blobs that they rely on are judged by their bytes */
	struct checked checked; /* what was read, across plans that are made anew */
	unsigned char
	    *seen; /* a bit an entry: its file was published, and is not to be read again for those */
};
enum err_code publish_begin(struct publish *pub, struct db *db, int64_t session, struct err *e);
void publish_end(struct publish *pub);

/* Is the file of this item to be stored, or stored already? */
bool publish_wanted(const struct plan_entry *entry);

/* Before anything changes: is the staged file of an entry (or its blob) there, and unaltered?  ERR_NOTFOUND
 * or ERR_CHANGED where it is not.  Those of all, the first that is not being the error. */
enum err_code publish_look(
    struct publish *pub, struct plan *p, const struct plan_entry *entry, struct item *it, struct err *e);
enum err_code publish_check(struct publish *pub, struct plan *p, int64_t *item, struct err *e);

/* Give every blob its name, and make the names durable.  The caller holds the shared library lock. */
enum err_code publish_all(struct publish *pub, struct plan *p, int64_t *item, struct err *e);

/* One item's blobs once more, inside the transaction that writes their rows.  A linked source loses its name
 * in staging/, and it->ctime_ns becomes what it has from then on. */
enum err_code publish_confirm(
    struct publish *pub, struct plan *p, const struct plan_entry *entry, struct item *it, struct err *e);

#endif
