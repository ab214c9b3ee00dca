/* SPDX-License-Identifier: MIT */
/* The rows that plays hang on: who listened, where it was told, the song, and how it was told. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/history/priv.h"
#include "text/fold.h"

/* The first column of the row, or 0. */
enum err_code
row_id(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e)
{
	*id = 0;
	if (sql_step(db, st, e) == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

enum err_code
row_inserted(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e)
{
	if (sql_run(db, st, e) == ERR_NONE)
		*id = sqlite3_last_insert_rowid(db->sql);
	return e->code;
}

enum err_code
names_listener(struct db *db, struct names *n, const char *name, int64_t *id, struct err *e)
{
	sqlite3_stmt *st;

	if (n->known[0] != NULL && strcmp(n->known[0], name) == 0) {
		*id = n->listener;
		return ERR_NONE;
	}
	if ((st = sql_get(db, "SELECT id FROM listener WHERE name = ?1", e)) == NULL)
		return e->code;
	sql_text(st, 1, name);
	if (row_id(db, st, id, e) != ERR_NONE)
		return e->code;
	if (*id == 0) {
		if ((st = sql_get(db, "INSERT INTO listener (name) VALUES (?1)", e)) == NULL)
			return e->code;
		sql_text(st, 1, name);
		if (row_inserted(db, st, id, e) != ERR_NONE)
			return e->code;
	}
	free(n->known[0]);
	n->known[0] = strdup(name);
	n->listener = *id;
	return ERR_NONE;
}

static sqlite3_stmt *
with_history(sqlite3_stmt *st, const char *const of[3])
{
	for (int i = 0; st != NULL && i < 3; i++)
		sql_text(st, i + 1, of[i]);
	return st;
}

enum err_code
names_history(struct db *db, struct names *n, const char *const of[3], int64_t *id, struct err *e)
{
	bool same = n->history != 0;
	sqlite3_stmt *st;

	for (int i = 0; i < 3 && same; i++)
		same = n->known[i + 1] != NULL && strcmp(n->known[i + 1], of[i]) == 0;
	if (same) {
		*id = n->history;
		return ERR_NONE;
	}
	st = with_history(
	    sql_get(db, "SELECT id FROM history WHERE type = ?1 AND name = ?2 AND zone = ?3", e), of);
	if (st == NULL || row_id(db, st, id, e) != ERR_NONE)
		return e->code;
	if (*id == 0) {
		st = with_history(
		    sql_get(db, "INSERT INTO history (type, name, zone, at) VALUES (?1, ?2, ?3, ?4)", e), of);
		if (st == NULL)
			return e->code;
		sql_int(st, 4, time_now());
		if (row_inserted(db, st, id, e) != ERR_NONE)
			return e->code;
	}
	for (int i = 0; i < 3; i++) {
		free(n->known[i + 1]);
		n->known[i + 1] = strdup(of[i]);
	}
	n->history = *id;
	return ERR_NONE;
}

enum err_code
find_song(struct db *db, struct kept *k, bool *fresh, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM song WHERE artist_key = ?1 AND title_key = ?2", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, k->artist_key);
	sql_text(st, 2, k->title_key);
	if (row_id(db, st, &k->song, e) != ERR_NONE)
		return e->code;
	*fresh = k->song == 0;
	if (!*fresh)
		return ERR_NONE;
	st = sql_get(db, "INSERT INTO song (artist_key, title_key, fold_version) VALUES (?1, ?2, ?3)", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, k->artist_key);
	sql_text(st, 2, k->title_key);
	sql_int(st, 3, FOLD_VERSION);
	return row_inserted(db, st, &k->song, e);
}

static void
bind_told(sqlite3_stmt *st, const struct kept *k)
{
	sql_int(st, 1, k->song);
	sql_text(st, 2, k->artist);
	sql_text(st, 3, k->title);
	sql_text(st, 4, k->album);
	sql_text(st, 5, k->mb_trackid);
	sql_text(st, 6, k->mb_albumid);
	sql_text(st, 7, k->isrc);
}

enum err_code
find_told(struct db *db, struct kept *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id FROM told WHERE song_id = ?1 AND artist = ?2 AND title = ?3 AND album = ?4"
	    " AND mb_trackid = ?5 AND mb_albumid = ?6 AND isrc = ?7",
	    e);

	if (st == NULL)
		return e->code;
	bind_told(st, k);
	if (row_id(db, st, &k->told, e) != ERR_NONE || k->told != 0)
		return e->code;
	st = sql_get(db,
	    "INSERT INTO told (song_id, artist, title, album, mb_trackid, mb_albumid, isrc, album_key, "
	    "lead_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    e);
	if (st == NULL)
		return e->code;
	bind_told(st, k);
	sql_text(st, 8, k->album_key);
	sql_text(st, 9, k->lead_key);
	if (row_inserted(db, st, &k->told, e) != ERR_NONE)
		return e->code;
	return told_match(db, k->told, e);
}

/* The names of what a transaction that is gone had inserted are not to be believed. */
void
names_forget(struct names *n)
{
	for (size_t i = 0; i < sizeof n->known / sizeof n->known[0]; i++)
		free(n->known[i]);
	*n = (struct names){ 0 };
}
