/* SPDX-License-Identifier: MIT */
/*
 * relate.h - mix: and similar: give way to what they stand for
 *
 * Private to lib/store/query.
 *
 * mix:8A	the key of that hour, its neighbours 7A and 9A, and the relative 8B
 * mix:12	the same of the key of track 12, and tempi within 8 % of its tempo, its half, double, ...; a
 *		key or a tempo that it has not got narrows nothing; never the track or its recording
 * similar:12	the tracks that likeness_find() finds
 */
#ifndef STORE_QUERY_RELATE_H
#define STORE_QUERY_RELATE_H

#include "store/db.h"
#include "store/query/tree.h"

/* Replace such terms of q.  ERR_USAGE, with the place, where a value is no key, or no id of a track.
 * look: at the tracks that are named, too; else they need not exist. */
enum err_code query_relate(struct query *q, struct db *db, bool look, struct err *e);

#endif
