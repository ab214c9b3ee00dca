/* SPDX-License-Identifier: MIT */
#include "store/playlist/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/playlist/priv.h"

/* No name of a playlist: it becomes one at the end. */
#define NAMELESS "\x01"

enum err_code
playlist_import_begin(struct db *db, struct playlist_import *i, struct err *e)
{
	i->change = (struct playlist_change){ .dry_run = i->dry_run };
	i->position = 0;
	if (playlist_begin(db, &i->change, e) != ERR_NONE)
		return e->code;
	if (playlist_insert(db, NAMELESS, &i->change, e) != ERR_NONE)
		sql_rollback(db);
	i->id = i->change.id;
	return e->code;
}

void
playlist_import_drop(struct db *db, struct playlist_import *i)
{
	sql_rollback(db);
	i->id = 0;
}

/* The track that a path leads to by itself, or 0. */
static enum err_code
by_path(struct db *db, const char *path, int64_t start_ms, int64_t *track, struct err *e)
{
	uint8_t sha256[32];
	char *real;

	if (path == NULL || *track != 0)
		return ERR_NONE;
	if (start_ms < 0)
		start_ms = 0;
	if (playlist_names_blob(path, sha256))
		return playlist_track_by_hash(db, sha256, start_ms, track, e) < 0 ? e->code : ERR_NONE;
	if (playlist_track_by_source(db, path, start_ms, track, e) != 0)
		return e->code;
	real = realpath(path, NULL);
	if (real != NULL && strcmp(real, path) != 0)
		(void)playlist_track_by_source(db, real, start_ms, track, e);
	free(real);
	return e->code;
}

static void
bind_text(sqlite3_stmt *st, int i, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (text != NULL && utf8_valid(text, len))
		sqlite3_bind_text(st, i, text, (int)len, SQLITE_TRANSIENT);
	else if (text != NULL) { /* of a file that lies about its encoding */
		struct buf clean = { 0 };

		while (len > 0) {
			size_t n = utf8_len(text, len);

			if (n == 0)
				buf_puts(&clean, "\xef\xbf\xbd");
			buf_add(&clean, text, n);
			text += n > 0 ? n : 1;
			len -= n > 0 ? n : 1;
		}
		sql_text(st, i, clean.data);
		buf_free(&clean);
	}
}

enum err_code
playlist_import_add(struct db *db, struct playlist_import *i, const struct playlist_said *said, struct err *e)
{
	const char *path = said->path;
	int64_t track = 0;
	sqlite3_stmt *st;

	if (by_path(db, said->path, said->start_ms, &track, e) != ERR_NONE ||
	    by_path(db, said->other, said->start_ms, &track, e) != ERR_NONE)
		return e->code;
	if (track == 0 && said->decoded != NULL) {
		path = said->decoded;
		if (by_path(db, path, said->start_ms, &track, e) != ERR_NONE)
			return e->code;
	}
	st = sql_get(db,
	    "INSERT INTO entry(playlist_id, position, track_id, added, path, location, title, artist, album,"
	    " mb_trackid, extra, duration_ms, start_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
	    " ?12, ?13)",
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	sql_int(st, 2, ++i->position);
	sql_int_or_null(st, 3, track);
	sql_int(st, 4, time_now());
	if (path != NULL)
		sql_bytes(st, 5, path, strlen(path));
	if (said->location != NULL)
		sql_bytes(st, 6, said->location, strlen(said->location));
	bind_text(st, 7, said->title);
	bind_text(st, 8, said->artist);
	bind_text(st, 9, said->album);
	bind_text(st, 10, said->mbid);
	bind_text(st, 11, said->extra);
	sql_int_or_null(st, 12, said->duration_ms);
	if (said->start_ms >= 0)
		sql_int(st, 13, said->start_ms);
	return sql_run(db, st, e);
}

/* Is there nothing that one playlist has and the other has not?  1, 0, -1. */
static int
is_same(struct db *db, int64_t a, int64_t b, const char *extra, struct err *e)
{
#define SAID_OF(id) "SELECT position, " PLAYLIST_SAID " FROM entry WHERE playlist_id = " id
	sqlite3_stmt *st = sql_get(db,
	    "SELECT NOT EXISTS (SELECT * FROM (" SAID_OF("?1") ") EXCEPT SELECT * FROM (" SAID_OF(
		"?2") "))"
		      " AND NOT EXISTS (SELECT * FROM (" SAID_OF("?2") ") EXCEPT SELECT * FROM (" SAID_OF(
			  "?1") "))"
				" AND (SELECT query IS NULL AND extra IS ?3 FROM playlist WHERE id = ?1)",
	    e);
	int same = -1;

	if (st == NULL)
		return -1;
	sql_int(st, 1, a);
	sql_int(st, 2, b);
	bind_text(st, 3, extra);
	if (sql_step(db, st, e) > 0)
		same = sqlite3_column_int(st, 0);
	sql_done(st);
	return same;
#undef SAID_OF
}

/* The entries go to the playlist that has the name. */
static enum err_code
take_the_place(struct db *db, struct playlist_import *i, int64_t old, struct err *e)
{
	const int64_t args[2] = { i->id, old };

	if (sql_change(db, "DELETE FROM entry WHERE playlist_id = ?2", args, 2, e) != ERR_NONE ||
	    sql_change(db, "UPDATE entry SET playlist_id = ?2 WHERE playlist_id = ?1", args, 2, e) !=
		ERR_NONE ||
	    sql_change(db, "UPDATE playlist SET query = NULL, sort = NULL, most = NULL WHERE id = ?2", args,
		2, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM playlist WHERE id = ?1", args, 1, e) != ERR_NONE)
		return e->code;
	i->id = i->change.id = old;
	return ERR_NONE;
}

/* Name and extra of the playlist that is left. */
static enum err_code
christen(struct db *db, const struct playlist_import *i, const char *nfc, const char *extra, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "UPDATE playlist SET name = ?2, extra = ?3 WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	sql_text(st, 2, nfc);
	bind_text(st, 3, extra);
	return sql_run(db, st, e);
}

static enum err_code
settle_name(struct db *db, struct playlist_import *i, const char *nfc, const char *extra, struct err *e)
{
	int64_t old = playlist_id_of_name(db, nfc, e);
	int same = 0;

	if (old > 0)
		same = is_same(db, old, i->id, extra, e);
	if (old < 0 || same < 0)
		return e->code;
	if (same > 0) {
		i->unchanged = true;
		i->id = old;
		return ERR_NONE;
	}
	if (old > 0 && !i->replace)
		return err_set(e, ERR_EXISTS,
		    "there is a playlist '%s' already, with other entries: p%lld; --name gives this one "
		    "another name, --replace its place",
		    nfc, (long long)old);
	if (old > 0 && take_the_place(db, i, old, e) != ERR_NONE)
		return e->code;
	return christen(db, i, nfc, extra, e);
}

/* Count how the entries were found, and tell. */
static enum err_code
report(struct db *db, struct playlist_import *i, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT entry.position, " PLAYLIST_TRACK(
		"entry") ", (SELECT how FROM found WHERE entry_id = entry.id"
			 " AND entry.track_id IS NULL), coalesce(entry.location, entry.path, "
			 "CAST(entry.title AS BLOB))"
			 " FROM entry WHERE playlist_id = ?1 ORDER BY position",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, i->id);
	while (sql_step(db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 1);
		const char *name = (const char *)sqlite3_column_text(st, 2);
		enum playlist_how how = track == 0 ? HOW_MISSING : HOW_PATH;
		const char *location = (const char *)sqlite3_column_blob(st, 3);
		size_t len = (size_t)sqlite3_column_bytes(st, 3);

		while (
		    track != 0 && name != NULL && how < HOW_TAGS && strcmp(playlist_how_name(how), name) != 0)
			how++;
		i->how[how]++;
		i->entries++;
		if (i->match != NULL) {
			char *text = strndup(location != NULL ? location : "", location != NULL ? len : 0);

			if (text == NULL) {
				err_memory(e);
				break;
			}
			i->match(i->context, i->id, sqlite3_column_int64(st, 0), how, track, text);
			free(text);
		}
	}
	sql_done(st);
	return e->code;
}

enum err_code
playlist_import_end(
    struct db *db, struct playlist_import *i, const char *name, const char *extra, struct err *e)
{
	char *nfc = playlist_stored_name(name, e);

	if (nfc == NULL || settle_name(db, i, nfc, extra, e) != ERR_NONE)
		goto fail;
	if (i->unchanged) {
		sql_rollback(db);
		report(db, i, e);
		goto out;
	}
	if (playlist_hunt(db, i->id, 0, e) != ERR_NONE || report(db, i, e) != ERR_NONE)
		goto fail;
	i->change.added = i->entries;
	i->change.missing = i->how[HOW_MISSING];
	if (playlist_finish_named(db, "playlist-import", nfc, 0, &i->change, e) == ERR_NONE)
		goto out;
fail:
	sql_rollback(db);
out:
	free(nfc);
	return e->code;
}
