/* SPDX-License-Identifier: MIT */
/*
 * order.h - an order by fields for tracks that others select
 */
#ifndef STORE_QUERY_ORDER_H
#define STORE_QUERY_ORDER_H

#include "base/buf.h"
#include "store/db.h"

/* Append what ORDER BY takes to put track t in the order of "year-,artist", followed by ", " each; what has
 * no value comes last.  ERR_USAGE where a name is no field's. */
enum err_code query_order(struct db *db, const char *fields, struct buf *sql, struct err *e);

#endif
