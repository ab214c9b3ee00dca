/* SPDX-License-Identifier: MIT */
/*
 * refold.h - a library whose text was folded by another version of text/fold.h
 *
 * Its keys and its search index are made anew from the catalogue by whoever opens it for writing.
 * Until then a reader finds what folds the same in both versions; it can tell that it may be missing
 * something.
 */
#ifndef STORE_REFOLD_H
#define STORE_REFOLD_H

#include <stdbool.h>

#include "base/err.h"
#include "store/db.h"

/* *current: was all of it folded as this program does? */
enum err_code refold_check(struct db *db, bool *current, struct err *e);

/* Make all keys and the index anew, inside the caller's transaction. */
enum err_code refold_all(struct db *db, struct err *e);

#endif
