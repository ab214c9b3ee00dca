/* SPDX-License-Identifier: MIT */
#include "store/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/owner.h"
#include "store/session/stage.h"
#include "store/sql.h"

enum err_code
session_parse(const char *text, int64_t *id, struct err *e)
{
	const char *digits = *text == 's' ? text + 1 : text;
	size_t len = strspn(digits, "0123456789");
	int64_t n;

	if (len == 0 || len > 18 || digits[len] != '\0')
		return err_set(e, ERR_USAGE, "'%s' is not the id of a session, like s3", text);
	n = (int64_t)strtoll(digits, NULL, 10);
	if (n == 0)
		return err_set(e, ERR_USAGE, "'%s' is not the id of a session, like s3", text);
	*id = n;
	return ERR_NONE;
}

void
session_free(struct session *s)
{
	free(s->commit_error);
	free(s->roots);
	*s = (struct session){ 0 };
}

/* A column's text as a malloced string, NULL for NULL; false when memory is out. */
static bool
copy_text(sqlite3_stmt *st, int column, char **out)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	*out = text != NULL ? strdup(text) : NULL;
	return text == NULL || *out != NULL;
}

static enum err_code
load_row(struct db *db, int64_t id, struct session *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT state, owner, created, changed, ifnull(committed, 0), heartbeat, holder, unchanged,"
	    " skipped, commit_error, run_bytes FROM session WHERE id = ?1",
	    e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 1) {
		s->id = id;
		snprintf(s->state, sizeof s->state, "%s", (const char *)sqlite3_column_text(st, 0));
		s->owner = sqlite3_column_int64(st, 1);
		s->created = sqlite3_column_int64(st, 2);
		s->changed = sqlite3_column_int64(st, 3);
		s->committed = sqlite3_column_int64(st, 4);
		s->heartbeat = sqlite3_column_int64(st, 5);
		snprintf(s->holder, sizeof s->holder, "%s", (const char *)sqlite3_column_text(st, 6));
		s->unchanged = sqlite3_column_int64(st, 7);
		s->skipped = sqlite3_column_int64(st, 8);
		s->run_bytes = sqlite3_column_int64(st, 10);
		if (!copy_text(st, 9, &s->commit_error))
			err_memory(e);
	} else if (step == 0) {
		err_set(e, ERR_NOTFOUND, "there is no session s%" PRId64, id);
	}
	sql_done(st);
	return e->code;
}

static void
count_state(struct session *s, const char *state, int64_t n, int64_t bytes)
{
	const struct {
		const char *name;
		int64_t *count;
	} counts[] = {
		{ "pending", &s->pending },
		{ "reading", &s->pending },
		{ "staged", &s->staged },
		{ "committed", &s->done },
		{ "duplicate", &s->duplicate },
		{ "conflict", &s->conflict },
		{ "skipped", &s->skipped_items },
		{ "removed-earlier", &s->removed_earlier },
		{ "failed", &s->failed },
	};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		if (strcmp(counts[i].name, state) == 0)
			*counts[i].count += n;
	if (strcmp(state, "staged") == 0)
		s->bytes += bytes;
}

static enum err_code
load_counts(struct db *db, int64_t id, struct session *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT state, count(*), ifnull(sum(size), 0) FROM item WHERE session_id = ?1 GROUP BY state"
	    /* one item may have become several tracks */
	    " UNION ALL SELECT 'committed', count(*), 0 FROM file f WHERE session_id = ?1 AND part > 1 AND "
	    "NOT EXISTS (SELECT 1 FROM file o WHERE o.track_id = f.track_id AND o.id < f.id)",
	    e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	while ((step = sql_step(db, st, e)) == 1)
		count_state(s, (const char *)sqlite3_column_text(st, 0), sqlite3_column_int64(st, 1),
		    sqlite3_column_int64(st, 2));
	sql_done(st);
	return step < 0 ? e->code : ERR_NONE;
}

static enum err_code
load_root(struct db *db, int64_t id, struct session *s, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT path FROM session_root WHERE session_id = ?1 ORDER BY seq LIMIT 1", e);
	struct buf b = { 0 };
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 1) {
		out_escape(&b, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		s->roots = buf_detach(&b);
		if (s->roots == NULL)
			err_memory(e);
	}
	sql_done(st);
	return e->code;
}

enum err_code
session_load(struct db *db, int64_t id, struct session *ret, struct err *e)
{
	struct session s = { 0 };

	e->code = ERR_NONE;
	if (load_row(db, id, &s, e) != ERR_NONE || load_counts(db, id, &s, e) != ERR_NONE ||
	    load_root(db, id, &s, e) != ERR_NONE) {
		session_free(&s);
		return e->code;
	}
	session_free(ret);
	*ret = s;
	return ERR_NONE;
}

enum err_code
session_list(struct db *db, const char *states, int64_t **ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id FROM session WHERE ?1 IS NULL OR instr(' ' || ?1 || ' ', ' ' || state || ' ') > 0"
	    " ORDER BY id",
	    e);
	int64_t *list = NULL;
	size_t len = 0, cap = 0;
	int step;

	if (st == NULL)
		return e->code;
	sql_text(st, 1, states);
	while ((step = sql_step(db, st, e)) == 1) {
		if (len == cap) {
			int64_t *more = realloc(list, (cap = 2 * cap + 16) * sizeof *list);

			if (more == NULL) {
				err_memory(e);
				step = -1;
				break;
			}
			list = more;
		}
		list[len++] = sqlite3_column_int64(st, 0);
	}
	sql_done(st);
	if (step < 0) {
		free(list);
		return e->code;
	}
	*ids = list;
	*n = len;
	return ERR_NONE;
}

static void
holder_name(char *text, size_t size)
{
	char host[65] = "";

	if (gethostname(host, sizeof host - 1) != 0)
		snprintf(host, sizeof host, "this machine");
	snprintf(text, size, "%s, process %ld on %s", program_invocation_short_name, (long)getpid(), host);
}

static enum err_code
insert_session(struct db *db, const char *state, const char *options, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO session(state, owner, created, changed, heartbeat, holder, options)"
	    /* where the clock went back since the last sweep it is as young as that */
	    " VALUES(?5, ?1, max(?2, ifnull((SELECT max(finished) FROM task), 0)), ?2, ?2, ?3, ?4)",
	    e);
	char holder[128];

	if (st == NULL)
		return e->code;
	holder_name(holder, sizeof holder);
	sql_int(st, 1, (int64_t)getuid());
	sql_int(st, 2, time_now());
	sql_text(st, 3, holder);
	sql_text(st, 4, options != NULL ? options : "{}");
	sql_text(st, 5, state);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	*id = sqlite3_last_insert_rowid(db->sql);
	return ERR_NONE;
}

static enum err_code
insert_roots(struct db *db, int64_t id, char **roots, size_t nroots, struct err *e)
{
	for (size_t i = 0; i < nroots; i++) {
		sqlite3_stmt *st =
		    sql_get(db, "INSERT INTO session_root(session_id, seq, path) VALUES(?1, ?2, ?3)", e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, id);
		sql_int(st, 2, (int64_t)i);
		sql_bytes(st, 3, roots[i], strlen(roots[i]));
		if (sql_run(db, st, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

/* The lock is taken before anybody can see the row, and the folder is durable before the row is. */
static enum err_code
create(struct db *db, const char *state, char **roots, size_t nroots, const char *options, int64_t *id,
    struct err *e)
{
	int64_t session = 0;
	bool locked = false;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (insert_session(db, state, options, &session, e) != ERR_NONE ||
	    insert_roots(db, session, roots, nroots, e) != ERR_NONE ||
	    db_lock_session(db, session, e) != ERR_NONE)
		goto fail;
	locked = true;
	if (stage_make(db, session, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		goto fail;
	*id = session;
	return ERR_NONE;
fail:
	sql_rollback(db);
	if (locked)
		db_unlock_session(db, session);
	return e->code;
}

enum err_code
session_create(
    struct db *db, char **roots, size_t nroots, const char *options_json, int64_t *id, struct err *e)
{
	return create(db, "staging", roots, nroots, options_json, id, e);
}

enum err_code
session_scratch(struct db *db, int64_t *id, struct err *e)
{
	return create(db, "rejected", NULL, 0, NULL, id, e);
}

enum err_code
session_scratch_end(struct db *db, int64_t id, struct err *e)
{
	if (session_clear_staging(db, id, NULL, NULL, e) == ERR_NONE && sql_begin(db, e) == ERR_NONE) {
		if (sql_change(db, "DELETE FROM session WHERE id = ?1 AND staging = 0", &id, 1, e) ==
		    ERR_NONE)
			sql_commit(db, e);
		sql_rollback(db);
	}
	db_unlock_session(db, id);
	return e->code;
}

bool
session_is_ours(struct db *db, int64_t id)
{
	struct err why = { 0 };

	return owner_check_session(db, id, &why) == ERR_NONE;
}

enum err_code
session_wrong(int64_t id, const char *state, struct err *e)
{
	bool over = strcmp(state, "rejected") == 0 || strcmp(state, "expired") == 0;

	return err_set(e, ERR_STATE, "session s%" PRId64 " is %s%s", id, state,
	    over ? ": to have its files in the library, import them anew" : "");
}

/* Why a compare-and-swap found nothing. */
static enum err_code
wrong_state(struct db *db, int64_t id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT state FROM session WHERE id = ?1", e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 1)
		session_wrong(id, (const char *)sqlite3_column_text(st, 0), e);
	else if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no session s%" PRId64, id);
	sql_done(st);
	return e->code;
}

static bool
is_work(const char *state)
{
	return strcmp(state, "staging") == 0 || strcmp(state, "committing") == 0;
}

static enum err_code
move(struct db *db, int64_t id, const char *from, const char *to, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE session SET state = ?3, changed = ?4, heartbeat = ?4, holder = ?5,"
	    " run_bytes = CASE ?3 WHEN 'staging' THEN 0 ELSE run_bytes END,"
	    " committed = CASE ?3 WHEN 'committed' THEN ?4 ELSE committed END,"
	    " commit_id = CASE ?3 WHEN 'committing' THEN lower(hex(randomblob(16))) ELSE commit_id END,"
	    " commit_error = CASE ?3 WHEN 'failed' THEN commit_error END"
	    " WHERE id = ?1 AND instr(' ' || ?2 || ' ', ' ' || state || ' ') > 0",
	    e);
	char holder[128] = "";

	if (st == NULL || owner_check_session(db, id, e) != ERR_NONE)
		return e->code;
	if (is_work(to))
		holder_name(holder, sizeof holder);
	sql_int(st, 1, id);
	sql_text(st, 2, from);
	sql_text(st, 3, to);
	sql_int(st, 4, time_now());
	sql_text(st, 5, holder);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	return sqlite3_changes(db->sql) == 1 ? ERR_NONE : wrong_state(db, id, e);
}

/* move() in a transaction of its own, or in the caller's. */
static enum err_code
move_alone(struct db *db, int64_t id, const char *from, const char *to, const char *event, struct err *e)
{
	bool mine = sqlite3_get_autocommit(db->sql) != 0;
	char subject[24];

	if (mine && sql_begin(db, e) != ERR_NONE)
		return e->code;
	snprintf(subject, sizeof subject, "s%" PRId64, id);
	if (move(db, id, from, to, e) != ERR_NONE ||
	    (event != NULL && db_event(db, event, subject, NULL, e) != ERR_NONE) ||
	    (mine && sql_commit(db, e) != ERR_NONE)) {
		if (mine)
			sql_rollback(db);
		return e->code;
	}
	return ERR_NONE;
}

enum err_code
session_move(struct db *db, int64_t id, const char *from, const char *to, struct err *e)
{
	return move_alone(db, id, from, to, NULL, e);
}

enum err_code
session_reject(struct db *db, int64_t id, struct err *e)
{
	struct err busy = { 0 };
	enum err_code rc;

	if (move_alone(db, id, "staging staged failed", "rejected", "reject", e) != ERR_NONE)
		return e->code;
	/* a running import holds the lock: it sees the new state and clears up itself */
	if (db_lock_session(db, id, &busy) != ERR_NONE)
		return ERR_NONE;
	rc = session_clear_staging(db, id, NULL, NULL, e);
	db_unlock_session(db, id);
	return rc;
}

enum err_code
session_retry(struct db *db, int64_t id, struct err *e)
{
	return move_alone(db, id, "failed", "staged", "retry", e);
}

enum err_code
session_clear_staging(struct db *db, int64_t id, int64_t *removed, int64_t *bytes, struct err *e)
{
	bool mine = sqlite3_get_autocommit(db->sql) != 0;
	int64_t n = 0, size = 0;
	sqlite3_stmt *st;

	if (stage_clear(db, id, &n, &size, e) != ERR_NONE)
		return e->code;
	if (mine && sql_begin(db, e) != ERR_NONE)
		return e->code;
	st = sql_get(db, "UPDATE session SET staging = 0 WHERE id = ?1 AND staging = 1", e);
	if (st == NULL)
		goto fail;
	sql_int(st, 1, id);
	if (sql_run(db, st, e) != ERR_NONE || (mine && sql_commit(db, e) != ERR_NONE))
		goto fail;
	if (removed != NULL)
		*removed = n;
	if (bytes != NULL)
		*bytes = size;
	return ERR_NONE;
fail:
	if (mine)
		sql_rollback(db);
	return e->code;
}
