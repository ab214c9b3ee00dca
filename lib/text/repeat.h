/* SPDX-License-Identifier: MIT */
/*
 * repeat.h - things that happen again: every day, every two weeks, every 90 minutes
 *
 * Hours and minutes are counted as they pass; days, weeks, months and years by the calendar and the clock on
 * the wall, so that what happens at 7:00 does so in summer and in winter.  The 31st is the last day of a
 * month that has none.  Each time follows from the first one and its number, so nothing ever drifts.
 */
#ifndef TEXT_REPEAT_H
#define TEXT_REPEAT_H

#include "text/wall.h"

enum repeat_unit {
	REPEAT_ONCE,
	REPEAT_MINUTE,
	REPEAT_HOUR,
	REPEAT_DAY,
	REPEAT_WEEKDAY,
	REPEAT_WEEK,
	REPEAT_MONTH,
	REPEAT_YEAR
};

struct repeat {
	int64_t first;     /* an instant, for minutes and hours */
	struct wall shown; /* what the clock shows then, for the others */
	enum repeat_unit unit;
	int n; /* every n of them */
};

/* "day", "daily", "2weeks", "2 weeks", "90min", "weekdays" into unit and n. */
bool repeat_parse(const char *text, struct repeat *r);

/* "day", "2 weeks"; "" for once. */
enum { REPEAT_TEXT = 32 };
void repeat_format(const struct repeat *r, char text[REPEAT_TEXT]);

/* The instant of time number k (0 is the first), in the zone of this process. */
int64_t repeat_at(const struct repeat *r, int64_t k);

/* The number of the first time that is later than this, at least k; -1 where there is none. */
int64_t repeat_after(const struct repeat *r, int64_t k, int64_t instant);

#endif
