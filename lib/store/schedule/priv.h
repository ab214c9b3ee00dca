/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of schedule.h share
 */
#ifndef STORE_SCHEDULE_PRIV_H
#define STORE_SCHEDULE_PRIV_H

#include "store/schedule/schedule.h"
#include "store/sql.h"

/* The columns that schedule_row() reads, of schedule s and its playlist p. */
#define SCHEDULE_ROWS                                                                                        \
	"SELECT s.id, s.playlist_id, s.owner, s.created, p.name, s.action, s.first, s.shown, s.zone,"        \
	" s.every, s.catch_up, s.turn, s.shuffle, s.target, s.path, s.format, s.relative_to, s.layout, "     \
	"s.fs,"                                                                                              \
	" s.started, s.finished, s.status, s.runs FROM schedule s JOIN playlist p ON p.id = s.playlist_id"

/* Read a row into a zeroed *s, and when it is due next. */
enum err_code schedule_row(sqlite3_stmt *st, struct schedule *s, struct err *e);

/* All rows of st, which is done then. */
enum err_code schedule_rows(struct db *db, sqlite3_stmt *st, struct schedule **v, size_t *n, struct err *e);

/* When turn k is due, and the first turn from k on that is later than an instant, in the schedule's zone. */
int64_t schedule_at(const struct schedule *s, int64_t k);
int64_t schedule_after(const struct schedule *s, int64_t k, int64_t instant);

const char *catch_up_name(enum catch_up c);

#endif
