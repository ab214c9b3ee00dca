/* SPDX-License-Identifier: MIT */
/* Where each field of a track or a release stands in the catalogue, to be read and written as texts. */
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/edit/priv.h"
#include "text/fold.h"

/* Fields with a column of their own: ?1 is the track or release, ?2 the value or NULL, ?3 its folded key. */
static const struct {
	enum field field;
	const char *read, *write;
} columns[] = {
	{ F_TITLE, "SELECT title FROM track WHERE id = ?1",
	    "UPDATE track SET title = ?2, title_key = ?3 WHERE id = ?1" },
	{ F_ARTIST, "SELECT artist FROM track WHERE id = ?1",
	    "UPDATE track SET artist = ?2, artist_key = ?3 WHERE id = ?1" },
	{ F_DISC, "SELECT disc FROM track WHERE id = ?1",
	    "UPDATE track SET disc = CAST(?2 AS INTEGER) WHERE id = ?1" },
	{ F_TRACK, "SELECT track FROM track WHERE id = ?1",
	    "UPDATE track SET track = CAST(?2 AS INTEGER) WHERE id = ?1" },
	{ F_DATE, "SELECT date FROM track WHERE id = ?1", "UPDATE track SET date = ?2 WHERE id = ?1" },
	{ F_BPM, "SELECT printf('%.10g', bpm) FROM track WHERE id = ?1 AND bpm IS NOT NULL",
	    "UPDATE track SET bpm = CAST(?2 AS REAL) WHERE id = ?1" },
	{ F_KEY, "SELECT key FROM track WHERE id = ?1", "UPDATE track SET key = ?2 WHERE id = ?1" },
	{ F_RATING, "SELECT rating FROM track WHERE id = ?1",
	    "UPDATE track SET rating = CAST(?2 AS INTEGER) WHERE id = ?1" },
	{ F_MB_TRACKID,
	    "SELECT r.mb_trackid FROM track t JOIN recording r ON r.id = t.recording_id WHERE t.id = ?1",
	    NULL },
	{ F_ALBUM, "SELECT album FROM release WHERE id = ?1",
	    "UPDATE release SET album = ?2, album_key = ?3 WHERE id = ?1" },
	{ F_ALBUMARTIST, "SELECT albumartist FROM release WHERE id = ?1",
	    "UPDATE release SET albumartist = ?2, albumartist_key = ?3 WHERE id = ?1" },
	{ F_MB_ALBUMID, "SELECT mb_albumid FROM release WHERE id = ?1",
	    "UPDATE release SET mb_albumid = ?2 WHERE id = ?1" },
	{ F_DISCTOTAL, "SELECT disctotal FROM release WHERE id = ?1",
	    "UPDATE release SET disctotal = CAST(?2 AS INTEGER) WHERE id = ?1" },
	{ F_COMPILATION, "SELECT compilation FROM release WHERE id = ?1 AND compilation <> 0",
	    "UPDATE release SET compilation = ?2 IS NOT NULL WHERE id = ?1" },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* Fields with rows of their own: ?1 the track or release, ?2 the name's number, ?3 the place in the list,
 * ?4 the value or the id of its name. */
struct shelf {
	const char *read, *put, *trim;
};

static const struct shelf tags = {
	"SELECT value FROM tag WHERE track_id = ?1 AND name_id = ?2 ORDER BY seq",
	"INSERT INTO tag (track_id, name_id, seq, value) VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT (track_id, name_id, seq) DO UPDATE SET value = excluded.value",
	"DELETE FROM tag WHERE track_id = ?1 AND name_id = ?2 AND seq >= ?3",
};
static const struct shelf credits = {
	"SELECT a.name FROM credit c JOIN artist a ON a.id = c.artist_id WHERE c.track_id = ?1 AND c.role = "
	"?2 ORDER BY c.seq",
	"INSERT INTO credit (track_id, role, seq, artist_id) VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT (track_id, role, seq) DO UPDATE SET artist_id = excluded.artist_id",
	"DELETE FROM credit WHERE track_id = ?1 AND role = ?2 AND seq >= ?3",
};
static const struct shelf genres = {
	"SELECT g.name FROM track_genre t JOIN genre g ON g.id = t.genre_id WHERE t.track_id = ?1 AND ?2 > 0"
	" ORDER BY t.seq",
	"INSERT INTO track_genre (track_id, seq, genre_id) SELECT ?1, ?3, ?4 WHERE ?2 > 0"
	" ON CONFLICT (track_id, seq) DO UPDATE SET genre_id = excluded.genre_id",
	"DELETE FROM track_genre WHERE track_id = ?1 AND ?2 > 0 AND seq >= ?3",
};
static const struct shelf release_tags = {
	"SELECT value FROM release_tag WHERE release_id = ?1 AND name_id = ?2 ORDER BY seq",
	"INSERT INTO release_tag (release_id, name_id, seq, value) VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT (release_id, name_id, seq) DO UPDATE SET value = excluded.value",
	"DELETE FROM release_tag WHERE release_id = ?1 AND name_id = ?2 AND seq >= ?3",
};
static const struct shelf release_credits = {
	"SELECT a.name FROM release_credit c JOIN artist a ON a.id = c.artist_id WHERE c.release_id = ?1"
	" AND ?2 > 0 ORDER BY c.seq",
	"INSERT INTO release_credit (release_id, seq, artist_id) SELECT ?1, ?3, ?4 WHERE ?2 > 0"
	" ON CONFLICT (release_id, seq) DO UPDATE SET artist_id = excluded.artist_id",
	"DELETE FROM release_credit WHERE release_id = ?1 AND ?2 > 0 AND seq >= ?3",
};

static int
column_of(enum field f)
{
	for (int i = 0; i < COLUMNS; i++)
		if (columns[i].field == f)
			return i;
	return -1;
}

static const struct shelf *
shelf_of(const struct target *t)
{
	switch (t->field) {
	case F_ARTISTS:
	case F_COMPOSER:
	case F_LYRICIST:
	case F_CONDUCTOR:
	case F_PERFORMER:
	case F_REMIXER:
		return &credits;
	case F_ALBUMARTISTS:
		return &release_credits;
	case F_GENRE:
		return &genres;
	default:
		return t->release ? &release_tags : &tags;
	}
}

enum err_code
value_read(struct db *db, const struct target *t, int64_t id, struct texts *out, struct err *e)
{
	int column = column_of(t->field);
	sqlite3_stmt *st = sql_get(db, column >= 0 ? columns[column].read : shelf_of(t)->read, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (column < 0)
		sql_int(st, 2, t->name_id);
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1)
		if (sqlite3_column_type(st, 0) != SQLITE_NULL)
			texts_add(out, (const char *)sqlite3_column_text(st, 0), e);
	sql_done(st);
	return e->code;
}

/* The recording of a track by its new MBID: one that is known; its own, where all of its tracks are being
 * amended; else a new one. */
static enum err_code
write_recording(struct catalogue *c, int64_t track, const char *mbid, struct err *e)
{
	int64_t found = 0;
	sqlite3_stmt *st = sql_get(c->db,
	    "SELECT coalesce((SELECT min(id) FROM recording WHERE mb_trackid = ?2),"
	    " (SELECT recording_id FROM track t WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM track o WHERE"
	    " o.recording_id = t.recording_id AND o.id NOT IN (SELECT id FROM chosen))))",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_text(st, 2, mbid);
	if (sql_step(c->db, st, e) == 1)
		found = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	if (found == 0)
		st = sql_get(c->db, "INSERT INTO recording (mb_trackid) VALUES (?1)", e);
	else
		st = sql_get(
		    c->db, "UPDATE recording SET mb_trackid = ?1 WHERE id = ?2 AND mb_trackid IS NOT ?1", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, mbid);
	if (found != 0)
		sql_int(st, 2, found);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	if (found == 0)
		found = sqlite3_last_insert_rowid(c->db->sql);
	return sql_change(c->db, "UPDATE track SET recording_id = ?2 WHERE id = ?1 AND recording_id <> ?2",
	    (const int64_t[]){ track, found }, 2, e);
}

/* The year is that of the date, or else of the first release. */
static enum err_code
write_year(struct catalogue *c, int64_t track, struct err *e)
{
	_Static_assert(F_ORIGINALDATE + 1 == 15, "the statement names the number");
	return sql_change(c->db,
	    "UPDATE track SET year = nullif(CAST(substr(coalesce(iif(date GLOB '[0-9][0-9][0-9][0-9]*', date,"
	    " NULL), (SELECT value FROM tag WHERE track_id = ?1 AND name_id = 15 AND value GLOB"
	    " '[0-9][0-9][0-9][0-9]*' ORDER BY seq LIMIT 1)), 1, 4) AS INTEGER), 0) WHERE id = ?1",
	    &track, 1, e);
}

static enum err_code
write_column(struct catalogue *c, int column, int64_t id, const char *value, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db, columns[column].write, e);
	char *key;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_text(st, 2, value);
	if (sqlite3_bind_parameter_count(st) == 3) {
		key = fold_key(value);
		if (key == NULL)
			return err_memory(e);
		sql_text(st, 3, key);
		free(key);
	}
	if (sql_run(c->db, st, e) == ERR_NONE && columns[column].field == F_DATE)
		write_year(c, id, e);
	return e->code;
}

static enum err_code
put(struct catalogue *c, const struct shelf *s, const struct target *t, int64_t id, size_t seq,
    const char *value, struct err *e)
{
	sqlite3_stmt *st;
	int64_t name = 0;

	if (s == &genres ? catalogue_genre(c, value, &name, e) != ERR_NONE
			 : (s == &credits || s == &release_credits) &&
		    catalogue_artist(c, value, &name, e) != ERR_NONE)
		return e->code;
	st = sql_get(c->db, s->put, e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_int(st, 2, t->name_id);
	sql_int(st, 3, (int64_t)seq);
	if (name != 0)
		sql_int(st, 4, name);
	else
		sql_text(st, 4, value);
	return sql_run(c->db, st, e);
}

enum err_code
value_write(
    struct catalogue *c, const struct target *t, int64_t id, const struct texts *values, struct err *e)
{
	int column = column_of(t->field);
	const struct shelf *s = shelf_of(t);

	if (t->field == F_MB_TRACKID)
		return write_recording(c, id, values->n > 0 ? values->v[0] : NULL, e);
	if (column >= 0)
		return write_column(c, column, id, values->n > 0 ? values->v[0] : NULL, e);
	for (size_t i = 0; i < values->n; i++)
		if (put(c, s, t, id, i, values->v[i], e) != ERR_NONE)
			return e->code;
	if (sql_change(c->db, s->trim, (const int64_t[]){ id, t->name_id, (int64_t)values->n }, 3, e) !=
	    ERR_NONE)
		return e->code;
	return t->field == F_ORIGINALDATE ? write_year(c, id, e) : ERR_NONE;
}

static void
tell_json(const struct target *t, const char *key, const struct texts *values, struct buf *out)
{
	enum field_type type = t->field == F_NONE ? FIELD_LIST : field_info(t->field)->type;

	if (values->n == 0)
		return;
	switch (type) {
	case FIELD_INT:
		json_int(out, key, strtoll(values->v[0], NULL, 10));
		break;
	case FIELD_REAL:
		json_double(out, key, strtod(values->v[0], NULL));
		break;
	case FIELD_BOOL:
		json_bool(out, key, true);
		break;
	case FIELD_LIST:
		json_array_begin(out, key);
		for (size_t i = 0; i < values->n; i++)
			json_text(out, NULL, values->v[i]);
		json_array_end(out);
		break;
	default:
		json_text(out, key, values->v[0]);
	}
}

/* Long texts are cut: a line is for people. */
static void
tell_text(const struct target *t, const struct texts *values, struct buf *out)
{
	enum { WIDTH = 60 };

	for (size_t i = 0; i < values->n; i++) {
		const char *value = t->field == F_COMPILATION ? "true" : values->v[i];
		size_t len = strlen(value), fits = text_fit(value, len, WIDTH);

		buf_puts(out, i > 0 ? "; " : "");
		out_escape(out, value, fits);
		buf_puts(out, fits < len ? "..." : "");
	}
}

enum err_code
value_tell(const struct target *t, const struct texts *before, const struct texts *after, bool json,
    struct buf *out, struct err *e)
{
	if (json) {
		json_object_begin(out, t->name);
		tell_json(t, "before", before, out);
		tell_json(t, "after", after, out);
		json_object_end(out);
	} else {
		buf_putc(out, '\t');
		out_escape(out, t->name, strlen(t->name));
		buf_putc(out, '=');
		tell_text(t, after, out);
		if (before->n > 0) {
			buf_puts(out, " (was ");
			tell_text(t, before, out);
			buf_putc(out, ')');
		}
	}
	return buf_ok(out, e);
}
