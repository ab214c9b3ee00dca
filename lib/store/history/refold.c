/* SPDX-License-Identifier: MIT */
/* Keys that an older folding made: made anew, so that a play stays the same as itself. */
#include <stdlib.h>

#include "store/history/priv.h"
#include "text/fold.h"

/* The first song of another folding behind *song, as one of its sources printed it: 1, 0, -1. */
static int
next_song(struct db *db, int64_t *song, char **artist_key, char **title_key, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT s.id, o.artist, o.title FROM song s JOIN told o ON o.song_id = s.id"
	    " WHERE s.fold_version <> ?1 AND s.id > ?2 ORDER BY s.id, o.id LIMIT 1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, FOLD_VERSION);
	sql_int(st, 2, *song);
	step = sql_step(db, st, e);
	if (step == 1) {
		*song = sqlite3_column_int64(st, 0);
		*artist_key = fold_key((const char *)sqlite3_column_text(st, 1));
		*title_key = fold_key((const char *)sqlite3_column_text(st, 2));
		if (*artist_key == NULL || *title_key == NULL) {
			err_memory(e);
			step = -1;
		}
	}
	sql_done(st);
	return step;
}

/* Two songs that the new folding makes one: the plays become those of the first; where both have one in the
 * same second, the second's is another account of it and stays where it is. */
static enum err_code
join_songs(struct db *db, int64_t into, int64_t song, struct err *e)
{
	const int64_t args[] = { into, song };

	if (sql_change(db, "UPDATE OR IGNORE play SET song_id = ?1 WHERE song_id = ?2", args, 2, e) !=
	    ERR_NONE)
		return e->code;
	return sql_change(db,
	    "UPDATE play SET dup_of = (SELECT ifnull(o.dup_of, o.id) FROM play o WHERE o.song_id = ?1"
	    " AND o.listener_id = play.listener_id AND o.start = play.start) WHERE song_id = ?2 AND dup_of "
	    "IS NULL",
	    args, 2, e);
}

static enum err_code
same_song(
    struct db *db, int64_t song, const char *artist_key, const char *title_key, int64_t *same, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT id FROM song WHERE artist_key = ?1 AND title_key = ?2 AND id <> ?3", e);

	*same = 0;
	if (st == NULL)
		return e->code;
	sql_text(st, 1, artist_key);
	sql_text(st, 2, title_key);
	sql_int(st, 3, song);
	if (sql_step(db, st, e) == 1)
		*same = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

/* One that became part of another keeps its keys, which nobody looks up any more. */
static enum err_code
refold(struct db *db, int64_t song, const char *artist_key, const char *title_key, struct err *e)
{
	sqlite3_stmt *st;
	int64_t same;

	if (same_song(db, song, artist_key, title_key, &same, e) != ERR_NONE ||
	    (same != 0 && join_songs(db, same, song, e) != ERR_NONE))
		return e->code;
	st = sql_get(db,
	    "UPDATE song SET fold_version = ?4, artist_key = iif(?5, artist_key, ?1),"
	    " title_key = iif(?5, title_key, ?2) WHERE id = ?3",
	    e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, artist_key);
	sql_text(st, 2, title_key);
	sql_int(st, 3, song);
	sql_int(st, 4, FOLD_VERSION);
	sql_int(st, 5, same != 0);
	return sql_run(db, st, e);
}

/* fold_lead(artist) */
static void
sql_fold_lead(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *artist = (const char *)sqlite3_value_text(arg[0]);
	char *key = fold_key(artist),
	     *lead = key != NULL ? told_lead(artist != NULL ? artist : "", key) : NULL;

	(void)n;
	free(key);
	if (lead == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, lead, -1, free);
}

enum err_code
plays_refold(struct db *db, struct err *e)
{
	int64_t song = 0;

	for (int step = 1; step == 1 && e->code == ERR_NONE;) {
		char *artist_key = NULL, *title_key = NULL;

		step = next_song(db, &song, &artist_key, &title_key, e);
		if (step == 1)
			refold(db, song, artist_key, title_key, e);
		free(artist_key);
		free(title_key);
	}
	if (e->code != ERR_NONE)
		return e->code;
	if (sqlite3_create_function(db->sql, "fold_lead", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, sql_fold_lead, NULL,
		NULL) != SQLITE_OK)
		return sql_error(db, e);
	return sql_exec(db, "UPDATE told SET album_key = fold_key(album), lead_key = fold_lead(artist)", e);
}
