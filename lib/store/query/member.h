/* SPDX-License-Identifier: MIT */
/*
 * member.h - the playlist that playlist:NAME means
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_MEMBER_H
#define STORE_QUERY_MEMBER_H

#include <stdint.h>

#include "store/db.h"

/* By its id "p4", its name, or a name that folds to the same: 1, 0 where there is none, -1. */
int member_find(struct db *db, const char *name, int64_t *id, struct err *e);

#endif
