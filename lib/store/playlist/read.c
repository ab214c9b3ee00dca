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
		free(v[i].path);
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

static bool
row_of(struct db *db, sqlite3_stmt *st, struct playlist_entry *n)
{
	char path[BLOB_PATH];
	struct buf full = { 0 };

	n->position = sqlite3_column_int64(st, 0);
	n->track = sqlite3_column_int64(st, 1);
	n->duration_ms = sqlite3_column_int64(st, 4);
	n->part = sqlite3_column_int64(st, 8);
	n->start_ms = sqlite3_column_int64(st, 9);
	n->missing = sqlite3_column_type(st, 6) == SQLITE_NULL;
	if (!take(st, 2, &n->artist) || !take(st, 3, &n->title))
		return false;
	if (n->missing)
		return take(st, 5, &n->path);
	blob_path(path, sqlite3_column_blob(st, 6), (const char *)sqlite3_column_text(st, 7));
	buf_printf(&full, "%s/%s", db_path(db), path);
	n->path = buf_detach(&full);
	return n->path != NULL;
}

enum err_code
playlist_read(struct db *db, int64_t id, struct playlist_entry **v, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "WITH x AS (SELECT position, coalesce(track_id, " PLAYLIST_TRACK_OF(
		"entry.path") ") AS track,"
			      " path, title, artist, duration_ms FROM entry WHERE playlist_id = ?1)"
			      " SELECT x.position, x.track, coalesce(t.artist, x.artist), coalesce(t.title, "
			      "x.title),"
			      " coalesce(t.duration_ms, x.duration_ms), coalesce(x.path, (SELECT source FROM "
			      "file"
			      " WHERE track_id = x.track AND b.id IS NULL ORDER BY preferred DESC, id LIMIT "
			      "1)),"
			      " b.sha256, b.suffix, f.part, f.start_ms FROM x LEFT JOIN track t ON t.id = "
			      "x.track"
			      " LEFT JOIN file f ON t.removed IS NULL AND f.id = (SELECT id FROM file WHERE "
			      "track_id = x.track"
			      " AND state = 'ok' ORDER BY preferred DESC, id LIMIT 1)"
			      " LEFT JOIN blob b ON b.id = f.blob_id ORDER BY x.position",
	    e);
	struct playlist_entry *all = NULL, *more;
	size_t count = 0, cap = 0;
	int row;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	while ((row = sql_step(db, st, e)) > 0) {
		if (count == cap) {
			cap = cap != 0 ? cap * 2 : 64;
			more = realloc(all, cap * sizeof *all);
			if (more == NULL) {
				row = -1;
				err_memory(e);
				break;
			}
			all = more;
		}
		all[count] = (struct playlist_entry){ 0 };
		if (!row_of(db, st, &all[count++])) {
			row = -1;
			err_memory(e);
			break;
		}
	}
	sql_done(st);
	if (row < 0) {
		playlist_entries_free(all, count);
		return e->code;
	}
	*v = all;
	*n = count;
	return ERR_NONE;
}
