/* SPDX-License-Identifier: MIT */
/* Making, listing and cancelling schedules. */
#include "store/schedule/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/journal.h"
#include "store/owner.h"
#include "store/schedule/priv.h"

static void
bind_bytes(sqlite3_stmt *st, int i, const char *bytes)
{
	if (bytes != NULL)
		sql_bytes(st, i, bytes, strlen(bytes));
}

static enum err_code
insert(struct db *db, struct schedule *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO schedule(playlist_id, owner, created, action, first, shown, zone, every, catch_up,"
	    " turn, shuffle, target, path, format, relative_to, layout, fs)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
	    e);
	char shown[WALL_TEXT], every[REPEAT_TEXT];

	if (st == NULL)
		return e->code;
	wall_format(&s->when.shown, shown);
	repeat_format(&s->when, every);
	sql_int(st, 1, s->playlist);
	sql_int(st, 2, s->owner);
	sql_int(st, 3, s->created);
	sql_text(st, 4, schedule_action_name(s->action));
	sql_int(st, 5, s->when.first);
	sql_text(st, 6, shown);
	sql_text(st, 7, s->zone);
	sql_text(st, 8, every);
	sql_text(st, 9, catch_up_name(s->catch_up));
	sql_int(st, 10, s->turn);
	sql_int(st, 11, s->shuffle);
	sql_text(st, 12, s->target);
	bind_bytes(st, 13, s->path);
	sql_text(st, 14, s->format);
	bind_bytes(st, 15, s->relative_to);
	sql_text(st, 16, s->layout);
	sql_text(st, 17, s->fs);
	if (sql_run(db, st, e) == ERR_NONE)
		s->id = sqlite3_last_insert_rowid(db->sql);
	return e->code;
}

/* The event, and COMMIT. */
static enum err_code
finish(struct db *db, int64_t event, const char *kind, const struct schedule *s, struct err *e)
{
	struct buf data = { 0 };
	char id[32], playlist[32];
	bool changed = false;

	snprintf(id, sizeof id, "c%lld", (long long)s->id);
	snprintf(playlist, sizeof playlist, "p%lld", (long long)s->playlist);
	json_object_begin(&data, NULL);
	json_text(&data, "playlist", playlist);
	json_text(&data, "action", schedule_action_name(s->action));
	json_object_end(&data);
	if (buf_ok(&data, e) == ERR_NONE &&
	    journal_end(db, event, kind, id, data.data, &changed, e) == ERR_NONE)
		sql_commit(db, e);
	buf_free(&data);
	return e->code;
}

enum err_code
schedule_add(struct db *db, struct schedule *s, bool dry_run, struct err *e)
{
	int64_t event;

	s->owner = getuid();
	s->created = time_now();
	s->turn = s->when.first >= s->created ? 0 : schedule_after(s, 0, s->created);
	if (s->turn < 0)
		return err_set(e, ERR_USAGE, "that time has passed");
	s->next = schedule_at(s, s->turn);
	if (dry_run || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (journal_begin(db, &event, e) != ERR_NONE || insert(db, s, e) != ERR_NONE ||
	    finish(db, event, "schedule", s, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

static int
by_time(const void *a, const void *b)
{
	const struct schedule *x = a, *y = b;
	int64_t l = x->turn < 0 ? INT64_MAX : x->next, r = y->turn < 0 ? INT64_MAX : y->next;

	return l != r ? (l > r) - (l < r) : (x->id > y->id) - (x->id < y->id);
}

enum err_code
schedule_list(struct db *db, int64_t playlist, struct schedule **v, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, SCHEDULE_ROWS " WHERE ?1 = 0 OR s.playlist_id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, playlist);
	if (schedule_rows(db, st, v, n, e) == ERR_NONE && *n > 0)
		qsort(*v, *n, sizeof **v, by_time);
	return e->code;
}

/* The number of "c4", or 0. */
static int64_t
id_of(const char *text)
{
	char *end;
	long long n = text[0] == 'c' && text[1] >= '1' && text[1] <= '9' ? strtoll(text + 1, &end, 10) : 0;

	return n > 0 && *end == '\0' ? n : 0;
}

/* Inside a transaction: the schedule of that id, which this user may cancel. */
static enum err_code
find_own(struct db *db, const char *id, struct schedule *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, SCHEDULE_ROWS " WHERE s.id = ?1", e);
	int row;

	if (st == NULL)
		return e->code;
	if (id_of(id) == 0)
		return err_set(e, ERR_NOTFOUND, "'%s' is not the id of a schedule, like c3", id);
	sql_int(st, 1, id_of(id));
	row = sql_step(db, st, e);
	if (row > 0)
		schedule_row(st, s, e);
	else if (row == 0)
		err_set(e, ERR_NOTFOUND, "there is no schedule %s", id);
	sql_done(st);
	if (e->code == ERR_NONE)
		owner_check(db, s->owner, id, e);
	return e->code;
}

enum err_code
schedule_cancel(struct db *db, const char *id, bool dry_run, struct err *e)
{
	struct schedule s = { 0 };
	int64_t event;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (journal_begin(db, &event, e) == ERR_NONE && find_own(db, id, &s, e) == ERR_NONE && !dry_run &&
	    sql_change(db, "DELETE FROM schedule WHERE id = ?1", &s.id, 1, e) == ERR_NONE)
		finish(db, event, "schedule-cancel", &s, e);
	if (e->code != ERR_NONE || dry_run)
		sql_rollback(db);
	schedule_free(&s);
	return e->code;
}
