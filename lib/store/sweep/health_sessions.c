/* SPDX-License-Identifier: MIT */
/* Sessions in a library's health: their states, their items, who holds them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/lock.h"
#include "store/sweep/health_priv.h"
#include "store/sweep/priv.h"

enum { RECENT = 30 * 86400 };

static const char *const session_states[HEALTH_SESSION_STATES] = { "staging", "staged", "committing",
	"committed", "failed", "rejected", "expired" };
static const char *const item_states[HEALTH_ITEM_STATES] = { "pending", "reading", "staged", "committed",
	"duplicate", "conflict", "skipped", "removed-earlier", "failed" };

const char *
health_session_state(int i)
{
	return session_states[i];
}

const char *
health_item_state(int i)
{
	return item_states[i];
}

/* Rows of a state and a number, into the counts of those states. */
static enum err_code
count_states(struct db *db, const char *sql, const char *const *states, int n, int64_t *counts, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);
	int row;

	if (st == NULL)
		return e->code;
	while ((row = sql_step(db, st, e)) > 0) {
		const char *state = (const char *)sqlite3_column_text(st, 0);

		for (int i = 0; i < n; i++)
			if (state != NULL && strcmp(states[i], state) == 0)
				counts[i] = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return row < 0 ? e->code : ERR_NONE;
}

/* What counts is the last import of a file's folder: what fails every night is one failure, and none once it
 * was mended or taken away. */
static enum err_code
read_failures(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT ifnull(i.code, 'UNKNOWN'), count(*) FROM item i JOIN session s ON s.id = i.session_id"
	    " WHERE i.state = 'failed' AND s.state NOT IN ('rejected', 'expired') AND s.changed > ?1"
	    " AND NOT EXISTS (SELECT 1 FROM session n JOIN session_root r ON r.session_id = n.id"
	    " WHERE n.id > s.id AND n.state IN ('staged', 'committing', 'committed')"
	    " AND substr(i.path, 1, length(r.path)) = r.path"
	    " AND (length(i.path) = length(r.path) OR substr(i.path, length(r.path) + 1, 1) = X'2F'))"
	    " GROUP BY 1 ORDER BY 2 DESC, 1",
	    e);
	int row;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, h->now - RECENT);
	while ((row = sql_step(db, st, e)) > 0) {
		h->failed_items += sqlite3_column_int64(st, 1);
		if (h->nfailures == HEALTH_FAILURES)
			continue;
		snprintf(h->failures[h->nfailures].code, sizeof h->failures[0].code, "%s",
		    (const char *)sqlite3_column_text(st, 0));
		h->failures[h->nfailures++].n = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return row < 0 ? e->code : ERR_NONE;
}

/* One that is being worked on: by somebody who is gone, or who gives no sign of life. */
static void
judge_holder(struct health *h, sqlite3_stmt *st, bool held)
{
	bool committing = strcmp((const char *)sqlite3_column_text(st, 1), "committing") == 0;
	int64_t beat = sqlite3_column_int64(st, 2);

	if (!held) {
		h->stuck += committing;
		return;
	}
	if (h->limits.heartbeat == 0 || health_age(h, beat) <= h->limits.heartbeat ||
	    h->nsilent == HEALTH_SILENT)
		return;
	h->silent[h->nsilent].id = sqlite3_column_int64(st, 0);
	h->silent[h->nsilent].beat = beat;
	snprintf(h->silent[h->nsilent++].holder, sizeof h->silent[0].holder, "%s",
	    (const char *)sqlite3_column_text(st, 3));
}

static enum err_code
read_holders(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT s.id, s.state, max(s.heartbeat, s.changed), s.holder FROM session s"
	    " WHERE " SWEEP_UNFINISHED " ORDER BY s.id",
	    e);
	int fd = openat(db->dirfd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int row = 0;

	while (st != NULL && (row = sql_step(db, st, e)) > 0) {
		int64_t byte = lock_session_byte(sqlite3_column_int64(st, 0));

		judge_holder(h, st, fd >= 0 && lock_is_held(fd, byte, LOCK_EXCLUSIVE));
	}
	sql_done(st);
	fd_close(&fd);
	return e->code;
}

enum err_code
health_sessions(struct db *db, struct health *h, struct err *e)
{
	if (count_states(db, "SELECT state, count(*) FROM session GROUP BY state", session_states,
		HEALTH_SESSION_STATES, h->sessions, e) != ERR_NONE ||
	    count_states(db,
		"SELECT i.state, count(*) FROM session s JOIN item i ON i.session_id = s.id"
		" WHERE " SWEEP_UNFINISHED " GROUP BY i.state",
		item_states, HEALTH_ITEM_STATES, h->items, e) != ERR_NONE ||
	    read_failures(db, h, e) != ERR_NONE)
		return e->code;
	return read_holders(db, h, e);
}
