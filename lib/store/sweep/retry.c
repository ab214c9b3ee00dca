/* SPDX-License-Identifier: MIT */
/* Files that failed, and whose time has come: tried again, session by session. */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "store/sweep/priv.h"

/* Sessions that --retry takes, but for those whose commit failed: that is for people to look at. */
#define OPEN "s.state IN ('staging', 'staged')"

/* The first session after *id with files that are due, and how many: 1, 0, -1. */
static int
next_due(struct db *db, int64_t now, int64_t *id, int64_t *due, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT i.session_id, count(*) FROM item i JOIN session s ON s.id = i.session_id"
	    " WHERE i.due <= ?1 AND i.state = 'failed' AND " OPEN " AND i.session_id > ?2"
	    " GROUP BY i.session_id ORDER BY i.session_id LIMIT 1",
	    e);
	int row;

	if (st == NULL)
		return -1;
	sql_int(st, 1, now);
	sql_int(st, 2, *id);
	row = sql_step(db, st, e);
	if (row == 1) {
		*id = sqlite3_column_int64(st, 0);
		*due = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return row;
}

/* Its files that failed: all, and those that nobody tries again by himself. */
static enum err_code
count(struct db *db, int64_t session, int64_t *failed, int64_t *dead, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT count(*), count(*) - count(due) FROM item WHERE session_id = ?1 AND state = 'failed'", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	if (sql_step(db, st, e) == 1) {
		*failed = sqlite3_column_int64(st, 0);
		*dead = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
retry(
    struct db *db, const struct sweep *s, struct sweep_report *r, int64_t session, int64_t due, struct err *e)
{
	int64_t before = 0, after = 0, dead_before = 0, dead = 0;
	enum sweep_retried end;
	char name[32];

	snprintf(name, sizeof name, "s%" PRId64, session);
	if (s->dry_run || s->retry == NULL) {
		sweep_act(s, r, "retry", name, -1);
		sweep_add(r, "due", due);
		return ERR_NONE;
	}
	if (count(db, session, &before, &dead_before, e) != ERR_NONE)
		return e->code;
	end = s->retry(session, e);
	if (end == RETRY_RESTS) {
		sweep_add(r, "resting", due);
		return ERR_NONE;
	}
	if (end == RETRY_BROKEN || count(db, session, &after, &dead, e) != ERR_NONE)
		return e->code;
	r->changed = true;
	sweep_act(s, r, "retry", name, -1);
	sweep_add(r, "sessions", 1);
	sweep_add(r, "staged", before > after ? before - after : 0);
	sweep_add(r, "failed", after);
	sweep_add(r, "dead", dead > dead_before ? dead - dead_before : 0);
	return ERR_NONE;
}

enum err_code
sweep_retry(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int64_t now = time_now(), session = 0, due = 0;

	while (!sweep_stopped(s) && next_due(db, now, &session, &due, e) == 1) {
		struct err one = { 0 };

		if (db_session_is_held(db, session))
			sweep_add(r, "busy", 1);
		else if (retry(db, s, r, session, due, &one) == ERR_INTERRUPTED)
			*e = one;
		else if (one.code != ERR_NONE) {
			sweep_add(r, "not_retried", 1);
			sweep_failed(s, &one);
		}
	}
	if (e->code == ERR_NONE && sweep_stopped(s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	return e->code;
}
