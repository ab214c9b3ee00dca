/* SPDX-License-Identifier: MIT */
#include "store/edit/journal.h"

#include <inttypes.h>
#include <string.h>

#include "store/edit/priv.h"
#include "store/sql.h"

const char *const journal_tables[] = { "track", "recording", "release", "tag", "release_tag", "credit",
	"release_credit", "track_genre", "cover", "file", "amended", "removed", "playlist", "entry",
	"schedule", NULL };

static void
column_free(struct journal_column *c)
{
	sqlite3_free(c->name);
	*c = (struct journal_column){ 0 };
}

void
journal_columns_free(struct journal_columns *t)
{
	for (int i = 0; i < t->n; i++)
		column_free(&t->v[i]);
	t->n = 0;
}

enum err_code
journal_columns_read(struct db *db, const char *table, struct journal_columns *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, table);
	while (t->n < JOURNAL_COLUMNS && sql_step(db, st, e) == 1) {
		struct journal_column *c = &t->v[t->n++];
		const char *type = (const char *)sqlite3_column_text(st, 1);

		c->name = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
		if (c->name == NULL || type == NULL) {
			err_memory(e);
			break;
		}
		c->key = sqlite3_column_int(st, 2) != 0;
		c->bytes = strcmp(type, "BLOB") == 0;
		c->real = strcmp(type, "REAL") == 0;
		c->passing = strcmp(c->name, "modified") == 0 || strncmp(c->name, "sound_", 6) == 0;
	}
	sql_done(st);
	if (e->code != ERR_NONE)
		journal_columns_free(t);
	return e->code;
}

/* "name":value of a row's column, as an SQL expression that gives text. */
static void
add_member(struct buf *sql, const char *row, const struct journal_column *c, bool first)
{
	buf_printf(sql, "'%s\"%s\":' || ", first ? "" : ",", c->name);
	if (c->bytes)
		buf_printf(sql, "iif(%s.\"%s\" IS NULL, 'null', json_quote(hex(%s.\"%s\")))", row, c->name,
		    row, c->name);
	else
		buf_printf(sql, "json_quote(%s.\"%s\")", row, c->name);
}

/* The row's key with its other columns, all of them or those that differ, as an object. */
static void
add_object(struct buf *sql, const char *row, const struct journal_columns *t, bool all)
{
	bool first = true;

	buf_puts(sql, "'{' || ");
	for (int i = 0; i < t->n; i++) {
		if (!t->v[i].key)
			continue;
		add_member(sql, row, &t->v[i], first);
		buf_puts(sql, " || ");
		first = false;
	}
	for (int i = 0; i < t->n; i++) {
		const struct journal_column *c = &t->v[i];

		if (c->key || (c->passing && !all))
			continue;
		if (!all)
			buf_printf(sql, "iif(old.\"%s\" IS new.\"%s\", '', ", c->name, c->name);
		add_member(sql, row, c, false);
		buf_puts(sql, all ? " || " : ") || ");
	}
	buf_puts(sql, "'}'");
}

static void
add_trigger(
    struct buf *sql, const char *table, const char *what, const struct journal_columns *t, int64_t event)
{
	const char *separator = " WHEN ";
	bool update = strcmp(what, "UPDATE") == 0;

	buf_printf(
	    sql, "CREATE TEMP TRIGGER journal_%s_%s AFTER %s ON main.\"%s\"", table, what, what, table);
	for (int i = 0; update && i < t->n; i++) {
		if (t->v[i].key || t->v[i].passing)
			continue;
		buf_printf(sql, "%sold.\"%s\" IS NOT new.\"%s\"", separator, t->v[i].name, t->v[i].name);
		separator = " OR ";
	}
	buf_printf(sql,
	    " BEGIN INSERT INTO change (event_id, name, before, after) VALUES (%" PRId64 ", '%s', ", event,
	    table);
	if (strcmp(what, "INSERT") != 0)
		add_object(sql, "old", t, !update);
	else
		buf_puts(sql, "NULL");
	buf_puts(sql, ", ");
	if (strcmp(what, "DELETE") != 0)
		add_object(sql, "new", t, !update);
	else
		buf_puts(sql, "NULL");
	buf_puts(sql, "); END;\n");
}

static bool
only_key(const struct journal_columns *t)
{
	for (int i = 0; i < t->n; i++)
		if (!t->v[i].key && !t->v[i].passing)
			return false;
	return true;
}

static enum err_code
watch(struct db *db, int64_t event, struct err *e)
{
	struct buf sql = { 0 };

	for (int i = 0; journal_tables[i] != NULL; i++) {
		struct journal_columns t = { 0 };

		if (journal_columns_read(db, journal_tables[i], &t, e) != ERR_NONE)
			break;
		add_trigger(&sql, journal_tables[i], "INSERT", &t, event);
		add_trigger(&sql, journal_tables[i], "DELETE", &t, event);
		if (!only_key(&t))
			add_trigger(&sql, journal_tables[i], "UPDATE", &t, event);
		journal_columns_free(&t);
	}
	if (e->code == ERR_NONE && buf_ok(&sql, e) == ERR_NONE)
		sql_exec(db, sql.data, e);
	buf_free(&sql);
	return e->code;
}

static enum err_code
watch_no_more(struct db *db, struct err *e)
{
	struct buf sql = { 0 };

	for (int i = 0; journal_tables[i] != NULL; i++)
		buf_printf(&sql,
		    "DROP TRIGGER IF EXISTS temp.journal_%s_INSERT;"
		    "DROP TRIGGER IF EXISTS temp.journal_%s_UPDATE;"
		    "DROP TRIGGER IF EXISTS temp.journal_%s_DELETE;",
		    journal_tables[i], journal_tables[i], journal_tables[i]);
	if (buf_ok(&sql, e) == ERR_NONE)
		sql_exec(db, sql.data, e);
	buf_free(&sql);
	return e->code;
}

enum err_code
journal_begin(struct db *db, int64_t *event, struct err *e)
{
	int64_t id;

	if (db_event(db, "edit", NULL, NULL, e) != ERR_NONE)
		return e->code;
	id = sqlite3_last_insert_rowid(db->sql);
	if (sql_change(db, "INSERT INTO edit (event_id) VALUES (?1)", &id, 1, e) != ERR_NONE ||
	    watch(db, id, e) != ERR_NONE)
		return e->code;
	*event = id;
	return ERR_NONE;
}

enum err_code
journal_end(struct db *db, int64_t event, const char *kind, const char *subject, const char *data,
    bool *changed, struct err *e)
{
	sqlite3_stmt *st;
	int row;

	if (watch_no_more(db, e) != ERR_NONE ||
	    (st = sql_get(db, "SELECT 1 FROM change WHERE event_id = ?1 LIMIT 1", e)) == NULL)
		return e->code;
	sql_int(st, 1, event);
	row = sql_step(db, st, e);
	sql_done(st);
	if (row < 0)
		return e->code;
	*changed = row > 0;
	if (journal_check_owner(db, event, e) != ERR_NONE)
		return e->code;
	st = sql_get(db, "UPDATE event SET subject = ?2, data = ?3, kind = ?4 WHERE id = ?1", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, event);
	sql_text(st, 2, subject);
	sql_text(st, 3, data != NULL ? data : "{}");
	sql_text(st, 4, kind);
	return sql_run(db, st, e);
}
