/* SPDX-License-Identifier: MIT */
#include "store/history/imports.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/history/priv.h"
#include "store/packed/packed.h"
#include "text/table.h"

enum err_code
import_parse(const char *text, int64_t *id, struct err *e)
{
	const char *digits = *text == 'h' ? text + 1 : text;
	size_t len = strspn(digits, "0123456789");

	if (len == 0 || len > 18 || digits[len] != '\0' || strtoll(digits, NULL, 10) == 0)
		return err_set(e, ERR_USAGE, "'%s' is not the id of an import of a history, like h3", text);
	*id = (int64_t)strtoll(digits, NULL, 10);
	return ERR_NONE;
}

/* -- one that was there before --------------------------------------------- */

static sqlite3_stmt *
file_statement(struct db *db, const struct play_import *i, const char *zone, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id, state = 'whole' AND broken = 0 AND zone <> 'local', at, type, zone, added + shared "
	    "FROM play_import WHERE sha256 = ?1"
	    " AND listener = ?2 AND (zone = '' OR zone = ?3) AND state <> 'going'"
	    " ORDER BY state = 'whole' DESC, id DESC LIMIT 1",
	    e);

	if (st != NULL) {
		sql_bytes(st, 1, i->sha256, SHA256_BYTES);
		sql_text(st, 2, i->listener);
		sql_text(st, 3, zone);
	}
	return st;
}

static sqlite3_stmt *
player_statement(struct db *db, const struct play_import *i, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id, 0, at, type, zone, 0 FROM play_import WHERE type = 'player' AND name = ?1 AND "
	    "listener = ?2 AND sha256 IS NULL AND state = 'whole' LIMIT 1",
	    e);

	if (st != NULL) {
		sql_text(st, 1, i->name);
		sql_text(st, 2, i->listener);
	}
	return st;
}

enum err_code
import_find(struct db *db, struct play_import *i, const char *zone, struct err *e)
{
	sqlite3_stmt *st;

	if (!i->player && i->sha256 == NULL)
		return ERR_NONE;
	st = i->player ? player_statement(db, i, e) : file_statement(db, i, zone, e);
	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1) {
		i->id = sqlite3_column_int64(st, 0);
		i->same = sqlite3_column_int(st, 1) != 0;
		i->at = sqlite3_column_int64(st, 2);
		i->before = sqlite3_column_int64(st, 5);
		snprintf(i->type, sizeof i->type, "%s", (const char *)sqlite3_column_text(st, 3));
		snprintf(i->zone, sizeof i->zone, "%s", (const char *)sqlite3_column_text(st, 4));
	}
	sql_done(st);
	return e->code;
}

/* -- its row --------------------------------------------------------------- */

enum err_code
import_row(struct db *db, struct play_import *i, const char *type, struct err *e)
{
	sqlite3_stmt *st;

	if (i->id != 0)
		return ERR_NONE;
	snprintf(i->type, sizeof i->type, "%s", type);
	st = sql_get(db,
	    "INSERT INTO play_import (listener, type, name, zone, sha256, at, state)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	    e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, i->listener);
	sql_text(st, 2, i->type);
	sql_text(st, 3, i->name);
	sql_text(st, 4, i->zone);
	if (i->sha256 != NULL)
		sql_bytes(st, 5, i->sha256, SHA256_BYTES);
	sql_int(st, 6, time_now());
	sql_text(st, 7, i->player ? "whole" : "open");
	return row_inserted(db, st, &i->id, e);
}

enum err_code
import_goes_on(struct db *db, const struct play_import *i, struct err *e)
{
	sqlite3_stmt *st;
	int64_t there;

	if (i->id == 0)
		return ERR_NONE;
	st = sql_get(db, "SELECT id FROM play_import WHERE id = ?1 AND state <> 'going'", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	if (row_id(db, st, &there, e) == ERR_NONE && there == 0)
		err_set(e, ERR_STATE, "import h%" PRId64 " was forgotten meanwhile", i->id);
	return e->code;
}

enum err_code
import_keep(struct db *db, struct play_import *i, struct err *e)
{
	const struct plays_counts *now = &i->counts, *then = &i->kept;
	sqlite3_stmt *st;

	if (i->id == 0 || now->added == then->added)
		return ERR_NONE;
	st = sql_get(db,
	    "UPDATE play_import SET added = added + ?2, uncounted = uncounted + ?3, near = near + ?4, zone = "
	    "?5 WHERE id = ?1",
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	sql_int(st, 2, now->added - then->added);
	sql_int(st, 3, now->uncounted - then->uncounted);
	sql_int(st, 4, now->near - then->near);
	sql_text(st, 5, i->zone);
	i->kept = i->counts;
	return sql_run(db, st, e);
}

static enum err_code
tell(struct db *db, const struct play_import *i, struct err *e)
{
	struct buf data = { 0 };
	char id[24];

	if (i->counts.added == 0)
		return ERR_NONE;
	snprintf(id, sizeof id, "h%" PRId64, i->id);
	buf_puts(&data, "{");
	json_text(&data, "type", i->type);
	json_bytes(&data, "name", i->name, strlen(i->name));
	json_int(&data, "added", i->counts.added);
	json_int(&data, "known", i->counts.known);
	buf_puts(&data, "}");
	if (buf_ok(&data, e) == ERR_NONE)
		db_event(db, "history", id, data.data, e);
	buf_free(&data);
	return e->code;
}

/* What an import that was read to its end is; one that was whole stays so. */
static enum err_code
settle(struct db *db, const struct play_import *i, bool whole, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE play_import SET state = iif(?2, 'whole', state), shared = ?3, skipped = ?4, broken = ?5"
	    " WHERE id = ?1 AND state <> 'going'",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	sql_int(st, 2, whole);
	sql_int(st, 3, i->counts.shared);
	sql_int(st, 4, i->skipped);
	sql_int(st, 5, i->broken);
	return sql_run(db, st, e);
}

/* Is there anything of it that its row does not tell? */
static int
is_settled(struct db *db, const struct play_import *i, bool whole, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT 1 FROM play_import WHERE id = ?1 AND (state = 'whole') = ?2 AND shared = ?3 AND skipped "
	    "= ?4 AND broken = ?5",
	    e);
	int64_t yes;

	if (st == NULL)
		return -1;
	sql_int(st, 1, i->id);
	sql_int(st, 2, whole);
	sql_int(st, 3, i->counts.shared);
	sql_int(st, 4, i->skipped);
	sql_int(st, 5, i->broken);
	return row_id(db, st, &yes, e) == ERR_NONE ? yes != 0 : -1;
}

enum err_code
import_end(struct db *db, struct play_import *i, bool whole, struct err *e)
{
	int settled = i->id == 0 ? 1 : i->counts.added == 0 ? is_settled(db, i, whole, e) : 0;

	if (settled != 0)
		return e->code;
	if (sql_begin(db, e) == ERR_NONE && (i->player || settle(db, i, whole, e) == ERR_NONE) &&
	    tell(db, i, e) == ERR_NONE &&
	    (i->counts.added == 0 || packed_refresh(db, false, NULL, e) == ERR_NONE))
		sql_commit(db, e);
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* -- the list -------------------------------------------------------------- */

static const char *
state_word(const char *state)
{
	return strcmp(state, "whole") == 0 ? "whole"
	    : strcmp(state, "open") == 0   ? "unfinished"
					   : "forgetting";
}

/* Columns: id, at, state, type, listener, added, name, zone, uncounted, near, shared, skipped, broken,
 * sha256. */
static void
json_line(sqlite3_stmt *st, struct buf *out)
{
	static const struct {
		int column;
		const char *name;
	} counts[] = { { 5, "plays" }, { 8, "uncounted" }, { 9, "near_duplicates" }, { 10, "shared" },
		{ 11, "skipped" }, { 12, "broken" } };
	const char *name = (const char *)sqlite3_column_text(st, 6);
	char id[24];

	snprintf(id, sizeof id, "h%" PRId64, (int64_t)sqlite3_column_int64(st, 0));
	json_open(out, "history");
	json_text(out, "id", id);
	json_time(out, "at", sqlite3_column_int64(st, 1));
	json_text(out, "state", state_word((const char *)sqlite3_column_text(st, 2)));
	json_text(out, "format", (const char *)sqlite3_column_text(st, 3));
	json_text(out, "user", (const char *)sqlite3_column_text(st, 4));
	json_bytes(out, "file", name, strlen(name));
	if (*(const char *)sqlite3_column_text(st, 7) != '\0')
		json_text(out, "tz", (const char *)sqlite3_column_text(st, 7));
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		json_int(out, counts[i].name, sqlite3_column_int64(st, counts[i].column));
	if (sqlite3_column_type(st, 13) == SQLITE_BLOB) {
		struct buf hex = { 0 };

		out_hex(&hex, sqlite3_column_blob(st, 13), (size_t)sqlite3_column_bytes(st, 13));
		if (hex.data != NULL)
			json_text(out, "sha256", hex.data);
		buf_free(&hex);
	}
	json_close(out);
}

static void
row(sqlite3_stmt *st, struct table *t)
{
	char text[TIME_TEXT];

	snprintf(text, sizeof text, "h%" PRId64, (int64_t)sqlite3_column_int64(st, 0));
	table_text(t, text);
	table_text(t, time_format(sqlite3_column_int64(st, 1), text));
	table_text(t, state_word((const char *)sqlite3_column_text(st, 2)));
	table_text(t, (const char *)sqlite3_column_text(st, 3));
	table_text(t, (const char *)sqlite3_column_text(st, 4));
	table_int(t, sqlite3_column_int64(st, 5));
	table_text(t, (const char *)sqlite3_column_text(st, 6));
	table_text(t, (const char *)sqlite3_column_text(st, 7));
	table_row(t);
}

enum err_code
imports_list(struct db *db, const struct imports_form *form, struct buf *out, int64_t *n, struct err *e)
{
	struct table t = {
		.out = out, .separator = form->separator, .aligned = form->aligned, .right = 1 << 5
	};
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id, at, state, type, listener, added, name, zone, uncounted, near, shared, skipped, "
	    "broken, sha256 FROM play_import ORDER BY id",
	    e);
	int step = -1;

	*n = 0;
	while (st != NULL && (step = sql_step(db, st, e)) == 1) {
		++*n;
		if (form->json) {
			json_line(st, out);
			buf_putc(out, form->separator);
		} else {
			row(st, &t);
		}
	}
	sql_done(st);
	table_end(&t);
	return step < 0 ? e->code : buf_ok(out, e);
}
