/* SPDX-License-Identifier: MIT */
/*
 * query.h - find tracks: fonoteca-query(7) in, ids out
 *
 *	query_parse(&q, db, words, &e);
 *	query_ids(q, db, limit, offset, &ids, &n, &e);
 *	... track_load() each of them ...
 *	query_free(q);
 *
 * Ids are gathered in one short read transaction, so that a reader that takes its
 * time pins nothing.  Without an order of their own the results are ranked:
 * whole titles, artists and albums first, then titles that begin with the words,
 * that have them, tracks that have them anywhere, and those where the last word only
 * begins one; within a rank an artist's tracks in the order of their albums,
 * else the shorter title first.  The first n of a list are the same however many
 * are asked for, so pages (limit, offset) fit together.
 *
 * Whatever is typed is either understood, searched for as words (query_note() says so), or
 * ERR_USAGE with the place and the reason; it never becomes SQL.
 */
#ifndef STORE_QUERY_QUERY_H
#define STORE_QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct query;

/* Parse the words of a command line, NULL-terminated; none at all means every track. */
enum err_code query_parse(struct query **q, struct db *db, char *const *words, struct err *e);

/* NULL is allowed. */
void query_free(struct query *q);

/* What the user should know of how the query was understood, or NULL. */
const char *query_note(const struct query *q);

/* Look at rows alone, as if nothing were packed: for tests, which find the same. */
void query_plain(struct query *q);

/* The part of the note that says what is wrong, without what is done about it; malloced, NULL where there is
 * none. */
char *query_fault(const struct query *q);

/* Order by fields "year-,artist" ('-' behind a name: descending) before those named in the query. */
enum err_code query_sort(struct query *q, const char *fields, struct err *e);

/* Have the results an order of their own, by fields or by rank? */
bool query_has_order(struct query *q, struct db *db);

/* From now on these tracks are what it finds, in this order unless it has one of its own: for a command
 * that makes its own choice among the matches. */
enum err_code query_only(struct query *q, const int64_t *ids, size_t n, struct err *e);

/* The matches' ids, malloced; limit < 0: all. */
enum err_code query_ids(
    struct query *q, struct db *db, int64_t limit, int64_t offset, int64_t **ids, size_t *n, struct err *e);

/* The same, each with the reasons for its place: explain.h. */
struct place_of;
enum err_code query_places(struct query *q, struct db *db, int64_t limit, int64_t offset,
    struct place_of **places, size_t *n, struct err *e);

/* Append a line for each of the terms that a track must match and does not. */
enum err_code query_misses(struct query *q, struct db *db, int64_t track, struct buf *out, struct err *e);

/* How many there are. */
enum err_code query_count(struct query *q, struct db *db, int64_t *count, struct err *e);

/* Are there `least`?  whole: the last word is not taken for the beginning of one. */
enum err_code query_finds(
    struct query *q, struct db *db, bool whole, int64_t least, bool *found, struct err *e);

#endif
