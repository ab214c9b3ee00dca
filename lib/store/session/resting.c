/* SPDX-License-Identifier: MIT */
#include "store/session/resting.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/sql.h"

static const struct {
	const char *name;
	int64_t first, longest; /* seconds */
} classes[] = {
	[REST_ACCESS] = { "access", 1800, 4 * 3600 },
	[REST_IO] = { "io", 600, 3600 },
	[REST_UNKNOWN] = { "unknown", 1200, 3 * 3600 },
};

void
resting_free(struct resting *r)
{
	free(r->root);
	free(r->reason);
	*r = (struct resting){ 0 };
}

/* One statement that changes something, in a transaction of its own. */
static enum err_code
run_alone(struct db *db, sqlite3_stmt *st, struct err *e)
{
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (sql_run(db, st, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* A failure of another kind begins anew; one while it rests still, by a user's own try, counts like others.
 */
enum err_code
resting_note(struct db *db, const char *root, enum rest_class class, const char *reason, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO resting(root, class, failures, reason, since, until)"
	    " VALUES(?1, ?2, 1, ?3, ?4, ?4 + ?5) ON CONFLICT(root) DO UPDATE SET"
	    " failures = CASE class WHEN excluded.class THEN failures + 1 ELSE 1 END,"
	    " since = CASE class WHEN excluded.class THEN since ELSE excluded.since END,"
	    " class = excluded.class, reason = excluded.reason,"
	    " until = ?4 + CASE class WHEN excluded.class THEN min(?6, ?5 << min(failures, 20)) ELSE ?5 END",
	    e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, root, strlen(root));
	sql_text(st, 2, classes[class].name);
	sql_text(st, 3, reason);
	sql_int(st, 4, time_now());
	sql_int(st, 5, classes[class].first);
	sql_int(st, 6, classes[class].longest);
	return run_alone(db, st, e);
}

enum err_code
resting_clear(struct db *db, const char *root, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "DELETE FROM resting WHERE root = ?1", e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, root, strlen(root));
	return run_alone(db, st, e);
}

int
resting_any(struct db *db, struct err *e)
{
	int64_t any;

	return sql_number(db, "SELECT 1 FROM resting LIMIT 1", NULL, 0, &any, e);
}

/* The name of a class as a literal. */
static const char *
kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strcmp(classes[i].name, name) == 0)
			return classes[i].name;
	return classes[REST_UNKNOWN].name;
}

static int
read_row(struct db *db, sqlite3_stmt *st, struct resting *r, struct err *e)
{
	int step = sql_step(db, st, e);

	resting_free(r);
	if (step == 1) {
		r->root =
		    strndup((const char *)sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		r->kind = kind_of((const char *)sqlite3_column_text(st, 1));
		r->failures = sqlite3_column_int64(st, 2);
		r->reason = strdup((const char *)sqlite3_column_text(st, 3));
		r->since = sqlite3_column_int64(st, 4);
		r->until = sqlite3_column_int64(st, 5);
		if (r->root == NULL || r->reason == NULL) {
			resting_free(r);
			err_memory(e);
			step = -1;
		}
	}
	sql_done(st);
	return step;
}

int
resting_next(struct db *db, struct resting *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT root, class, failures, reason, since, until FROM resting"
	    " WHERE until > ?1 AND until <= ?1 + 14400 AND root > ?2 ORDER BY root LIMIT 1",
	    e);

	if (st == NULL)
		return -1;
	sql_int(st, 1, time_now());
	sql_bytes(st, 2, r->root != NULL ? r->root : "", r->root != NULL ? strlen(r->root) : 0);
	return read_row(db, st, r, e);
}

int
resting_find(struct db *db, const char *root, struct resting *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT root, class, failures, reason, since, until FROM resting WHERE until > ?1 AND until <= "
	    "?1 + 14400 AND root = ?2",
	    e);

	if (st == NULL)
		return -1;
	sql_int(st, 1, time_now());
	sql_bytes(st, 2, root, strlen(root));
	return read_row(db, st, r, e);
}
