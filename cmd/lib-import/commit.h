/* SPDX-License-Identifier: MIT */
/*
 * commit.h - lib-import --commit: what lib-commit would do next
 */
#ifndef CMD_LIB_IMPORT_COMMIT_H
#define CMD_LIB_IMPORT_COMMIT_H

#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "store/db.h"

/* Commit a session whose id was printed: alone, for whoever waits for it; so what lib-commit would print on
 * stdout is a note here, or in JSON an object of its own. */
enum err_code commit_staged(struct db *db, int64_t session, const struct progress *progress, struct err *e);

#endif
