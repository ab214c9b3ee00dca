/* SPDX-License-Identifier: MIT */
/* priv.h - what the files of lib/store/history share; for this folder alone */
#ifndef STORE_HISTORY_PRIV_H
#define STORE_HISTORY_PRIV_H

#include "store/history/imports.h"
#include "store/history/plays.h"
#include "store/sql.h"
#include "text/value.h"

/* A play in the form in which it is kept. */
struct kept {
	struct listen l;
	char *artist, *title, *album, *artist_key, *title_key, *album_key, *lead_key;
	char mb_trackid[VALUE_TEXT], mb_albumid[VALUE_TEXT], isrc[VALUE_TEXT];
	int64_t listener, song, history, told;
};

/* kept.c: kept_free() in any case. */
enum err_code kept_make(struct kept *k, const struct listen *l, struct err *e);
void kept_free(struct kept *k);

/* kept.c: whom an artist of several begins with, folded and malloced; "" where it is one. */
char *told_lead(const char *artist, const char *artist_key);

/* The latest listener, and type, name and zone of the latest history: asked for at every play. */
struct names {
	char *known[4];
	int64_t listener, history;
};

/* rows.c: the rows that a play needs, inserted where they are missing. */
enum err_code names_listener(struct db *db, struct names *n, const char *name, int64_t *id, struct err *e);
enum err_code names_history(
    struct db *db, struct names *n, const char *const of[3], int64_t *id, struct err *e);
void names_forget(struct names *n);
enum err_code find_song(struct db *db, struct kept *k, bool *fresh, struct err *e);
enum err_code find_told(struct db *db, struct kept *k, struct err *e);

/* rows.c: the first column of a statement's row, or 0; the id of what a statement inserts. */
enum err_code row_id(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e);
enum err_code row_inserted(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e);

/* match.c: find the track of a row of `told`, unless what it has is as good. */
enum err_code told_match(struct db *db, int64_t told, struct err *e);

/* imports.c: inside a transaction, before a play of it is inserted: its row is there, i->id. */
enum err_code import_row(struct db *db, struct play_import *i, const char *type, struct err *e);

/* imports.c: ERR_STATE where somebody forgets it. */
enum err_code import_goes_on(struct db *db, const struct play_import *i, struct err *e);

/* imports.c: inside a transaction, before its commit: the row tells what was counted since the last call. */
enum err_code import_keep(struct db *db, struct play_import *i, struct err *e);

/* SQL: play p and its history h are what the play of the other columns is another account of.  What counts is
 * no account of what does not.  ?20 is PLAYS_NEAR_S, ?21 PLAYS_AGAIN_S. */
#define IS_NEAR(listener, song, begun, exact, uncounted_too, history, heard)                                 \
	"p.listener_id = " listener " AND p.song_id = " song " AND p.start BETWEEN " begun                   \
	" - ?20 - 60 AND " begun " + ?20 + 60 AND p.dup_of IS NULL AND (" uncounted_too                      \
	" OR p.uncounted IS NULL) AND iif(h.type = (SELECT type FROM history WHERE id = " history            \
	"), p.heard_ms = " heard " AND abs(p.start - " begun ") <= ?21, abs(p.start - " begun                \
	") <= ?20 + max(p.exact_s, " exact "))"

#endif
