/* SPDX-License-Identifier: MIT */
/*
 * time.h - instants and their RFC 3339 form
 *
 * An instant is seconds since 1970-01-01 UTC.  $FONOTECA_NOW (seconds) sets the clock for tests of ages and
 * back-offs; it is read once.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>
#include <time.h>

enum { TIME_TEXT = 32 };

int64_t time_now(void);
int64_t time_monotonic_ms(void);        /* for durations; not settable */
struct timespec time_in_ms(int64_t ms); /* that much later on the same clock, as waiting wants it */

/* A length as players show it, "3:05" or "1:02:03", into text: whole seconds, as `length:` in queries means
 * them. */
const char *time_length(int64_t ms, char text[TIME_TEXT]);

/* "2026-03-01T12:34:56Z" into text. */
const char *time_format(int64_t seconds, char text[TIME_TEXT]);

#endif
