/* SPDX-License-Identifier: MIT */
/*
 * number.h - a number out of a library's catalogue, for programs that make one
 */
#ifndef TESTS_UNIT_NUMBER_H
#define TESTS_UNIT_NUMBER_H

#include <stdio.h>

#include "store/sql.h"

/* What a statement without parameters gives first; -1 where it gives nothing. */
static inline int64_t
number_of(struct db *db, const char *sql)
{
	struct err e = { 0 };
	int64_t n = -1;

	if (sql_number(db, sql, NULL, 0, &n, &e) < 0)
		fprintf(stderr, "%s: %s\n", sql, e.msg);
	return n;
}

#endif
