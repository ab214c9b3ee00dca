/* SPDX-License-Identifier: MIT */
/* The rows of an event, taken back one by one.  All of it is SQL made from the tables' own columns. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "store/edit/priv.h"

/* The statements for one table; ?1 is a row as JSON, in those that compare ?2 is what should be there. */
struct taker {
	sqlite3_stmt *as_left; /* is the row there, as ?1 says? */
	sqlite3_stmt *there;   /* is there any row of this key? */
	sqlite3_stmt *update, *insert, *erase;
};
enum { TABLES = 32 };
struct takers {
	struct db *db;
	int64_t event;
	struct taker v[TABLES];
};

/* Hex of a row's BLOB, back to bytes. */
static void
bytes_of_hex(sqlite3_context *context, int n, sqlite3_value **args)
{
	const char *hex = (const char *)sqlite3_value_text(args[0]);
	size_t len = hex != NULL ? strlen(hex) / 2 : 0;
	uint8_t *bytes;

	(void)n;
	if (hex == NULL)
		return;
	bytes = sqlite3_malloc64(len + 1);
	if (bytes == NULL)
		sqlite3_result_error_nomem(context);
	else if (!hex_read(bytes, len, hex))
		sqlite3_result_error(context, "not hex", -1);
	else
		sqlite3_result_blob64(context, bytes, len, sqlite3_free), bytes = NULL;
	sqlite3_free(bytes);
}

/* A column's value in the row ?1. */
static void
add_value(struct buf *sql, const struct journal_column *c)
{
	buf_printf(sql,
	    c->bytes ? "bytes_of_hex(json_extract(?1, '$.\"%s\"'))" : "json_extract(?1, '$.\"%s\"')",
	    c->name);
}

static void
add_key(struct buf *sql, const struct journal_columns *t)
{
	const char *separator = " WHERE ";

	for (int i = 0; i < t->n; i++) {
		if (!t->v[i].key)
			continue;
		buf_printf(sql, "%s\"%s\" = ", separator, t->v[i].name);
		add_value(sql, &t->v[i]);
		separator = " AND ";
	}
}

/* Columns that the row ?1 does not tell of stay as they are. */
static void
add_update(struct buf *sql, const char *table, const struct journal_columns *t)
{
	const char *separator = " SET ";

	buf_printf(sql, "UPDATE main.\"%s\"", table);
	for (int i = 0; i < t->n; i++) {
		const struct journal_column *c = &t->v[i];

		if (c->key || c->passing)
			continue;
		buf_printf(sql, "%s\"%s\" = CASE WHEN json_type(?1, '$.\"%s\"') IS NULL THEN \"%s\" ELSE ",
		    separator, c->name, c->name, c->name);
		add_value(sql, c);
		buf_puts(sql, " END");
		separator = ", ";
	}
	add_key(sql, t);
}

static void
add_comparison(struct buf *sql, const char *table, const struct journal_columns *t)
{
	buf_printf(sql, "SELECT 1 FROM main.\"%s\"", table);
	add_key(sql, t);
	for (int i = 0; i < t->n; i++) {
		const struct journal_column *c = &t->v[i];

		if (c->key || c->passing)
			continue;
		buf_printf(sql, " AND (json_type(?1, '$.\"%s\"') IS NULL OR ", c->name);
		if (c->real) {
			buf_printf(sql, "json_quote(\"%s\") = json_quote(", c->name);
			add_value(sql, c);
			buf_puts(sql, "))");
		} else {
			buf_printf(sql, "\"%s\" IS ", c->name);
			add_value(sql, c);
			buf_putc(sql, ')');
		}
	}
}

static void
add_insert(struct buf *sql, const char *table, const struct journal_columns *t)
{
	buf_printf(sql, "INSERT INTO main.\"%s\" (", table);
	for (int i = 0; i < t->n; i++)
		buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", t->v[i].name);
	buf_puts(sql, ") VALUES (");
	for (int i = 0; i < t->n; i++) {
		buf_puts(sql, i > 0 ? ", " : "");
		add_value(sql, &t->v[i]);
	}
	buf_putc(sql, ')');
}

static enum err_code
prepare(struct takers *k, struct buf *sql, sqlite3_stmt **st, struct err *e)
{
	if (e->code == ERR_NONE && buf_ok(sql, e) == ERR_NONE)
		*st = sql_prepare(k->db, sql->data, e);
	buf_clear(sql);
	return e->code;
}

/* The statements of a table, made when it is first met. */
static struct taker *
taker_of(struct takers *k, const char *table, struct err *e)
{
	struct journal_columns t = { 0 };
	struct buf sql = { 0 };
	struct taker *take;
	int i = 0;

	while (journal_tables[i] != NULL && strcmp(journal_tables[i], table) != 0)
		i++;
	if (journal_tables[i] == NULL || i >= TABLES) {
		err_set(
		    e, ERR_LIBRARY, "event e%" PRId64 " tells of a table that cannot be edited", k->event);
		return NULL;
	}
	take = &k->v[i];
	if (take->as_left != NULL)
		return take;
	if (journal_columns_read(k->db, table, &t, e) != ERR_NONE)
		return NULL;
	add_comparison(&sql, table, &t);
	prepare(k, &sql, &take->as_left, e);
	buf_printf(&sql, "SELECT 1 FROM main.\"%s\"", table);
	add_key(&sql, &t);
	prepare(k, &sql, &take->there, e);
	buf_printf(&sql, "DELETE FROM main.\"%s\"", table);
	add_key(&sql, &t);
	prepare(k, &sql, &take->erase, e);
	add_insert(&sql, table, &t);
	prepare(k, &sql, &take->insert, e);
	add_update(&sql, table, &t);
	prepare(k, &sql, &take->update, e);
	journal_columns_free(&t);
	buf_free(&sql);
	return e->code == ERR_NONE ? take : NULL;
}

static void
takers_free(struct takers *k)
{
	for (int i = 0; i < TABLES; i++) {
		sqlite3_finalize(k->v[i].as_left);
		sqlite3_finalize(k->v[i].there);
		sqlite3_finalize(k->v[i].update);
		sqlite3_finalize(k->v[i].insert);
		sqlite3_finalize(k->v[i].erase);
	}
}

/* A later event that changed the same row, or 0: the number of its key in the list of members is that of the
 * table's key, so what both rows' JSON begins with tells. */
static int64_t
later_event(struct takers *k, const char *table, const char *row)
{
	struct err ignored = { 0 };
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT min(event_id) FROM change c WHERE event_id > ?1 AND name = ?2 AND event_id <>"
	    " (SELECT max(event_id) FROM edit) AND NOT EXISTS (SELECT 1 FROM json_each(?3) k"
	    " WHERE k.key IN (SELECT name FROM pragma_table_info(?2) WHERE pk > 0)"
	    " AND k.value IS NOT json_extract(coalesce(c.after, c.before), '$.\"' || k.key || '\"'))",
	    &ignored);
	int64_t event = 0;

	if (st == NULL)
		return 0;
	sql_int(st, 1, k->event);
	sql_text(st, 2, table);
	sql_text(st, 3, row);
	if (sql_step(k->db, st, &ignored) == 1)
		event = sqlite3_column_int64(st, 0);
	sql_done(st);
	return event;
}

/* "title of track 12" */
static void
describe(struct takers *k, const char *table, const char *row, char *text, size_t size)
{
	struct err ignored = { 0 };
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT coalesce((SELECT name FROM tagname WHERE id = coalesce(json_extract(?2, '$.name_id'),"
	    " json_extract(?2, '$.role'))) || ' of ', '') || CASE WHEN ?1 <> 'entry' AND"
	    " json_extract(?2, '$.track_id') > 0 THEN"
	    " 'track ' || json_extract(?2, '$.track_id') WHEN ?1 = 'track' THEN 'track ' ||"
	    " json_extract(?2, '$.id') WHEN ?1 = 'file' THEN 'track ' || (SELECT track_id FROM file WHERE id "
	    "= json_extract(?2, '$.id')) WHEN ?1 IN ('entry', 'playlist') THEN 'playlist p' ||"
	    " coalesce(json_extract(?2, '$.playlist_id'), (SELECT playlist_id FROM entry WHERE ?1 = 'entry' "
	    "AND id = json_extract(?2, '$.id')), json_extract(?2, '$.id')) WHEN ?1 LIKE 'release%' THEN 'the "
	    "release' ELSE 'what it did' END",
	    &ignored);

	snprintf(text, size, "what it did");
	if (st == NULL)
		return;
	sql_text(st, 1, table);
	sql_text(st, 2, row);
	if (sql_step(k->db, st, &ignored) == 1 && sqlite3_column_text(st, 0) != NULL)
		snprintf(text, size, "%s", (const char *)sqlite3_column_text(st, 0));
	sql_done(st);
}

/* The first retag since that changed a track which the edit had to do with: commits keep no rows of what they
 * did, but tell which tracks. */
static int64_t
later_retag(struct takers *k)
{
	struct err ignored = { 0 };
	int64_t event = 0;

	sql_number(k->db,
	    "SELECT min(id) FROM event WHERE id > ?1 AND kind = 'retag' AND CAST(subject AS INTEGER) IN"
	    " (SELECT id FROM temp.chosen)",
	    &k->event, 1, &event, &ignored);
	return event;
}

static enum err_code
refuse(struct takers *k, const char *table, const char *row, struct err *e)
{
	int64_t by_edit = later_event(k, table, row), later = by_edit != 0 ? by_edit : later_retag(k);
	char what[200], by[40] = "";

	describe(k, table, row, what, sizeof what);
	if (later != 0)
		snprintf(by, sizeof by, " by event e%" PRId64, later);
	return err_set(
	    e, ERR_STATE, "event e%" PRId64 " cannot be undone: %s was changed later%s", k->event, what, by);
}

/* Run one of a table's statements with a row: 1 a row came, 0, -1. */
static int
run(struct takers *k, sqlite3_stmt *st, const char *row, struct err *e)
{
	int step;

	sql_text(st, 1, row);
	step = sql_step(k->db, st, e);
	sqlite3_reset(st);
	return step;
}

/* Change a row; where another one has what it wants (a name, a place) it cannot come back. */
static enum err_code
change(struct takers *k, sqlite3_stmt *st, const char *table, const char *row, struct err *e)
{
	if (run(k, st, row, e) >= 0)
		return sqlite3_changes(k->db->sql) == 1 ? ERR_NONE : refuse(k, table, row, e);
	if ((sqlite3_errcode(k->db->sql) & 0xff) == SQLITE_CONSTRAINT) {
		*e = (struct err){ 0 };
		refuse(k, table, row, e);
	}
	return e->code;
}

static enum err_code
take_row(struct takers *k, const char *table, const char *before, const char *after, struct err *e)
{
	struct taker *t = taker_of(k, table, e);
	int found;

	if (t == NULL)
		return e->code;
	found = run(k, after != NULL ? t->as_left : t->there, after != NULL ? after : before, e);
	if (found < 0)
		return e->code;
	if (found != (after != NULL))
		return refuse(k, table, after != NULL ? after : before, e);
	if (before == NULL)
		return change(k, t->erase, table, after, e);
	return change(k, after == NULL ? t->insert : t->update, table, before, e);
}

enum err_code
journal_take_back(struct db *db, int64_t event, const struct progress *progress, struct err *e)
{
	struct takers k = { .db = db, .event = event };
	struct buf before = { 0 }, after = { 0 };
	int64_t last = INT64_MAX;
	char table[32];
	int step;

	if (sqlite3_create_function_v2(db->sql, "bytes_of_hex", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, bytes_of_hex, NULL, NULL,
		NULL) != SQLITE_OK)
		return sql_error(db, e);
	do {
		sqlite3_stmt *st = sql_get(db,
		    "SELECT id, name, before, after FROM change WHERE event_id = ?1 AND id < ?2"
		    " ORDER BY id DESC LIMIT 1",
		    e);
		bool was, is;

		if (st == NULL)
			break;
		sql_int(st, 1, event);
		sql_int(st, 2, last);
		step = sql_step(db, st, e);
		last = sqlite3_column_int64(st, 0);
		snprintf(
		    table, sizeof table, "%s", step == 1 ? (const char *)sqlite3_column_text(st, 1) : "");
		buf_clear(&before);
		buf_clear(&after);
		was = step == 1 && sqlite3_column_type(st, 2) != SQLITE_NULL;
		is = step == 1 && sqlite3_column_type(st, 3) != SQLITE_NULL;
		if (was)
			buf_puts(&before, (const char *)sqlite3_column_text(st, 2));
		if (is)
			buf_puts(&after, (const char *)sqlite3_column_text(st, 3));
		sql_done(st);
		if (step == 1 && buf_ok(&before, e) == ERR_NONE && buf_ok(&after, e) == ERR_NONE)
			take_row(&k, table, was ? before.data : NULL, is ? after.data : NULL, e);
	} while (step == 1 && edit_go_on(progress, e) == ERR_NONE);
	buf_free(&before);
	buf_free(&after);
	takers_free(&k);
	return e->code;
}

enum err_code
journal_tracks(struct db *db, int64_t event, struct err *e)
{
	return sql_change(db,
	    "INSERT OR IGNORE INTO temp.chosen (id)" JOURNAL_TRACKS
	    " UNION SELECT t.id FROM main.change c JOIN main.track t ON t.recording_id ="
	    " json_extract(coalesce(c.after, c.before), '$.id') WHERE c.event_id = ?1 AND c.name = "
	    "'recording'",
	    &event, 1, e);
}
