/* SPDX-License-Identifier: MIT */
/* Retags: a file whose source got other tags, and what follows for its track and release. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/catalogue/catalogue.h"
#include "store/sql.h"
#include "text/fold.h"

/* The columns of a track that can be amended, as text. */
static const enum field columns[] = { F_TITLE, F_ARTIST, F_DISC, F_TRACK, F_DATE, F_BPM, F_KEY, F_RATING };
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* Which fields of a track, or of all tracks of a release, were amended?  Free tags among them leave *r. */
static enum err_code
read_amended(
    struct catalogue *c, sqlite3_stmt *st, int64_t id, bool amended[F_COUNT], struct record *r, struct err *e)
{
	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	while (sql_step(c->db, st, e) == 1) {
		int64_t name = sqlite3_column_int64(st, 0);
		const char *text = (const char *)sqlite3_column_text(st, 1);

		if (name >= 1 && name <= F_COUNT)
			amended[name - 1] = true;
		for (size_t i = 0; r != NULL && text != NULL && i < r->nvalues; i++)
			if (r->values[i].field == F_NONE && strcmp(r->values[i].name, text) == 0)
				r->values[i].value[0] = '\0'; /* empty values are not written */
	}
	sql_done(st);
	return e->code;
}

/* What was amended in the columns goes over what the file says. */
static enum err_code
keep_columns(struct catalogue *c, int64_t track, const bool amended[F_COUNT], struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    c->db, "SELECT title, artist, disc, track, date, bpm, key, rating FROM track WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	if (sql_step(c->db, st, e) == 1)
		for (int i = 0; i < COLUMNS && e->code == ERR_NONE; i++)
			if (amended[columns[i]])
				record_set(r, columns[i], (const char *)sqlite3_column_text(st, i), e);
	sql_done(st);
	return e->code;
}

/* The other fields that were amended: their rows stay, the file's values go. */
static enum err_code
keep_rows(const bool amended[F_COUNT], struct record *r, struct err *e)
{
	for (int f = 0; f < F_COUNT && e->code == ERR_NONE; f++) {
		bool is_column = false;

		for (int i = 0; i < COLUMNS; i++)
			is_column = is_column || (int)columns[i] == f;
		if (amended[f] && !is_column)
			record_set(r, (enum field)f, NULL, e);
	}
	return e->code;
}

#define UNLESS_AMENDED(name) " AND " name " NOT IN (SELECT name_id FROM amended WHERE track_id = ?1)"

static enum err_code
forget_rows(struct catalogue *c, int64_t track, bool genre, struct err *e)
{
	if (sql_change(c->db, "DELETE FROM tag WHERE track_id = ?1" UNLESS_AMENDED("name_id"), &track, 1,
		e) != ERR_NONE ||
	    sql_change(c->db, "DELETE FROM credit WHERE track_id = ?1" UNLESS_AMENDED("role"), &track, 1,
		e) != ERR_NONE ||
	    sql_change(c->db, "DELETE FROM cover WHERE track_id = ?1", &track, 1, e) != ERR_NONE)
		return e->code;
	return genre ? sql_change(c->db, "DELETE FROM track_genre WHERE track_id = ?1", &track, 1, e)
		     : ERR_NONE;
}

/* The track keeps its recording, which takes another MBID only where it is this track's alone. */
static enum err_code
name_recording(struct catalogue *c, int64_t track, const struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "UPDATE recording SET mb_trackid = lower(?2) WHERE id = (SELECT recording_id FROM track WHERE id "
	    "= ?1) AND (mb_trackid IS NULL OR NOT EXISTS"
	    " (SELECT 1 FROM track WHERE recording_id = recording.id AND id <> ?1))",
	    e);
	const char *mbid = record_get(r, F_MB_TRACKID);

	if (st == NULL || mbid == NULL || *mbid == '\0')
		return e->code;
	sql_int(st, 1, track);
	sql_text(st, 2, mbid);
	return sql_run(c->db, st, e);
}

/* The old file is removed, its hash remembered. */
static enum err_code
supersede(struct catalogue *c, int64_t track, int64_t file, bool *preferred, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db, "SELECT preferred FROM file WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, file);
	if (sql_step(c->db, st, e) == 1)
		*preferred = sqlite3_column_int(st, 0) != 0;
	sql_done(st);
	if (e->code != ERR_NONE ||
	    sql_change(c->db, "UPDATE file SET state = 'removed', preferred = 0, changed = ?2 WHERE id = ?1",
		(const int64_t[]){ file, c->now }, 2, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db,
	    "INSERT INTO removed (sha256, at, track_id, reason) SELECT sha256, ?2, ?3, 'superseded'"
	    " FROM blob WHERE id = (SELECT blob_id FROM file WHERE id = ?1)"
	    " ON CONFLICT (sha256) DO UPDATE SET at = excluded.at, track_id = excluded.track_id,"
	    " reason = excluded.reason",
	    (const int64_t[]){ file, c->now, track }, 3, e);
}

/* A file of these bytes that was superseded itself, because the tags are changed back: it is the track's
 * again. *there tells whether there is one. */
static enum err_code
bring_back(struct catalogue *c, int64_t track, bool preferred, const uint8_t sha256[32], int64_t part,
    bool *there, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "UPDATE file SET state = 'ok', track_id = ?2, preferred = ?3, session_id = ?4, changed = ?5"
	    " WHERE blob_id = (SELECT id FROM blob WHERE sha256 = ?1) AND part = ?6",
	    e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	sql_int(st, 2, track);
	sql_int(st, 3, preferred);
	sql_int(st, 4, c->session);
	sql_int(st, 5, c->now);
	sql_int(st, 6, part);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	*there = sqlite3_changes(c->db->sql) != 0;
	st = sql_get(c->db, "DELETE FROM removed WHERE sha256 = ?1", e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	return sql_run(c->db, st, e);
}

enum err_code
catalogue_replace(struct catalogue *c, int64_t track, int64_t file, const struct item *it,
    const struct record *r, struct err *e)
{
	bool preferred = false, there = false;

	if (supersede(c, track, file, &preferred, e) != ERR_NONE ||
	    bring_back(c, track, preferred, it->sha256, r->part, &there, e) != ERR_NONE || there)
		return e->code;
	return catalogue_another(c, track, preferred, it, r, e);
}

static enum err_code
tell_event(struct catalogue *c, int64_t track, int64_t file, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "SELECT lower(hex(sha256)) FROM blob WHERE id = (SELECT blob_id FROM file WHERE id = ?1)", e);
	struct buf json = { 0 }, hex = { 0 };
	char text[24];

	if (st == NULL)
		return e->code;
	sql_int(st, 1, file);
	snprintf(text, sizeof text, "s%lld", (long long)c->session);
	buf_puts(&json, "{");
	json_text(&json, "session", text);
	if (sql_step(c->db, st, e) == 1)
		json_text(&json, "was", (const char *)sqlite3_column_text(st, 0));
	sql_done(st);
	out_hex(&hex, it->sha256, 32);
	json_text(&json, "sha256", hex.failed ? "" : hex.data);
	buf_puts(&json, "}");
	snprintf(text, sizeof text, "%lld", (long long)track);
	if (e->code == ERR_NONE && buf_ok(&json, e) == ERR_NONE)
		db_event(c->db, "retag", text, json.data, e);
	buf_free(&json);
	buf_free(&hex);
	return e->code;
}

enum err_code
catalogue_retag(struct catalogue *c, int64_t track, int64_t file, int64_t release, const struct item *it,
    struct record *r, struct err *e)
{
	bool amended[F_COUNT] = { false };

	if (read_amended(c,
		sql_get(c->db,
		    "SELECT name_id, iif(name_id >= 1000, name, NULL) FROM amended JOIN tagname ON id = "
		    "name_id WHERE track_id = ?1",
		    e),
		track, amended, r, e) != ERR_NONE ||
	    keep_columns(c, track, amended, r, e) != ERR_NONE || keep_rows(amended, r, e) != ERR_NONE ||
	    forget_rows(c, track, !amended[F_GENRE], e) != ERR_NONE)
		return e->code;
	if (catalogue_rewrite(c, track, release, r, amended[F_ARTISTS], e) != ERR_NONE ||
	    name_recording(c, track, r, e) != ERR_NONE)
		return e->code;
	if (tell_event(c, track, file, it, e) != ERR_NONE)
		return e->code;
	return catalogue_replace(c, track, file, it, r, e);
}

#define UNLESS_AMENDED_THERE                                                                                 \
	" AND name_id NOT IN (SELECT a.name_id FROM amended a JOIN track t ON t.id = a.track_id"             \
	" WHERE t.release_id = ?1)"

/* The columns that are told anew become as those of a new release; the keys follow the names. */
static enum err_code
forget_columns(struct catalogue *c, struct release *to, const struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "UPDATE release SET album = iif(?2, album, NULL), album_key = iif(?2, album_key, ?3),"
	    " albumartist = iif(?4, albumartist, NULL), albumartist_key = iif(?4 OR ?5 = '', "
	    "albumartist_key, "
	    "?5), disctotal = iif(?6, disctotal, NULL), compilation = iif(?7, compilation, 0),"
	    " mb_albumid = iif(?8, mb_albumid, nullif(lower(?9), '')) WHERE id = ?1",
	    e);
	const char *mbid = record_get(r, F_MB_ALBUMID);
	char *album = fold_key(record_get(r, F_ALBUM)), *artist = fold_key(record_get(r, F_ALBUMARTIST));

	if (album == NULL || artist == NULL)
		err_memory(e);
	if (st == NULL || e->code != ERR_NONE)
		goto out;
	sql_int(st, 1, to->id);
	sql_int(st, 2, to->filled[F_ALBUM]);
	sql_text(st, 3, album);
	sql_int(st, 4, to->filled[F_ALBUMARTIST]);
	sql_text(st, 5, artist);
	sql_int(st, 6, to->filled[F_DISCTOTAL]);
	sql_int(st, 7, to->filled[F_COMPILATION]);
	sql_int(st, 8, to->filled[F_MB_ALBUMID]);
	sql_text(st, 9, mbid != NULL ? mbid : "");
	sql_run(c->db, st, e);
out:
	free(album);
	free(artist);
	return e->code;
}

enum err_code
catalogue_renew(struct catalogue *c, struct release *to, const struct record *r, struct err *e)
{
	if (read_amended(c,
		sql_get(c->db,
		    "SELECT DISTINCT a.name_id, NULL FROM amended a JOIN track t ON t.id = a.track_id"
		    " WHERE t.release_id = ?1",
		    e),
		to->id, to->filled, NULL, e) != ERR_NONE ||
	    sql_change(c->db, "DELETE FROM release_tag WHERE release_id = ?1" UNLESS_AMENDED_THERE, &to->id,
		1, e) != ERR_NONE ||
	    sql_change(c->db, "DELETE FROM cover WHERE release_id = ?1", &to->id, 1, e) != ERR_NONE)
		return e->code;
	to->filled[F_ALBUMARTISTS] |= to->filled[F_ALBUMARTIST];
	if (!to->filled[F_ALBUMARTISTS] &&
	    sql_change(c->db, "DELETE FROM release_credit WHERE release_id = ?1", &to->id, 1, e) != ERR_NONE)
		return e->code;
	to->fresh = true;
	return forget_columns(c, to, r, e);
}

/* Amended fields of the release that have columns, and those that have rows; their texts. */
#define AMENDED_OF_RELEASE                                                                                   \
	"SELECT a.name_id, iif(a.name_id = ?2, r.disctotal, iif(r.compilation, 1, NULL)) FROM amended a"     \
	" JOIN track t ON t.id = a.track_id JOIN release r ON r.id = t.release_id"                           \
	" WHERE a.track_id = ?1 AND a.name_id IN (?2, ?3)"                                                   \
	" UNION ALL SELECT * FROM (SELECT a.name_id, g.value FROM amended a JOIN track t ON t.id = "         \
	"a.track_id"                                                                                         \
	" LEFT JOIN release_tag g ON g.release_id = t.release_id AND g.name_id = a.name_id"                  \
	" WHERE a.track_id = ?1 AND a.name_id NOT IN (?2, ?3) ORDER BY a.name_id, g.seq)"

enum err_code
catalogue_take_along(struct catalogue *c, int64_t track, struct record *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db, AMENDED_OF_RELEASE, e);
	int64_t last = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_int(st, 2, F_DISCTOTAL + 1);
	sql_int(st, 3, F_COMPILATION + 1);
	while (e->code == ERR_NONE && sql_step(c->db, st, e) == 1) {
		int64_t name = sqlite3_column_int64(st, 0);
		const char *value = (const char *)sqlite3_column_text(st, 1);
		enum field f = (enum field)(name - 1);

		if (name > F_COUNT || (field_info(f)->flags & FIELD_RELEASE) == 0 || f == F_ALBUM ||
		    f == F_ALBUMARTIST || f == F_ALBUMARTISTS || f == F_MB_ALBUMID)
			continue;
		if (name != last)
			record_set(r, f, value, e);
		else if (value != NULL)
			record_add(r, f, NULL, value, e);
		last = name;
	}
	sql_done(st);
	return e->code;
}

enum err_code
catalogue_drop_empty(struct catalogue *c, int64_t release, struct err *e)
{
	return sql_change(c->db,
	    "DELETE FROM release WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM track WHERE release_id = ?1)",
	    &release, 1, e);
}
