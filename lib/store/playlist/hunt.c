/* SPDX-License-Identifier: MIT */
/* Entries without a track, and the files that may be theirs: one pass over the files, however many entries.
 */
#include "store/playlist/hunt.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

const char *
playlist_how_name(enum playlist_how how)
{
	static const char *const names[HOW_COUNT] = { "missing", "path", "name", "suffix", "recording",
		"tags" };

	return names[how];
}

static const char *
text_at(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text != NULL ? text : "";
}

/* CHANGED in the place of a session: the tracks that an edit changed. */
enum { CHANGED = -1 };

static enum err_code
try_files(struct hunt *h, int64_t session)
{
	static const char columns[] =
	    "f.track_id, coalesce(f.duration_ms, t.duration_ms), f.start_ms, f.part,"
	    " t.title_key, t.artist_key, t.recording_id, g.mb_trackid";
	struct buf sql = { 0 }, path = { 0 };
	sqlite3_stmt *st = NULL;

	buf_printf(&sql,
	    "SELECT f.source, %s FROM file f JOIN track t ON t.id = f.track_id JOIN recording g ON"
	    " g.id = t.recording_id WHERE f.state = 'ok' AND t.removed IS NULL%s",
	    columns,
	    session == CHANGED ? " AND f.track_id IN (SELECT id FROM temp.chosen WHERE changed)"
		: session != 0 ? " AND f.session_id = ?1"
			       : "");
	if (session == 0) /* the other places that the same bytes were seen at */
		buf_printf(&sql,
		    " UNION ALL SELECT s.path, %s FROM source s JOIN blob b ON b.sha256 = s.sha256 JOIN file "
		    "f ON f.blob_id = b.id JOIN track t ON t.id = f.track_id JOIN recording g ON g.id ="
		    " t.recording_id WHERE f.state = 'ok' AND t.removed IS NULL AND s.path IS NOT f.source",
		    columns);
	if (buf_ok(&sql, h->e) == ERR_NONE)
		st = sql_prepare(h->db, sql.data, h->e);
	if (st != NULL && session > 0)
		sql_int(st, 1, session);
	while (st != NULL && h->e->code == ERR_NONE && sql_step(h->db, st, h->e) > 0) {
		struct candidate c;

		buf_clear(&path);
		buf_add(&path, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		if (buf_ok(&path, h->e) != ERR_NONE)
			break;
		c = (struct candidate){ path.data != NULL ? path.data : "", sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 7),
			sqlite3_column_int64(st, 4), text_at(st, 5), text_at(st, 6), text_at(st, 8) };
		hunt_try(h, &c);
	}
	sqlite3_finalize(st);
	buf_free(&sql);
	buf_free(&path);
	return h->e->code;
}

/* Two that are as good by their places decide nothing; of two with the same names the first does. */
static enum err_code
write_found(struct hunt *h)
{
	for (size_t i = 0; i < h->n && h->e->code == ERR_NONE; i++) {
		const struct sought *s = &h->v[i];
		sqlite3_stmt *st;

		if (s->track == 0 || (s->tie && (s->how == HOW_SUFFIX || s->how == HOW_NAME)))
			continue;
		st = sql_get(h->db,
		    "INSERT INTO found(entry_id, track_id, how, at) VALUES (?1, ?2, ?3, ?4)"
		    " ON CONFLICT(entry_id) DO UPDATE SET track_id = excluded.track_id, how = excluded.how,"
		    " at = excluded.at",
		    h->e);
		if (st == NULL)
			break;
		sql_int(st, 1, s->entry);
		sql_int(st, 2, s->track);
		sql_text(st, 3, playlist_how_name(s->how));
		sql_int(st, 4, time_now());
		sql_run(h->db, st, h->e);
	}
	return h->e->code;
}

static void
hunt_free(struct hunt *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].path);
		free(h->v[i].mbid);
	}
	for (size_t i = 0; i < h->nclues; i++)
		free(h->clue[i].artist);
	free(h->v);
	free(h->clue);
	buf_free(&h->key);
	buf_free(&h->other);
}

static enum err_code
hunt(struct db *db, int64_t playlist, int64_t session, struct err *e)
{
	struct hunt h = { .db = db, .e = e };

	if (hunt_read(&h, playlist, session != CHANGED) == ERR_NONE && h.nclues > 0 &&
	    try_files(&h, session) == ERR_NONE)
		write_found(&h);
	hunt_free(&h);
	return e->code;
}

enum err_code
playlist_hunt(struct db *db, int64_t playlist, int64_t session, struct err *e)
{
	return hunt(db, playlist, session, e);
}

enum err_code
playlist_hunt_changed(struct db *db, struct err *e)
{
	if (sql_change(db,
		"DELETE FROM found WHERE how = 'tags' AND track_id IN (SELECT id FROM temp.chosen WHERE"
		" changed)",
		NULL, 0, e) != ERR_NONE)
		return e->code;
	/* what has lost its track may be any other */
	return hunt(db, 0, sqlite3_changes64(db->sql) > 0 ? 0 : CHANGED, e);
}
