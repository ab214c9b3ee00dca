/* SPDX-License-Identifier: MIT */
/*
 * wall.h - what a clock on the wall shows, in a time zone, and when it does
 *
 * A clock that is put forward leaves out an hour, and one that is put back shows one twice.  A time that is
 * left out stands for the same distance behind the change (2:30 is 3:30); of two that are alike the first is
 * meant.  Both as in RFC 5545.
 */
#ifndef TEXT_WALL_H
#define TEXT_WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wall {
	int year, month, day; /* 1-12, 1-31 */
	int hour, minute, second;
};

/* In the zone of this process. */
int64_t wall_instant(const struct wall *w);
void wall_of(int64_t instant, struct wall *w);

/* "2026-03-01T12:34:56", and back. */
enum { WALL_TEXT = 48 };
void wall_format(const struct wall *w, char text[WALL_TEXT]);
bool wall_read(const char *text, struct wall *w);

/* The day that is so many days, or months, later; where a month is too short its last day. */
void wall_add_days(struct wall *w, int64_t days);
void wall_add_months(struct wall *w, int64_t months);
int wall_weekday(const struct wall *w); /* Monday is 0 */

/* The zone of this process by its name, as $TZ has it, or "" where it is the machine's. */
enum { WALL_ZONE = 64 };
void wall_zone(char name[WALL_ZONE]);

/* Go by the zone of this name ("": the machine's) until the next call; NULL: by $TZ, as it was. */
void wall_use_zone(const char *name);

/* The instant that people mean who plan: 07:00, 7am, noon, tomorrow 07:00, fri 18:30, 2026-03-01 12:00[:30],
 * 2026-03-01T12:00Z (or +01:00), +30min, @1772368496, now.  A time without a day, or with a day of the week,
 * is the next one after now.  *shown is what the clock shows then: what was asked for, also where the clock
 * leaves it out. */
bool wall_parse(const char *text, int64_t now, int64_t *instant, struct wall *shown);

#endif
