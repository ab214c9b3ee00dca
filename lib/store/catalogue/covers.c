/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "store/catalogue/catalogue.h"
#include "store/sql.h"

enum err_code
catalogue_blob(struct catalogue *c, const uint8_t sha256[32], const char *suffix, int64_t size, int64_t *id,
    struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db, "SELECT id FROM blob WHERE sha256 = ?1", e);
	int step;

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	step = sql_step(c->db, st, e);
	if (step == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (step != 0)
		return e->code;
	st = sql_get(c->db, "INSERT INTO blob (sha256, size, suffix, added) VALUES (?1, ?2, ?3, ?4)", e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	sql_int(st, 2, size);
	sql_text(st, 3, suffix);
	sql_int(st, 4, c->now);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	*id = sqlite3_last_insert_rowid(c->db->sql);
	return ERR_NONE;
}

/* Where does a track stand: *release is 0 for one without an album, whose folder's art says little. */
static enum err_code
release_of(struct catalogue *c, int64_t track, int64_t *release, struct err *e)
{
	*release = 0;
	sql_number(c->db,
	    "SELECT iif(album_key = '', 0, release.id) FROM track JOIN release ON release.id = release_id"
	    " WHERE track.id = ?1",
	    &track, 1, release, e);
	return e->code;
}

/* One cover from the current row of item_cover. */
static enum err_code
add_cover(struct catalogue *c, sqlite3_stmt *row, int64_t release, int64_t track, struct err *e)
{
	bool folder = sqlite3_column_int(row, 5) != 0 && release != 0;
	sqlite3_stmt *st;
	uint8_t sha256[32];
	int64_t blob;

	memcpy(sha256, sqlite3_column_blob(row, 0), sizeof sha256);
	if (catalogue_blob(c, sha256, (const char *)sqlite3_column_text(row, 2), sqlite3_column_int64(row, 1),
		&blob, e) != ERR_NONE)
		return e->code;
	st = folder ? sql_get(c->db,
			  "INSERT OR IGNORE INTO cover (blob_id, release_id, kind, mime, text)"
			  " VALUES (?1, ?2, ?3, ?4, ?5)",
			  e)
		    : sql_get(c->db,
			  "INSERT OR IGNORE INTO cover (blob_id, track_id, kind, mime, text)"
			  " SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS"
			  " (SELECT 1 FROM cover WHERE release_id = ?6 AND blob_id = ?1)",
			  e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, blob);
	sql_int(st, 2, folder ? release : track);
	sql_text(st, 3, (const char *)sqlite3_column_text(row, 4));
	sql_text(st, 4, (const char *)sqlite3_column_text(row, 3));
	sql_text(st, 5, (const char *)sqlite3_column_text(row, 6));
	if (!folder)
		sql_int(st, 6, release);
	return sql_run(c->db, st, e);
}

enum err_code
catalogue_covers(struct catalogue *c, int64_t item, int64_t track, struct err *e)
{
	/* folder art first, so that an embedded copy of it finds it at the release */
	sqlite3_stmt *row = sql_get(c->db,
	    "SELECT sha256, size, suffix, mime, kind, folder, text FROM item_cover WHERE item_id = ?1"
	    " ORDER BY folder DESC, seq",
	    e);
	int64_t release = 0;
	bool known = false;
	int step;

	if (row == NULL)
		return e->code;
	sql_int(row, 1, item);
	while ((step = sql_step(c->db, row, e)) == 1) {
		if (!known && release_of(c, track, &release, e) != ERR_NONE)
			break;
		known = true;
		if (add_cover(c, row, release, track, e) != ERR_NONE)
			break;
	}
	sql_done(row);
	return e->code;
}

enum err_code
catalogue_raise_covers(struct catalogue *c, int64_t release, struct err *e)
{
	if (sql_change(c->db,
		"INSERT OR IGNORE INTO cover (blob_id, release_id, kind, mime, text)"
		" SELECT blob_id, ?1, kind, mime, text FROM cover JOIN track ON track.id = cover.track_id"
		" WHERE track.release_id = ?1 AND track.removed IS NULL"
		" AND (SELECT album_key FROM release WHERE id = ?1) <> ''"
		" GROUP BY blob_id, kind HAVING count(*) ="
		" (SELECT count(*) FROM track WHERE release_id = ?1 AND removed IS NULL)",
		&release, 1, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db,
	    "DELETE FROM cover WHERE track_id IN (SELECT id FROM track WHERE release_id = ?1)"
	    " AND blob_id IN (SELECT blob_id FROM cover WHERE release_id = ?1)",
	    &release, 1, e);
}
