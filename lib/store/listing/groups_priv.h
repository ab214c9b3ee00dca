/* SPDX-License-Identifier: MIT */
/*
 * groups_priv.h - what the files of groups share
 *
 * Inside one read transaction.
 */
#ifndef STORE_LISTING_GROUPS_PRIV_H
#define STORE_LISTING_GROUPS_PRIV_H

#include "store/listing/groups.h"

struct groups {
	struct group *list; /* malloced */
	size_t n;
};

/* groups_many.c: the groups of many tracks, in the order in which these first name them.  *tracks is
 * released. */
enum err_code groups_many(
    struct db *db, enum group_by by, int64_t **tracks, size_t n, struct groups *g, struct err *e);

/* groups_sort.c: put the first `first` of them (-1: all) by their names in front; what is behind is in no
 * order. */
enum err_code groups_sort(struct db *db, enum group_by by, struct groups *g, int64_t first, struct err *e);

#endif
