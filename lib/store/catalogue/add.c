/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/catalogue/catalogue.h"
#include "store/commit/match.h"
#include "store/sql.h"
#include "text/fold.h"
#include "text/value.h"

/* A number's column of the first row: 1, 0, -1. */
static int
one(struct db *db, sqlite3_stmt *st, int64_t *value, struct err *e)
{
	int step = sql_step(db, st, e);

	if (step == 1)
		*value = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step;
}

/* What is heard: the recording of another track, or a new one. */
static enum err_code
recording(struct catalogue *c, const struct record *r, int64_t of, int64_t *id, struct err *e)
{
	const char *told = record_get(r, F_MB_TRACKID);
	sqlite3_stmt *st;

	*id = 0;
	if (of != 0) {
		st = sql_get(c->db, "SELECT recording_id FROM track WHERE id = ?1", e);
		if (st == NULL)
			return e->code;
		sql_int(st, 1, of);
		if (one(c->db, st, id, e) < 0)
			return e->code;
	}
	st = *id == 0
	    ? sql_get(c->db, "INSERT INTO recording (mb_trackid) VALUES (nullif(lower(?1), ''))", e)
	    : sql_get(c->db,
		  "UPDATE recording SET mb_trackid = ifnull(mb_trackid, nullif(lower(?1), '')) WHERE id = ?2",
		  e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, told);
	if (*id != 0)
		sql_int(st, 2, *id);
	if (sql_run(c->db, st, e) == ERR_NONE && *id == 0)
		*id = sqlite3_last_insert_rowid(c->db->sql);
	return e->code;
}

static enum err_code
bind_text_and_key(sqlite3_stmt *st, int at, const char *text, struct err *e)
{
	char *key = fold_key(text);

	if (key == NULL)
		return err_memory(e);
	sql_text(st, at, text);
	sql_text(st, at + 1, key);
	free(key);
	return ERR_NONE;
}

static bool
is_date(const char *s)
{
	return s != NULL && strspn(s, "0123456789") >= 4;
}

/* The columns of a track that its tags tell: parameters 3 to 14. */
static enum err_code
bind_columns(sqlite3_stmt *st, const struct record *r, struct err *e)
{
	const char *date = record_get(r, F_DATE), *title = record_get(r, F_TITLE);
	char *text = NULL, *artist = NULL;

	if (title != NULL && *title != '\0' && (text = catalogue_text(title, e)) == NULL)
		goto out;
	if (catalogue_joined(r, F_ARTIST, F_ARTISTS, ", ", &artist, e) != ERR_NONE ||
	    bind_text_and_key(st, 3, text, e) != ERR_NONE || bind_text_and_key(st, 5, artist, e) != ERR_NONE)
		goto out;
	sql_text(st, 7, record_get(r, F_DISC));
	sql_text(st, 8, record_get(r, F_TRACK));
	sql_text(st, 9, date);
	sql_text(st, 10,
	    is_date(date)                                ? date
		: is_date(record_get(r, F_ORIGINALDATE)) ? record_get(r, F_ORIGINALDATE)
							 : NULL);
	sql_text(st, 11, record_get(r, F_BPM));
	sql_text(st, 12, record_get(r, F_KEY));
	sql_int_or_null(st, 13, r->duration_ms);
	sql_text(st, 14, record_get(r, F_RATING));
out:
	free(text);
	free(artist);
	return e->code;
}

static enum err_code
insert_track(struct catalogue *c, int64_t release, int64_t recording_id, const struct record *r,
    int64_t *track, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "INSERT INTO track (release_id, recording_id, title, title_key, artist, artist_key, disc, track, "
	    "date,"
	    " year, bpm, key, duration_ms, rating, added, modified, owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " nullif(CAST(?7 AS INTEGER), 0), nullif(CAST(?8 AS INTEGER), 0), ?9,"
	    " nullif(CAST(substr(?10, 1, 4) AS INTEGER), 0), nullif(CAST(?11 AS REAL), 0), ?12, ?13,"
	    " CAST(?14 AS INTEGER), ?15, ?15, ?16)",
	    e);

	if (st == NULL || bind_columns(st, r, e) != ERR_NONE)
		return e->code;
	sql_int(st, 1, release);
	sql_int(st, 2, recording_id);
	sql_int(st, 15, c->now);
	sql_int(st, 16, c->owner);
	if (sql_run(c->db, st, e) == ERR_NONE)
		*track = sqlite3_last_insert_rowid(c->db->sql);
	return e->code;
}

/* A rating that the file does not tell stays. */
static enum err_code
update_track(struct catalogue *c, int64_t track, int64_t release, const struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "UPDATE track SET release_id = ?1, title = ?3, title_key = ?4, artist = ?5, artist_key = ?6,"
	    " disc = nullif(CAST(?7 AS INTEGER), 0), track = nullif(CAST(?8 AS INTEGER), 0), date = ?9,"
	    " year = nullif(CAST(substr(?10, 1, 4) AS INTEGER), 0), bpm = nullif(CAST(?11 AS REAL), 0),"
	    " key = ?12, rating = ifnull(CAST(?14 AS INTEGER), rating), modified = ?15 WHERE id = ?17",
	    e);

	if (st == NULL || bind_columns(st, r, e) != ERR_NONE)
		return e->code;
	sql_int(st, 1, release);
	sql_int(st, 15, c->now);
	sql_int(st, 17, track);
	return sql_run(c->db, st, e);
}

static enum err_code
add_credit(struct catalogue *c, int64_t track, enum field role, int64_t seq, const char *name, struct err *e)
{
	int64_t artist;

	if (catalogue_artist(c, name, &artist, e) != ERR_NONE || catalogue_field(c, role, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db,
	    "INSERT INTO credit (track_id, role, seq, artist_id) VALUES (?1, ?2, ?3, ?4)",
	    (const int64_t[]){ track, role + 1, seq, artist }, 4, e);
}

static enum err_code
add_genre(struct catalogue *c, int64_t track, int64_t seq, const char *name, struct err *e)
{
	int64_t genre;

	if (catalogue_genre(c, name, &genre, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db, "INSERT INTO track_genre (track_id, seq, genre_id) VALUES (?1, ?2, ?3)",
	    (const int64_t[]){ track, seq, genre }, 3, e);
}

/* field F_NONE: a free tag; its order is that of arrival. */
static enum err_code
add_tag(struct catalogue *c, int64_t track, enum field field, int64_t seq, const char *name,
    const char *value, struct err *e)
{
	sqlite3_stmt *st;
	int64_t id = field + 1;
	char isrc[VALUE_TEXT];

	if (field == F_NONE ? catalogue_tagname(c, name, &id, e) != ERR_NONE
			    : catalogue_field(c, field, e) != ERR_NONE)
		return e->code;
	st = field == F_NONE
	    ? sql_get(c->db,
		  "INSERT INTO tag (track_id, name_id, seq, value) SELECT ?1, ?2,"
		  " ifnull(max(seq) + 1, 0), ?4 FROM tag WHERE track_id = ?1 AND name_id = ?2",
		  e)
	    : sql_get(c->db, "INSERT INTO tag (track_id, name_id, seq, value) VALUES (?1, ?2, ?3, ?4)", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_int(st, 2, id);
	if (field != F_NONE)
		sql_int(st, 3, seq);
	sql_text(st, 4, field == F_ISRC && value_isrc(value, isrc) ? isrc : value);
	return sql_run(c->db, st, e);
}

/* Fields whose value stands in a column of track or recording. */
static bool
has_column(enum field f)
{
	return f == F_TITLE || f == F_ARTIST || f == F_DISC || f == F_TRACK || f == F_DATE || f == F_YEAR ||
	    f == F_BPM || f == F_KEY || f == F_RATING || f == F_MB_TRACKID;
}

static bool
is_credit(enum field f)
{
	return f == F_ARTISTS || f == F_COMPOSER || f == F_LYRICIST || f == F_CONDUCTOR || f == F_PERFORMER ||
	    f == F_REMIXER;
}

static enum err_code
add_value(struct catalogue *c, int64_t track, const struct record_value *v, int64_t seq, struct err *e)
{
	enum field f = v->field;
	char *value = catalogue_text(v->value, e);

	if (value == NULL)
		return e->code;
	if (f != F_NONE && is_credit(f))
		add_credit(c, track, f, seq, value, e);
	else if (f == F_GENRE)
		add_genre(c, track, seq, value, e);
	else
		add_tag(c, track, f, seq, v->name, value, e);
	free(value);
	return e->code;
}

static enum err_code
add_values(struct catalogue *c, int64_t track, const struct record *r, bool credited, struct err *e)
{
	int64_t seq[F_COUNT] = { 0 };

	for (size_t i = 0; i < r->nvalues; i++) {
		const struct record_value *v = &r->values[i];
		enum field f = v->field;

		if (v->value[0] == '\0')
			continue;
		if (f != F_NONE &&
		    (has_column(f) || (field_info(f)->flags & (FIELD_TAG | FIELD_RELEASE)) != FIELD_TAG))
			continue;
		if (add_value(c, track, v, f == F_NONE ? 0 : seq[f]++, e) != ERR_NONE)
			return e->code;
	}
	if (seq[F_ARTISTS] == 0 && !credited) {
		char *artist = NULL;

		if (catalogue_joined(r, F_ARTIST, F_ARTISTS, ", ", &artist, e) == ERR_NONE && artist != NULL)
			add_credit(c, track, F_ARTISTS, 0, artist, e);
		free(artist);
	}
	return e->code;
}

static enum err_code
add_file(struct catalogue *c, int64_t track, bool preferred, const struct item *it, const struct record *r,
    struct err *e)
{
	struct buf notes = { 0 };
	sqlite3_stmt *st;
	int64_t blob;

	if (catalogue_blob(c, it->sha256, it->suffix, it->size, &blob, e) != ERR_NONE)
		return e->code;
	st = sql_get(c->db,
	    "INSERT INTO file (track_id, blob_id, preferred, state, format, codec, bitrate, samplerate, "
	    "bitdepth, channels, duration_ms, source, mtime, session_id, added, changed, audio, damaged,"
	    " notes, part, start_ms, whole)"
	    " VALUES (?1, ?2, ?3, 'ok', ?4, nullif(?5, ''), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, "
	    "?15, ?16, ?17, ?18, iif(?18 > 0, ?19, NULL), iif(?18 > 0, ?20, NULL))",
	    e);
	if (st == NULL)
		return e->code;
	for (size_t i = 0; i < r->nnotes; i++)
		buf_printf(&notes, "%s%s", i > 0 ? "\n" : "", r->notes[i]);
	if (buf_ok(&notes, e) != ERR_NONE) {
		buf_free(&notes);
		return e->code;
	}
	sql_int(st, 1, track);
	sql_int(st, 2, blob);
	sql_int(st, 3, preferred);
	sql_text(st, 4, r->format);
	sql_text(st, 5, r->codec);
	sql_int_or_null(st, 6, r->bitrate);
	sql_int_or_null(st, 7, r->samplerate);
	sql_int_or_null(st, 8, r->bitdepth);
	sql_int_or_null(st, 9, r->channels);
	sql_int_or_null(st, 10, r->duration_ms);
	if (it->path != NULL)
		sql_bytes(st, 11, it->path, strlen(it->path));
	sql_int(st, 12, it->mtime_ns / 1000000000);
	sql_int(st, 13, c->session);
	sql_int(st, 14, c->now);
	if (r->has_audio)
		sql_bytes(st, 15, r->audio, sizeof r->audio);
	sql_int(st, 16, r->damaged);
	sql_text(st, 17, notes.data);
	sql_int(st, 18, r->part);
	sql_int(st, 19, r->start_ms);
	if (it->has_audio)
		sql_bytes(st, 20, it->audio, sizeof it->audio);
	(void)sql_run(c->db, st, e);
	buf_free(&notes);
	return e->code;
}

enum err_code
catalogue_add(struct catalogue *c, int64_t release, int64_t of, const struct item *it, const struct record *r,
    int64_t *track, struct err *e)
{
	int64_t recording_id, id = 0;

	if (recording(c, r, of, &recording_id, e) != ERR_NONE ||
	    insert_track(c, release, recording_id, r, &id, e) != ERR_NONE ||
	    add_values(c, id, r, false, e) != ERR_NONE || add_file(c, id, true, it, r, e) != ERR_NONE)
		return e->code;
	*track = id;
	return ERR_NONE;
}

/* Of the files of a track that are there the best one becomes the preferred: whole before damaged. */
enum err_code
catalogue_prefer_best(struct catalogue *c, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "SELECT id, format, ifnull(codec, ''), ifnull(bitrate, 0), ifnull(bitdepth, 0), preferred,"
	    " damaged FROM file"
	    " WHERE track_id = ?1 AND state = 'ok' ORDER BY preferred DESC, id",
	    e);
	struct quality best = { 0 };
	int64_t id = 0;
	bool is_already = false;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	while (sql_step(c->db, st, e) == 1) {
		struct quality q = quality_of((const char *)sqlite3_column_text(st, 1),
		    (const char *)sqlite3_column_text(st, 2), sqlite3_column_int64(st, 3),
		    sqlite3_column_int64(st, 4));

		q.damaged = sqlite3_column_int(st, 6) != 0;
		if (id != 0 && !quality_better(&q, &best))
			continue;
		best = q;
		id = sqlite3_column_int64(st, 0);
		is_already = sqlite3_column_int(st, 5) != 0;
	}
	sql_done(st);
	if (e->code != ERR_NONE || id == 0 || is_already)
		return e->code;
	if (sql_change(c->db, "UPDATE file SET preferred = 0 WHERE track_id = ?1 AND preferred = 1", &track,
		1, e) != ERR_NONE ||
	    sql_change(c->db, "UPDATE file SET preferred = 1 WHERE id = ?1", &id, 1, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db,
	    "UPDATE track SET modified = ?2,"
	    " duration_ms = ifnull((SELECT duration_ms FROM file WHERE id = ?3), duration_ms) WHERE id = ?1",
	    (const int64_t[]){ track, c->now, id }, 3, e);
}

/* The preferred file of a track: 1, 0 there is none that is there, -1. */
static int
preferred(struct catalogue *c, int64_t track, struct quality *q, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "SELECT format, ifnull(codec, ''), ifnull(bitrate, 0), ifnull(bitdepth, 0), damaged FROM file"
	    " WHERE track_id = ?1 AND preferred = 1 AND state = 'ok'",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, track);
	step = sql_step(c->db, st, e);
	if (step == 1) {
		*q = quality_of((const char *)sqlite3_column_text(st, 0),
		    (const char *)sqlite3_column_text(st, 1), sqlite3_column_int64(st, 2),
		    sqlite3_column_int64(st, 3));
		q->damaged = sqlite3_column_int(st, 4) != 0;
	}
	sql_done(st);
	return step;
}

enum err_code
catalogue_attach(
    struct catalogue *c, int64_t track, const struct item *it, const struct record *r, struct err *e)
{
	struct quality best = { 0 }, own = quality_of(r->format, r->codec, r->bitrate, r->bitdepth);
	int known;

	own.damaged = r->damaged;
	if (add_file(c, track, false, it, r, e) != ERR_NONE)
		return e->code;
	/* a track may have thousands of files: they are looked at only where none of them is preferred */
	known = preferred(c, track, &best, e);
	if (known < 0 || (known == 1 && !quality_better(&own, &best)))
		return e->code;
	return catalogue_prefer_best(c, track, e);
}

/* The next track that a file carries, 0 behind the last. */
static int64_t
track_after(struct catalogue *c, const uint8_t sha256[32], int64_t after, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "SELECT min(track_id) FROM file WHERE track_id > ?2"
	    " AND blob_id = (SELECT id FROM blob WHERE sha256 = ?1)",
	    e);
	int64_t track = 0;

	if (st == NULL)
		return 0;
	sql_bytes(st, 1, sha256, 32);
	sql_int(st, 2, after);
	(void)one(c->db, st, &track, e);
	return track;
}

enum err_code
catalogue_revive(struct catalogue *c, const uint8_t sha256[32], bool restore, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "UPDATE file SET state = 'ok', changed = ?2 WHERE (state = 'missing' OR (?3 AND state = "
	    "'removed')) AND blob_id = (SELECT id FROM blob WHERE sha256 = ?1)",
	    e);
	int64_t track = 0;

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	sql_int(st, 2, c->now);
	sql_int(st, 3, restore);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	if (sqlite3_changes(c->db->sql) == 0)
		return ERR_NONE;
	while ((track = track_after(c, sha256, track, e)) > 0) {
		if (restore &&
		    sql_change(c->db,
			"UPDATE track SET removed = NULL, modified = ?2 WHERE id = ?1 AND removed IS NOT "
			"NULL",
			(const int64_t[]){ track, c->now }, 2, e) != ERR_NONE)
			return e->code;
		if (catalogue_prefer_best(c, track, e) != ERR_NONE)
			return e->code;
	}
	return e->code;
}

enum err_code
catalogue_rewrite(
    struct catalogue *c, int64_t track, int64_t release, const struct record *r, bool credited, struct err *e)
{
	if (update_track(c, track, release, r, e) != ERR_NONE)
		return e->code;
	return add_values(c, track, r, credited, e);
}

enum err_code
catalogue_another(struct catalogue *c, int64_t track, bool is_preferred, const struct item *it,
    const struct record *r, struct err *e)
{
	return add_file(c, track, is_preferred, it, r, e);
}

enum err_code
catalogue_source(struct catalogue *c, const struct item *it, struct err *e)
{
	sqlite3_stmt *st;

	if (it->path == NULL)
		return ERR_NONE;
	st = sql_get(c->db,
	    "INSERT INTO source (path, device, inode, size, mtime_ns, ctime_ns, seen, sha256, linked)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (path) DO UPDATE SET"
	    " device = excluded.device, inode = excluded.inode, size = excluded.size,"
	    " mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, seen = excluded.seen,"
	    " sha256 = excluded.sha256, linked = excluded.linked",
	    e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, it->path, strlen(it->path));
	sql_int(st, 2, it->device);
	sql_int(st, 3, it->inode);
	sql_int(st, 4, it->size);
	sql_int(st, 5, it->mtime_ns);
	sql_int(st, 6, it->ctime_ns);
	sql_int(st, 7, c->seen);
	sql_bytes(st, 8, it->sha256, 32);
	sql_int(st, 9, it->linked);
	return sql_run(c->db, st, e);
}
