/* SPDX-License-Identifier: MIT */
/* Entries as others see them. */
#include <stdlib.h>
#include <string.h>

#include "store/blob.h"
#include "store/playlist/priv.h"

void
playlist_entries_free(struct playlist_entry *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].artist);
		free(v[i].title);
		free(v[i].album);
		free(v[i].mbid);
		free(v[i].path);
		free(v[i].location);
		free(v[i].extra);
	}
	free(v);
}

/* A column's bytes, NUL-terminated, in *out; NULL stays NULL. */
static bool
take(sqlite3_stmt *st, int col, char **out)
{
	const void *bytes = sqlite3_column_blob(st, col);
	size_t len = (size_t)sqlite3_column_bytes(st, col);

	if (sqlite3_column_type(st, col) == SQLITE_NULL)
		return true;
	*out = malloc(len + 1);
	if (*out == NULL)
		return false;
	if (len != 0)
		memcpy(*out, bytes, len);
	(*out)[len] = '\0';
	return true;
}

enum {
	COL_POSITION,
	COL_TRACK,
	COL_ARTIST,
	COL_TITLE,
	COL_DURATION,
	COL_PATH,
	COL_SHA256,
	COL_SUFFIX,
	COL_PART,
	COL_START,
	COL_ALBUM,
	COL_MBID,
	COL_NUMBER,
	COL_LOCATION,
	COL_EXTRA
};

/* Entries x as others see them: what is known of the track, else what the entry was added as. */
#define ENTRY_ROWS                                                                                           \
	" SELECT x.position, x.track, coalesce(t.artist, x.artist), coalesce(t.title, x.title),"             \
	" coalesce(t.duration_ms, x.duration_ms), coalesce(x.path, (SELECT source FROM file"                 \
	" WHERE track_id = x.track AND b.id IS NULL ORDER BY preferred DESC, id LIMIT 1)),"                  \
	" b.sha256, b.suffix, f.part, iif(b.id IS NULL, x.start_ms, f.start_ms), coalesce(r.album, "         \
	"x.album),"                                                                                          \
	" coalesce(g.mb_trackid, x.mb_trackid), t.track, x.location, x.extra"                                \
	" FROM x LEFT JOIN track t ON t.id = x.track LEFT JOIN release r ON r.id = t.release_id"             \
	" LEFT JOIN recording g ON g.id = t.recording_id"                                                    \
	" LEFT JOIN file f ON t.removed IS NULL AND f.id = (SELECT id FROM file WHERE track_id = x.track"    \
	" AND state = 'ok' ORDER BY preferred DESC, id LIMIT 1)"                                             \
	" LEFT JOIN blob b ON b.id = f.blob_id ORDER BY x.position"

static bool
row_of(struct db *db, sqlite3_stmt *st, struct playlist_entry *n)
{
	char path[BLOB_PATH];
	struct buf full = { 0 };

	n->position = sqlite3_column_int64(st, COL_POSITION);
	n->track = sqlite3_column_int64(st, COL_TRACK);
	n->duration_ms = sqlite3_column_int64(st, COL_DURATION);
	n->part = sqlite3_column_int64(st, COL_PART);
	n->start_ms = sqlite3_column_int64(st, COL_START);
	n->number = sqlite3_column_int64(st, COL_NUMBER);
	n->missing = sqlite3_column_type(st, COL_SHA256) == SQLITE_NULL;
	if (!take(st, COL_ARTIST, &n->artist) || !take(st, COL_TITLE, &n->title) ||
	    !take(st, COL_ALBUM, &n->album) || !take(st, COL_MBID, &n->mbid) ||
	    !take(st, COL_LOCATION, &n->location) || !take(st, COL_EXTRA, &n->extra))
		return false;
	if (n->missing)
		return take(st, COL_PATH, &n->path);
	blob_path(
	    path, sqlite3_column_blob(st, COL_SHA256), (const char *)sqlite3_column_text(st, COL_SUFFIX));
	buf_printf(&full, "%s/%s", db_path(db), path);
	n->path = buf_detach(&full);
	return n->path != NULL;
}

/* All rows of st. */
static enum err_code
read_rows(struct db *db, sqlite3_stmt *st, struct playlist_entry **v, size_t *n, struct err *e)
{
	struct playlist_entry *all = NULL, *more;
	size_t count = 0, cap = 0;

	while (sql_step(db, st, e) > 0) {
		if (count == cap) {
			cap = cap != 0 ? cap * 2 : 64;
			more = realloc(all, cap * sizeof *all);
			if (more == NULL) {
				err_memory(e);
				break;
			}
			all = more;
		}
		all[count] = (struct playlist_entry){ 0 };
		if (!row_of(db, st, &all[count++])) {
			err_memory(e);
			break;
		}
	}
	sql_done(st);
	if (e->code != ERR_NONE) {
		playlist_entries_free(all, count);
		return e->code;
	}
	*v = all;
	*n = count;
	return ERR_NONE;
}

enum err_code
playlist_read_tracks(
    struct db *db, const int64_t *ids, size_t n, struct playlist_entry **v, size_t *count, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "WITH x AS (SELECT key + 1 AS position, value AS track, NULL AS path, NULL AS title, NULL AS "
	    "artist,"
	    " NULL AS album, NULL AS mb_trackid, NULL AS duration_ms, NULL AS start_ms, NULL AS location,"
	    " NULL AS extra FROM json_each(?1))" ENTRY_ROWS,
	    e);
	struct buf json = { 0 };

	if (st == NULL)
		return e->code;
	playlist_ids_json(ids, n, &json);
	if (buf_ok(&json, e) == ERR_NONE) {
		sql_text(st, 1, json.data);
		read_rows(db, st, v, count, e);
	}
	buf_free(&json);
	return e->code;
}

static enum err_code
read_smart(struct db *db, int64_t id, struct playlist_entry **v, size_t *n, struct err *e)
{
	struct playlist p = { 0 };
	int64_t *ids = NULL;
	size_t found = 0;

	if (playlist_load_head(db, id, &p, e) == ERR_NONE &&
	    playlist_find_tracks(db, &p, &ids, &found, e) == ERR_NONE)
		playlist_read_tracks(db, ids, found, v, n, e);
	free(ids);
	playlist_free(&p);
	return e->code;
}

enum err_code
playlist_read(struct db *db, int64_t id, struct playlist_entry **v, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT query IS NOT NULL FROM playlist WHERE id = ?1", e);
	bool smart = false;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) > 0)
		smart = sqlite3_column_int(st, 0) != 0;
	sql_done(st);
	if (e->code != ERR_NONE || smart)
		return smart ? read_smart(db, id, v, n, e) : e->code;
	st = sql_get(db,
	    "WITH x AS (SELECT position, " PLAYLIST_TRACK(
		"entry") " AS track, path, title, artist, album, mb_trackid, duration_ms, start_ms,"
			 " location, extra FROM entry WHERE playlist_id = ?1)" ENTRY_ROWS,
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	return read_rows(db, st, v, n, e);
}
