/*
 * removed.h - the tracks that were removed, hardly ever many: what counts tables as they lie leaves them out
 *
 * Private to lib/store.  Starts from { 0 }.
 */
#ifndef STORE_REMOVED_H
#define STORE_REMOVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct removed {
	int64_t *id; /* ascending */
	size_t n;
};

enum err_code removed_read(struct removed *r, struct db *db, struct err *e);
bool removed_has(const struct removed *r, int64_t track);
void removed_free(struct removed *r); /* release and zero */

#endif
