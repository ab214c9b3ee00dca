/* SPDX-License-Identifier: MIT */
/*
 * parse.h - numbers, lengths, sizes and dates as people type them
 *
 * A value stands for the span of numbers that it is written for: 120 for
 * 119.5 to 120.5 where decimals are compared, 4:30 for the whole second, 2024-03
 * for the month.  exact is what comparisons and the ends of ranges use.
 * Every function takes the whole of s and returns false where it does not parse.
 */
#ifndef TEXT_PARSE_H
#define TEXT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	double exact;  /* as written */
	double lo, hi; /* lo <= x < hi is the same when rounded as it is written */
};

/* 12, -3.5, 320k, 44.1k: k and M are thousands and millions. */
bool parse_number(const char *s, size_t len, struct span *v);

/* 4:30, 1:02:03, 90s, 4min, 1h30m, 250ms into milliseconds; a plain number counts `unit` of them. */
bool parse_duration(const char *s, size_t len, double unit, struct span *v);

/* 10M, 1.5G, 700K (of 1024), 10MB (of 1000), 10MiB, 123. */
bool parse_size(const char *s, size_t len, struct span *v);

/* Bytes a second: a size of at least 1, NUL-terminated. */
bool parse_rate(const char *s, int64_t *rate);

/* Instants.  2024, 2024-03, 2024-03-05, 2024-03-05T10:00[:30][Z|+01:00], today, yesterday, now, this week,
 * last_month, last-year, and how long ago: 2w, -2w, 14d, 3m (months), 6h, 90min, 2weeks.  Local time unless a
 * zone is given; months and years by the calendar.  [from, to) in seconds; a relative one is an instant, from
 * == to. */
struct when {
	int64_t from, to;
	bool relative;
	bool age; /* relative and without a sign: "7d" is an age where it is compared */
};
bool parse_when(const char *s, size_t len, int64_t now, struct when *w);

/* A date as fields hold it: the prefix "2024", "2024-03" or "2024-03-05" that s stands for (relative ones a
 * day), into date[11]; *relative and *age as above. */
bool parse_date(const char *s, size_t len, int64_t now, char date[11], bool *relative, bool *age);

#endif
