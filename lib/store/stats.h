/*
 * stats.h - a library in numbers
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* Append the totals, and the tracks by format, decade, genre and the month in which they came: one JSON
 * object of type "report", or (columns > 0: the width of a terminal) lines with bars. */
struct stats_form {
	char end;
	int columns;
	bool color;
};
enum err_code stats_print(struct db *db, const struct stats_form *form, struct buf *out, struct err *e);

#endif
