/* SPDX-License-Identifier: MIT */
/*
 * stats.h - a library in numbers
 */
#ifndef STORE_REPORT_STATS_H
#define STORE_REPORT_STATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* How numbers are told: as one JSON object of type "report", as lines with bars for a terminal, or as
 * sections of a page (page.h). */
enum stats_as { STATS_JSON, STATS_LINES, STATS_HTML };

struct stats_form {
	enum stats_as as;
	char end;    /* of a line and of the object */
	int columns; /* STATS_LINES: the width of the terminal */
	bool color;  /* STATS_LINES */
};

/* Append the totals, and the tracks by format, decade, genre and the month in which they came; a page shows
 * how the library grew, too. */
enum err_code stats_print(struct db *db, const struct stats_form *form, struct buf *out, struct err *e);

#endif
