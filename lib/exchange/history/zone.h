/* SPDX-License-Identifier: MIT */
/*
 * zone.h - times as histories write them, and the zone of those that tell none
 */
#ifndef EXCHANGE_HISTORY_ZONE_H
#define EXCHANGE_HISTORY_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct zone {
	bool given;    /* by the user */
	bool fixed;    /* at this distance from UTC; else the process's zone, $TZ */
	int64_t ahead; /* seconds */
	char name[64];
};

/* "UTC", "+02:00", "local", or a name such as Europe/Berlin, which becomes the process's $TZ.  ERR_USAGE
 * where there is no such zone. */
enum err_code zone_read(struct zone *z, const char *text, struct err *e);

/* What a clock in the zone showed, as if it had been UTC, as an instant. */
int64_t zone_instant(const struct zone *z, int64_t shown);

/* A point in time: seconds or milliseconds since 1970, "2006-01-02T15:04:05Z", "2006-01-02 15:04",
 * "02 Jan 2006, 15:04".  *told: with its zone, or else *seconds is what a clock showed; *exact_s is 1 or 60.
 */
bool time_read(const char *text, int64_t *seconds, int *exact_s, bool *told);

/* Seconds or milliseconds, told apart by their size. */
bool time_of_number(double n, int64_t *seconds);

#endif
