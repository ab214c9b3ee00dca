/* SPDX-License-Identifier: MIT */
/*
 * count.h - what the library is in numbers
 *
 * Private to lib/store/report.
 */
#ifndef STORE_REPORT_COUNT_H
#define STORE_REPORT_COUNT_H

#include "store/db.h"
#include "store/tally.h"

enum { DECADES = 1000, YEARS = 400, FIRST_YEAR = 1970 }; /* of years 0 to 9999; of months since 1970 */

/* Starts from { 0 }; the tallies are to be released. */
struct counts {
	int64_t tracks, duration_ms, artists, albums, files, size;
	struct tally formats, genres;
	int64_t decade[DECADES];
	int64_t month[YEARS * 12];
};

/* Count, inside one read transaction: tracks and their files by packed columns, all else by indexes. */
enum err_code stats_count(struct db *db, struct counts *c, struct err *e);

#endif
