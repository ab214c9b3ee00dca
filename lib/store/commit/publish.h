/*
 * publish.h - the files of a planned commit: looked at, published, looked at again
 *
 * Private to commit.c.  *item is set to the item whose file fails.
 */
#ifndef STORE_COMMIT_PUBLISH_H
#define STORE_COMMIT_PUBLISH_H

#include <stdint.h>

#include "base/err.h"
#include "store/commit/plan.h"
#include "store/session/session.h"

/* Is the file of this item to be stored, or stored already? */
bool publish_wanted(const struct plan_entry *entry);

/* Before anything changes: is every staged file (or its blob) there with its size? */
enum err_code publish_check(struct plan *p, int64_t *item, struct err *e);

/* Give every blob its name, and make the names durable.  The caller holds the shared library lock. */
enum err_code publish_all(struct plan *p, int64_t *item, struct err *e);

/* One item's blobs once more, inside the transaction that writes their rows. */
enum err_code publish_confirm(
    struct plan *p, const struct plan_entry *entry, const struct item *it, struct err *e);

#endif
