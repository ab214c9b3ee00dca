/* SPDX-License-Identifier: MIT */
#include "store/refold.h"

#include <stdlib.h>

#include "store/history/plays.h"
#include "store/index.h"
#include "store/sql.h"
#include "text/fold.h"

enum err_code
refold_check(struct db *db, bool *current, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT fold_version FROM library", e);

	if (st == NULL)
		return e->code;
	*current = sql_step(db, st, e) == 1 && sqlite3_column_int64(st, 0) == FOLD_VERSION;
	sql_done(st);
	return e->code;
}

/* fold_key(text) */
static void
sql_fold_key(sqlite3_context *context, int n, sqlite3_value **arg)
{
	char *key = fold_key((const char *)sqlite3_value_text(arg[0]));

	(void)n;
	if (key == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, key, -1, free);
}

/* A release without an album artist has the key of its tracks' artist, or what an import made of several. */
static enum err_code
refold_keys(struct db *db, struct err *e)
{
	if (sqlite3_create_function(db->sql, "fold_key", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, sql_fold_key, NULL,
		NULL) != SQLITE_OK)
		return sql_error(db, e);
	return sql_exec(db,
	    "UPDATE release SET album_key = fold_key(album), albumartist_key = fold_key(coalesce(albumartist,"
	    " (SELECT t.artist FROM track t WHERE t.release_id = release.id AND t.artist_key = "
	    "albumartist_key),"
	    " (SELECT a.name FROM artist a WHERE a.key = albumartist_key), albumartist_key));"
	    "UPDATE track SET title_key = fold_key(title), artist_key = fold_key(artist)"
	    " WHERE title_key <> fold_key(title) OR artist_key <> fold_key(artist);"
	    "UPDATE artist SET key = fold_key(name); UPDATE genre SET key = fold_key(name)",
	    e);
}

enum err_code
refold_all(struct db *db, struct err *e)
{
	static const int64_t version = FOLD_VERSION;

	if (index_clear(db, e) != ERR_NONE || refold_keys(db, e) != ERR_NONE ||
	    plays_refold(db, e) != ERR_NONE || index_fill(db, e) != ERR_NONE)
		return err_context(e, "cannot bring the search index up to date");
	return sql_change(db, "UPDATE library SET fold_version = ?1", &version, 1, e);
}
