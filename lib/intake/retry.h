/* SPDX-License-Identifier: MIT */
/*
 * retry.h - which failed files of a session to try again
 */
#ifndef INTAKE_RETRY_H
#define INTAKE_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* Their paths, NULL-terminated, for paths_free().  With `due` only those whose time has come and whose root
 * does not rest: ERR_NOMATCH where none is due, ERR_BUSY with the time where all of those rest. */
enum err_code retry_paths(struct db *db, int64_t session, bool due, char ***paths, size_t *n, struct err *e);

#endif
