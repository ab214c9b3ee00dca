/* SPDX-License-Identifier: MIT */
/*
 * listen.h - one play, as somebody tells of it
 *
 * What readers of foreign histories hand to the store, and what the store hands
 * to those who write them.  Texts belong to whoever filled it in and are never
 * NULL but where it says so; "" is not told.
 */
#ifndef BASE_LISTEN_H
#define BASE_LISTEN_H

#include <stdint.h>

enum { LISTEN_COUNTS_MS = 30000 }; /* what was heard for less does not count */

struct listen {
	int64_t start;     /* when it began: seconds since 1970 UTC */
	int exact_s;       /* which is known to so many seconds: 1, 60 */
	int64_t heard_ms;  /* how long; -1: not told */
	int64_t length_ms; /* of the whole piece; -1: not told */
	const char *artist, *title, *album;
	const char *mb_trackid, *mb_albumid, *isrc;
	const char *uncounted; /* why it does not count: "short", "skipped", "private"; NULL: it does */
	const char *raw;       /* JSON of what stood there, without private fields */
	int64_t row;           /* its line, or its number in an array */

	/* Where it came from, as the library's own export tells; else "" and 0. */
	const char *user, *type, *name, *zone;
	int64_t dup_of; /* when the play began that it is another account of */
};

#endif
