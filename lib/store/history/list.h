/* SPDX-License-Identifier: MIT */
/*
 * list.h - plays, one by one and in numbers
 */
#ifndef STORE_HISTORY_LIST_H
#define STORE_HISTORY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/report/stats.h"

/* Which plays: of the recordings of tracks, begun in [since, until), of a listener; 0 and NULL: of all. */
struct plays_wanted {
	const int64_t *tracks; /* NULL: also those of no track */
	size_t ntracks;
	int64_t since, until;
	const char *user;
};

enum plays_form {
	PLAYS_TEXT,  /* time, listener, artist, title, album, track, why it does not count; between tabs */
	PLAYS_TABLE, /* the same for a terminal, in local time */
	PLAYS_JSON,  /* all that is known: lib-import --history takes it back in */
	PLAYS_SCROBBLER_LOG, /* without other accounts of a play */
	PLAYS_LISTENBRAINZ   /* those that count */
};

struct plays_sheet {
	enum plays_form form;
	char end;
	int columns; /* of a terminal */
	bool color;
};

/* The ids of plays in the order of their times, malloced: the latest `limit` of them (-1: all) but for the
 * last `offset`. */
enum err_code plays_ids(struct db *db, const struct plays_wanted *w, enum plays_form form, int64_t limit,
    int64_t offset, int64_t **ids, size_t *n, struct err *e);

/* What stands before the plays, and n of them. */
void plays_head(const struct plays_sheet *s, struct buf *out);
enum err_code plays_print(
    struct db *db, const struct plays_sheet *s, const int64_t *ids, size_t n, struct buf *out, struct err *e);

/* The most heard artists, albums and tracks, by month and by hour of the day (local time): in the form that
 * is wanted (store/report/stats.h).  At most `shown` of each list (-1: all, or what a terminal
 * takes). Plays that do not count do not.  *plays is how many do. */
enum err_code plays_stats(struct db *db, const struct plays_wanted *w, const struct stats_form *form,
    int64_t shown, int64_t *plays, struct buf *out, struct err *e);

/* For the statements of this folder: "wanted(recording_id)" tells whether it is one of the tracks', wherever
 * w->tracks is set.  *set is to be freed after the statements. */
enum err_code plays_want(struct db *db, const struct plays_wanted *w, int64_t **set, struct err *e);

#endif
