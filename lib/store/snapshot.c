/* SPDX-License-Identifier: MIT */
#include "store/snapshot.h"

#include <string.h>

#include "store/migrate.h"
#include "store/sql.h"

enum err_code
snapshot_make(struct db *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(db, "VACUUM INTO ?1", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, path);
	(void)sql_step(db, st, e);
	sqlite3_finalize(st);
	return e->code;
}

static enum err_code
read_all(sqlite3 *sql, struct snapshot *s, struct err *e)
{
	sqlite3_stmt *st = NULL;
	struct snapshot found = { 0 };

	if (sqlite3_prepare_v2(sql,
		"SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM track WHERE "
		"removed"
		" IS NULL), (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'event'), uuid "
		"FROM library",
		-1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW) {
		err_set(e, ERR_LIBRARY, "it cannot be read: %s", sqlite3_errmsg(sql));
	} else {
		const char *uuid = (const char *)sqlite3_column_text(st, 3);

		found.version = sqlite3_column_int(st, 0);
		found.tracks = sqlite3_column_int64(st, 1);
		found.last_event = sqlite3_column_int64(st, 2);
		strncpy(found.uuid, uuid != NULL ? uuid : "", sizeof found.uuid - 1);
		*s = found;
	}
	sqlite3_finalize(st);
	return e->code;
}

enum err_code
snapshot_describe(struct db *db, struct snapshot *s, struct err *e)
{
	return read_all(db->sql, s, e);
}

static int64_t
number(sqlite3 *sql, const char *text)
{
	sqlite3_stmt *st = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(sql, text, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static bool
is_whole(sqlite3 *sql)
{
	sqlite3_stmt *st = NULL;
	bool whole = false;

	if (sqlite3_prepare_v2(sql, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		whole = strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;
	sqlite3_finalize(st);
	return whole;
}

bool
snapshot_is_whole(struct db *db)
{
	return is_whole(db->sql);
}

enum err_code
snapshot_look(const char *path, struct snapshot *s, struct err *e)
{
	sqlite3 *sql = NULL;
	struct snapshot found;

	if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK) {
		err_set(e, ERR_LIBRARY, "it cannot be opened: %s",
		    sql != NULL ? sqlite3_errmsg(sql) : "out of memory");
	} else {
		struct db copy = { .sql = sql };

		sqlite3_db_config(sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		(void)sqlite3_exec(sql, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
		if (number(sql, "PRAGMA application_id") != FONOTECA_APPLICATION_ID)
			err_set(e, ERR_LIBRARY, "it is no catalogue of a Fonoteca library");
		else if (!is_whole(sql))
			err_set(e, ERR_LIBRARY, "it is damaged");
		else if (migrate_check_code(&copy, e) != ERR_NONE)
			;
		else if (read_all(sql, &found, e) == ERR_NONE && found.version > db_schema_version())
			err_set(e, ERR_LIBRARY, "it is of version %d, newer than this program knows (%d)",
			    found.version, db_schema_version());
		else if (e->code == ERR_NONE)
			*s = found;
	}
	sqlite3_close(sql);
	return e->code;
}
