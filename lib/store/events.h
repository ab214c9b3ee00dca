/* SPDX-License-Identifier: MIT */
/*
 * events.h - the event log, read
 *
 *	after = events_start(...);
 *	while (events_print(db, &after, ...) == ERR_NONE && n > 0)
 *		...
 *
 * Ids only grow, so that who remembers the last one that it saw can go on behind it.  Nothing is held in the
 * database between two calls.
 */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* The id of "e99" or "99", 0 for "0" and "e0"; ERR_USAGE where it is none. */
enum err_code event_parse(const char *text, int64_t *id, struct err *e);

/* The id after which the latest n events come (n < 0: all of them, n 0: none yet). */
enum err_code events_start(struct db *db, int64_t n, int64_t *after, struct err *e);

/* Were events behind `after` forgotten, which have their retention? */
enum err_code events_missed(struct db *db, int64_t after, bool *missed, struct err *e);

struct events_form {
	bool json, color;
	char end;
	int columns; /* of a terminal, 0: it is none */
	bool started;
};

/* Append at most n events behind *after, which moves on; *n becomes how many there were.  A line of id,
 * time, kind, subject, user and data, or a JSON object of type "event". */
enum err_code events_print(
    struct db *db, int64_t *after, size_t *n, struct events_form *form, struct buf *out, struct err *e);

/* Has anybody written to the library since the last call with this *version (which begins as 0)? */
enum err_code events_changed(struct db *db, int64_t *version, bool *changed, struct err *e);

#endif
