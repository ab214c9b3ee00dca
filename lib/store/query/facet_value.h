/* SPDX-License-Identifier: MIT */
/*
 * facet_value.h - the values of a field while they are counted
 *
 * Private to lib/store/query.  Numbers are counted as such, and become text once each.
 */
#ifndef STORE_QUERY_FACET_VALUE_H
#define STORE_QUERY_FACET_VALUE_H

#include "store/query/scan.h"
#include "store/tally.h"

struct facet_values {
	enum field field; /* F_NONE: a free tag */
	struct tally numbers, texts;
};
void facet_values_free(struct facet_values *v); /* release and zero */

/* Count a track (not twice in a row) for a value; nothing where that is NULL or empty. */
enum err_code facet_values_add(struct facet_values *v, sqlite3_value *value, int64_t track, struct err *e);
/* The same of all n tracks of a release. */
enum err_code facet_values_of(
    struct facet_values *v, sqlite3_value *value, int64_t release, int64_t n, struct err *e);
/* Count a number n times. */
enum err_code facet_values_times(struct facet_values *v, int64_t value, int64_t n, struct err *e);
/* The same of one that comes but once: as text at once. */
enum err_code facet_values_whole(struct facet_values *v, int64_t value, int64_t n, struct err *e);
/* Numbers become texts. */
enum err_code facet_values_end(struct facet_values *v, struct err *e);

/* What a value at a place is made of, where that is not what it looks like. */
const char *facet_shown(enum field f, const char *value);

/* Values of the matches of p that need no rows of tracks; *done says whether that was possible: from packed
 * columns (facet_scan.c), or for many tracks from the tables of the values as they lie (facet_whole.c). */
enum err_code facet_scan(struct compiler *c, const struct part *p, struct facet_values *v, bool *done);
enum err_code facet_whole(
    struct compiler *c, const struct part *p, const char *name, struct facet_values *v, bool *done);

#endif
