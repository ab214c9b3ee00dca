/* SPDX-License-Identifier: MIT */
#include "store/events.h"

#include <stdio.h>

#include "base/out.h"
#include "base/time.h"
#include "store/sql.h"
#include "store/track.h"
#include "text/table.h"

enum err_code
event_parse(const char *text, int64_t *id, struct err *e)
{
	const char *digits = text + (*text == 'e');
	int64_t n = 0;

	if (*digits == '\0')
		return err_set(e, ERR_USAGE, "'%s' is not the id of an event, like e5", text);
	for (const char *s = digits; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > INT64_MAX / 10 - 1)
			return err_set(e, ERR_USAGE, "'%s' is not the id of an event, like e5", text);
		n = n * 10 + (*s - '0');
	}
	*id = n;
	return ERR_NONE;
}

enum err_code
events_start(struct db *db, int64_t n, int64_t *after, struct err *e)
{
	*after = 0;
	if (n < 0)
		return ERR_NONE;
	sql_number(db, "SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?", &n, 1, after, e);
	return e->code;
}

enum err_code
events_missed(struct db *db, int64_t after, bool *missed, struct err *e)
{
	int64_t first = 0, last = 0;

	if (sql_number(db, "SELECT min(id) FROM event WHERE id > ?", &after, 1, &first, e) < 0 ||
	    sql_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'event'", NULL, 0, &last, e) < 0)
		return e->code;
	*missed = first > after + 1 || (first == 0 && last > after);
	return ERR_NONE;
}

static void
add_json(sqlite3_stmt *st, char end, struct buf *out)
{
	char user[OWNER_TEXT], id[32];
	const char *subject = (const char *)sqlite3_column_text(st, 4);

	json_open(out, "event");
	snprintf(id, sizeof id, "e%lld", (long long)sqlite3_column_int64(st, 0));
	json_text(out, "id", id);
	json_time(out, "at", sqlite3_column_int64(st, 1));
	json_text(out, "owner", owner_name(sqlite3_column_int64(st, 2), user));
	json_text(out, "kind", (const char *)sqlite3_column_text(st, 3));
	if (*subject != '\0')
		json_text(out, "subject", subject);
	if (sqlite3_column_int(st, 6) != 0) /* JSON, and not {} */
		json_raw(out, "data", (const char *)sqlite3_column_text(st, 5));
	json_close(out);
	buf_putc(out, end);
}

static void
add_cells(sqlite3_stmt *st, struct table *t)
{
	char user[OWNER_TEXT], when[TIME_TEXT], id[32];

	snprintf(id, sizeof id, "e%lld", (long long)sqlite3_column_int64(st, 0));
	table_text(t, id);
	table_text(t, time_format(sqlite3_column_int64(st, 1), when));
	table_text(t, (const char *)sqlite3_column_text(st, 3));
	table_text(t, (const char *)sqlite3_column_text(st, 4));
	table_text(t, owner_name(sqlite3_column_int64(st, 2), user));
	table_text(t, sqlite3_column_int(st, 6) != 0 ? (const char *)sqlite3_column_text(st, 5) : "");
	table_row(t);
}

static void
add_head(struct table *t)
{
	static const char *const heads[] = { "id", "at", "kind", "subject", "owner", "data" };

	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		table_text(t, heads[i]);
	table_row(t);
}

enum err_code
events_print(
    struct db *db, int64_t *after, size_t *n, struct events_form *form, struct buf *out, struct err *e)
{
	struct table t = { .out = out,
		.separator = form->end,
		.aligned = form->columns > 0,
		.fit = form->columns,
		.head = form->columns > 0 && !form->started,
		.color = form->color };
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id, at, actor, kind, subject, data, data <> '{}' AND json_valid(data) FROM event"
	    " WHERE id > ? ORDER BY id LIMIT ?",
	    e);
	size_t count = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, *after);
	sql_int(st, 2, (int64_t)*n);
	while (sql_step(db, st, e) > 0) {
		if (t.head && !form->json && !form->started)
			add_head(&t);
		form->started = true;
		if (form->json)
			add_json(st, form->end, out);
		else
			add_cells(st, &t);
		*after = sqlite3_column_int64(st, 0);
		count++;
	}
	sql_done(st);
	table_end(&t);
	*n = count;
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

enum err_code
events_changed(struct db *db, int64_t *version, bool *changed, struct err *e)
{
	int64_t now = 0;

	if (sql_number(db, "PRAGMA data_version", NULL, 0, &now, e) < 0)
		return e->code;
	*changed = now != *version;
	*version = now;
	return ERR_NONE;
}
