/* SPDX-License-Identifier: MIT */
/*
 * history.h - histories of plays as other programs write them
 *
 * A reader finds out by its content what a stream holds and gives its plays one
 * by one, whatever the size: memory holds one row.  Rows that are no play (a
 * podcast, what plays just now) are passed over with a reason, broken ones
 * told with theirs, and neither ends the reading.
 *
 *	history_open(&h, stream, NULL, &zone, &e);
 *	while ((step = history_next(h, &row, &e)) > 0) ...
 */
#ifndef EXCHANGE_HISTORY_HISTORY_H
#define EXCHANGE_HISTORY_HISTORY_H

#include "base/err.h"
#include "base/listen.h"
#include "exchange/history/zone.h"
#include "pack/stream.h"

enum { HISTORY_ROW_MAX = 1 << 20 }; /* longer rows are broken */

struct history;

enum row_kind { ROW_PLAY, ROW_SKIPPED, ROW_BROKEN };

struct history_row {
	enum row_kind kind;
	int64_t line;
	int64_t object;       /* its number in an array; 0: rows are lines */
	const char *reason;   /* of ROW_SKIPPED and ROW_BROKEN */
	struct listen listen; /* of ROW_PLAY; holds until the next call */
};

/* type is one of the names below, or NULL: found out by the content.  The zone is for times that come without
 * one.  ERR_NOMATCH where it is no history that is known. */
enum err_code history_open(
    struct history **h, struct stream *from, const char *type, const struct zone *zone, struct err *e);
void history_close(struct history *h);

/* 1 a row, 0 the end, -1. */
int history_next(struct history *h, struct history_row *row, struct err *e);

/* When a play began that does not tell: so long before this as it was heard. */
void history_now(struct history *h, int64_t now);

/* The type that was found. */
const char *history_type(const struct history *h);

/* The types, NULL behind the last; the words for people. */
const char *history_type_name(int i);
const char *history_type_about(int i);

#endif
