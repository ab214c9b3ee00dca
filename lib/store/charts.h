/*
 * charts.h - tracks by format, decade, genre and month, as bars or JSON
 *
 * Private to lib/store: stats.h.
 */
#ifndef STORE_CHARTS_H
#define STORE_CHARTS_H

#include "store/stats.h"

/* Inside the caller's read transaction; members of a JSON object that is open. */
enum err_code charts_add(struct db *db, const struct stats_form *form, struct buf *out, struct err *e);

#endif
