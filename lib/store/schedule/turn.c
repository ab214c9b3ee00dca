/* SPDX-License-Identifier: MIT */
/* Taking turns: each by one process, once. */
#include <unistd.h>

#include "base/lock.h"
#include "base/time.h"
#include "store/schedule/priv.h"

/* This user's that have a turn left. */
static enum err_code
list_own(struct db *db, struct schedule **v, size_t *n, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, SCHEDULE_ROWS " WHERE s.owner = ?1 AND s.turn IS NOT NULL ORDER BY s.id", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, getuid());
	return schedule_rows(db, st, v, n, e);
}

enum err_code
schedule_count_due(struct db *db, int64_t now, int64_t *n, struct err *e)
{
	struct schedule *v = NULL;
	size_t count = 0;

	if (list_own(db, &v, &count, e) != ERR_NONE)
		return e->code;
	*n = 0;
	for (size_t i = 0; i < count; i++)
		*n += v[i].next <= now;
	schedules_free(v, count);
	return ERR_NONE;
}

/* What is to become of a schedule that is due. */
struct choice {
	bool runs;
	int64_t turn;   /* the next one, -1: there is none */
	int64_t missed; /* turns that are passed over */
};

static void
choose(const struct schedule *s, int64_t now, struct choice *c)
{
	int64_t after = schedule_after(s, s->turn, now);
	int64_t last = after < 0 ? s->turn : after - 1; /* the latest that is due */
	int64_t due = last - s->turn + 1;

	*c = (struct choice){ .runs = true, .turn = after, .missed = due - 1 };
	if (s->catch_up == CATCH_UP_SKIP && now - schedule_at(s, last) > SCHEDULE_LATE) {
		c->runs = false;
		c->missed = due;
	} else if (s->catch_up == CATCH_UP_ALL && due > 1) {
		c->missed = due > SCHEDULE_ALL_MAX ? due - SCHEDULE_ALL_MAX : 0;
		c->turn = s->turn + c->missed + 1;
	}
}

/* The compare-and-swap: 1 it is ours, 0 somebody else was first, -1. */
static int
swap(struct db *db, const struct schedule *s, const struct choice *c, int64_t now, struct err *e)
{
	sqlite3_stmt *st;
	int mine = -1;

	if (sql_begin(db, e) != ERR_NONE)
		return -1;
	st = sql_get(db,
	    "UPDATE schedule SET turn = ?3, started = iif(?4, ?5, started), finished = iif(?4, NULL, "
	    "finished), status = iif(?4, NULL, status), runs = runs + ?4 WHERE id = ?1 AND turn = ?2",
	    e);
	if (st != NULL) {
		sql_int(st, 1, s->id);
		sql_int(st, 2, s->turn);
		if (c->turn >= 0)
			sql_int(st, 3, c->turn);
		sql_int(st, 4, c->runs);
		sql_int(st, 5, now);
		if (sql_run(db, st, e) == ERR_NONE) {
			mine = sqlite3_changes64(db->sql) == 1;
			if (sql_commit(db, e) != ERR_NONE)
				mine = -1;
		}
	}
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return mine;
}

/* Take one that is due, unless its last run still goes on: 1, 0, -1. */
static int
take(struct db *db, struct schedule *s, int64_t now, int64_t *missed, struct err *e)
{
	struct err busy = { 0 };
	struct choice c;
	int mine;

	if (lock_take(db->lockfd, lock_schedule_byte(s->id), LOCK_EXCLUSIVE, 0, &busy) != ERR_NONE) {
		if (busy.code != ERR_BUSY)
			*e = busy;
		return busy.code == ERR_BUSY ? 0 : -1;
	}
	choose(s, now, &c);
	mine = swap(db, s, &c, now, e);
	if (mine > 0) {
		*missed += c.missed;
		s->started = now;
	}
	if (mine > 0 && c.runs)
		return 1;
	lock_release(db->lockfd, lock_schedule_byte(s->id));
	return mine < 0 ? -1 : 0;
}

int
schedule_take(struct db *db, int64_t now, const int64_t *running, size_t nrunning, struct schedule *s,
    int64_t *missed, struct err *e)
{
	struct schedule *v = NULL;
	size_t n = 0;
	int found = 0;

	if (list_own(db, &v, &n, e) != ERR_NONE)
		return -1;
	for (size_t i = 0; i < n && found == 0; i++) {
		bool here = false;

		for (size_t k = 0; k < nrunning; k++)
			here = here || lock_schedule_byte(running[k]) == lock_schedule_byte(v[i].id);
		if (v[i].next > now || here || (found = take(db, &v[i], now, missed, e)) <= 0)
			continue;
		*s = v[i];
		v[i] = (struct schedule){ 0 };
	}
	schedules_free(v, n);
	return found;
}

enum err_code
schedule_ended(struct db *db, const struct schedule *s, int status, struct err *e)
{
	int64_t args[] = { s->id, s->started, time_now(), status, time_now() - SCHEDULE_KEPT };

	if (sql_begin(db, e) == ERR_NONE) {
		if (sql_change(db,
			"UPDATE schedule SET finished = ?3, status = ?4 WHERE id = ?1 AND started = ?2", args,
			4, e) != ERR_NONE ||
		    sql_change(db,
			"DELETE FROM schedule WHERE turn IS NULL AND finished < ?1 AND owner ="
			" (SELECT owner FROM schedule WHERE id = ?2)",
			(const int64_t[]){ args[4], s->id }, 2, e) != ERR_NONE ||
		    sql_commit(db, e) != ERR_NONE)
			sql_rollback(db);
	}
	lock_release(db->lockfd, lock_schedule_byte(s->id));
	return e->code;
}
