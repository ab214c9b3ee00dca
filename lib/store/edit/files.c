/* SPDX-License-Identifier: MIT */
/* Files of tracks: listed, given to another track, made a track of their own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/priv.h"

enum { PREFIX_MIN = 8 };

static enum err_code
file_text(sqlite3_stmt *st, struct buf *out)
{
	const void *source = sqlite3_column_blob(st, 8);

	for (int i = 0; i < 8; i++)
		buf_printf(out, "%s%s", i > 0 ? "\t" : "",
		    sqlite3_column_type(st, i) == SQLITE_NULL ? ""
							      : (const char *)sqlite3_column_text(st, i));
	buf_putc(out, '\t');
	if (source != NULL)
		out_escape(out, source, (size_t)sqlite3_column_bytes(st, 8));
	return ERR_NONE;
}

static void
file_json(sqlite3_stmt *st, int64_t track, struct buf *out)
{
	static const char *const numbers[] = { "bitrate", "bitdepth", "duration_ms", "size" };

	json_open(out, "file");
	json_text(out, "sha256", (const char *)sqlite3_column_text(st, 0));
	json_int(out, "track", track);
	json_text(out, "state", (const char *)sqlite3_column_text(st, 1));
	if (strcmp((const char *)sqlite3_column_text(st, 2), "preferred") == 0)
		json_bool(out, "preferred", true);
	json_text(out, "format", (const char *)sqlite3_column_text(st, 3));
	for (int i = 0; i < 4; i++)
		if (sqlite3_column_int64(st, 4 + i) != 0)
			json_int(out, numbers[i], sqlite3_column_int64(st, 4 + i));
	if (sqlite3_column_blob(st, 8) != NULL)
		json_bytes(out, "source", sqlite3_column_blob(st, 8), (size_t)sqlite3_column_bytes(st, 8));
	json_close(out);
}

enum err_code
edit_files(struct db *db, int64_t track, const struct edit_options *how, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT lower(hex(b.sha256)), f.state, iif(f.preferred, 'preferred', ''), f.format, f.bitrate,"
	    " f.bitdepth, f.duration_ms, b.size, f.source FROM file f JOIN blob b ON b.id = f.blob_id"
	    " WHERE f.track_id = ?1 ORDER BY f.preferred DESC, f.id",
	    e);
	struct buf line = { 0 };
	bool any = false;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	while (sql_step(db, st, e) == 1) {
		any = true;
		if (how->json)
			file_json(st, track, &line);
		else
			file_text(st, &line);
		if (buf_ok(&line, e) != ERR_NONE)
			break;
		how->line(how->context, &line);
		buf_clear(&line);
	}
	sql_done(st);
	buf_free(&line);
	if (!any && e->code == ERR_NONE)
		err_set(e, ERR_NOTFOUND, "there is no track %" PRId64, track);
	return e->code;
}

/* -- attach ---------------------------------------------------------------- */

static enum err_code
give_files(struct catalogue *c, int64_t from, int64_t to, struct err *e)
{
	const int64_t args[] = { from, to, c->now };

	if (sql_change(c->db, "UPDATE file SET preferred = 0 WHERE track_id = ?1 AND preferred = 1", args, 1,
		e) != ERR_NONE ||
	    sql_change(c->db, "UPDATE file SET track_id = ?2 WHERE track_id = ?1 AND state <> 'removed'",
		args, 2, e) != ERR_NONE ||
	    sql_change(c->db, "UPDATE entry SET track_id = ?2 WHERE track_id = ?1", args, 2, e) != ERR_NONE ||
	    sql_change(c->db, "UPDATE found SET track_id = ?2 WHERE track_id = ?1", args, 2, e) != ERR_NONE ||
	    sql_change(c->db,
		"UPDATE track SET rating = (SELECT rating FROM track WHERE id = ?1)"
		" WHERE id = ?2 AND rating IS NULL AND (SELECT rating FROM track WHERE id = ?1) IS NOT NULL",
		args, 2, e) != ERR_NONE ||
	    /* they are one piece now: its plays are counted together */
	    sql_change(c->db,
		"UPDATE track SET recording_id = (SELECT recording_id FROM track WHERE id = ?2) WHERE id = "
		"?1",
		args, 2, e) != ERR_NONE ||
	    sql_change(c->db, "UPDATE track SET removed = ?2 WHERE id = ?1",
		(const int64_t[]){ from, c->now }, 2, e) != ERR_NONE)
		return e->code;
	return catalogue_prefer_best(c, to, e);
}

static enum err_code
attach(struct db *db, int64_t from, int64_t to, bool json, struct err *e)
{
	struct catalogue c = { .db = db, .now = time_now() };
	char line[80];

	if (chosen_forget(db, from, e) != ERR_NONE || give_files(&c, from, to, e) != ERR_NONE)
		return e->code;
	snprintf(
	    line, sizeof line, json ? ",\"attached\":{\"after\":%" PRId64 "}" : "\tattached to %" PRId64, to);
	if (chosen_changed(db, from, line, e) != ERR_NONE)
		return e->code;
	snprintf(line, sizeof line,
	    json ? ",\"files\":{\"from\":%" PRId64 "}" : "\thas the files of %" PRId64, from);
	return chosen_changed(db, to, line, e);
}

enum err_code
edit_attach(struct db *db, const struct operands *o, const struct edit_options *how, struct edit_result *r,
    struct err *e)
{
	int64_t event = 0;
	char data[80];

	*r = (struct edit_result){ 0 };
	if (o->ntracks != 2 || o->tracks[0] == o->tracks[1])
		return err_set(
		    e, ERR_USAGE, "--attach wants two tracks: the first gives its files to the second");
	snprintf(data, sizeof data, "\"from\":%" PRId64 ",\"to\":%" PRId64, o->tracks[0], o->tracks[1]);
	if (chosen_start(db, o->tracks, o->ntracks, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (journal_begin(db, &event, e) == ERR_NONE && chosen_check(db, true, e) == ERR_NONE)
		attach(db, o->tracks[0], o->tracks[1], how->json, e);
	return edit_finish(db, event, "attach", data, how, r, e);
}

/* -- detach ---------------------------------------------------------------- */

/* "ab12cd34...", or the name or path of a blob: the hashes that begin so lie between low and high.  False:
 * it is neither. */
static bool
hash_range(const char *name, uint8_t low[32], uint8_t high[32])
{
	const char *slash = strrchr(name, '/'), *at = slash != NULL ? slash + 1 : name;
	size_t len = strcspn(at, ".");

	if (len < PREFIX_MIN || len > 64)
		return false;
	memset(low, 0, 32);
	memset(high, 0xff, 32);
	for (size_t i = 0; i < len; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = strchr(digits, at[i] >= 'A' && at[i] <= 'F' ? at[i] - 'A' + 'a' : at[i]);
		unsigned shift = i % 2 == 0 ? 4 : 0;

		if (digit == NULL)
			return false;
		low[i / 2] |= (uint8_t)((digit - digits) << shift);
		high[i / 2] &= (uint8_t) ~((0xf ^ (unsigned)(digit - digits)) << shift);
	}
	return true;
}

/* The one file of this name that a track has: its id and track. */
static enum err_code
find_file(struct db *db, const char *name, int64_t *file, int64_t *track, struct err *e)
{
	uint8_t low[32], high[32];
	sqlite3_stmt *st;
	int n = 0;

	if (!hash_range(name, low, high))
		return err_set(e, ERR_USAGE,
		    "'%s' names no file: give the first 8 digits of its SHA-256, or more, as lib-commit "
		    "--files shows it",
		    name);
	st = sql_get(db,
	    "SELECT f.id, f.track_id FROM blob b JOIN file f ON f.blob_id = b.id"
	    " WHERE b.sha256 BETWEEN ?1 AND ?2 AND f.state <> 'removed' LIMIT 2",
	    e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, low, sizeof low);
	sql_bytes(st, 2, high, sizeof high);
	for (; sql_step(db, st, e) == 1; n++) {
		*file = sqlite3_column_int64(st, 0);
		*track = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	if (n == 0 && e->code == ERR_NONE)
		err_set(e, ERR_NOTFOUND, "no track has a file %s", name);
	if (n > 1)
		err_set(e, ERR_USAGE, "%s names more than one file", name);
	return e->code;
}

#define AMENDED_COPY                                                                                         \
	"INSERT INTO amended (track_id, name_id, at, event_id) SELECT ?2, name_id, at, event_id FROM "       \
	"amended"                                                                                            \
	" WHERE track_id = ?1"
#define COVER_COPY                                                                                           \
	"INSERT INTO cover (blob_id, track_id, kind, mime, text) SELECT blob_id, ?2, kind, mime, text"       \
	" FROM cover WHERE track_id = ?1"

/* A track that says what the other says. */
static enum err_code
copy_track(struct catalogue *c, int64_t track, int64_t file, int64_t *copy, struct err *e)
{
	const int64_t args[] = { track, c->now, file };
	static const char *const rows[] = {
		"INSERT INTO tag SELECT ?2, name_id, seq, value FROM tag WHERE track_id = ?1",
		"INSERT INTO credit SELECT ?2, role, seq, artist_id FROM credit WHERE track_id = ?1",
		"INSERT INTO track_genre SELECT ?2, seq, genre_id FROM track_genre WHERE track_id = ?1",
		AMENDED_COPY, COVER_COPY
	};

	if (sql_change(c->db,
		"INSERT INTO track (release_id, recording_id, title, title_key, artist, artist_key, disc, "
		"track, date, year, bpm, key, duration_ms, rating, added, modified, owner)"
		" SELECT release_id, recording_id, title, title_key, artist, artist_key, disc, track, date, "
		"year,"
		" bpm, key, ifnull((SELECT duration_ms FROM file WHERE id = ?3), duration_ms), rating, ?2, "
		"?2, owner FROM track WHERE id = ?1",
		args, 3, e) != ERR_NONE)
		return e->code;
	*copy = sqlite3_last_insert_rowid(c->db->sql);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0] && e->code == ERR_NONE; i++)
		sql_change(c->db, rows[i], (const int64_t[]){ track, *copy }, 2, e);
	return e->code;
}

static enum err_code
detach(struct db *db, int64_t file, int64_t track, bool json, struct err *e)
{
	struct catalogue c = { .db = db, .now = time_now() };
	int64_t copy = 0;
	char line[80];

	if (copy_track(&c, track, file, &copy, e) != ERR_NONE ||
	    sql_change(db, "UPDATE file SET preferred = 0 WHERE id = ?1 AND preferred = 1", &file, 1, e) !=
		ERR_NONE ||
	    sql_change(db, "UPDATE file SET track_id = ?2, preferred = 1 WHERE id = ?1",
		(const int64_t[]){ file, copy }, 2, e) != ERR_NONE ||
	    catalogue_prefer_best(&c, track, e) != ERR_NONE ||
	    sql_change(db, "INSERT INTO temp.chosen (id) VALUES (?1)", &copy, 1, e) != ERR_NONE ||
	    chosen_forget(db, copy, e) != ERR_NONE)
		return e->code;
	snprintf(line, sizeof line,
	    json ? ",\"detached\":{\"after\":%" PRId64 "}" : "\tgave a file to %" PRId64, copy);
	if (chosen_changed(db, track, line, e) != ERR_NONE)
		return e->code;
	snprintf(line, sizeof line,
	    json ? ",\"detached\":{\"from\":%" PRId64 "}" : "\tdetached from %" PRId64, track);
	return chosen_changed(db, copy, line, e);
}

/* Is there another file that is not removed? */
static enum err_code
check_others(struct db *db, int64_t file, int64_t track, struct err *e)
{
	const int64_t args[] = { track, file };
	int64_t any;

	if (sql_number(db, "SELECT 1 FROM file WHERE track_id = ?1 AND id <> ?2 AND state <> 'removed'", args,
		2, &any, e) == 0)
		err_set(e, ERR_STATE, "it is the only file of track %" PRId64, track);
	return e->code;
}

enum err_code
edit_detach(
    struct db *db, const char *name, const struct edit_options *how, struct edit_result *r, struct err *e)
{
	int64_t event = 0, file = 0, track = 0;
	char data[48];

	*r = (struct edit_result){ 0 };
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (find_file(db, name, &file, &track, e) != ERR_NONE ||
	    check_others(db, file, track, e) != ERR_NONE || chosen_start(db, &track, 1, e) != ERR_NONE ||
	    journal_begin(db, &event, e) != ERR_NONE)
		goto out;
	detach(db, file, track, how->json, e);
out:
	snprintf(data, sizeof data, "\"from\":%" PRId64, track);
	return edit_finish(db, event, "detach", data, how, r, e);
}
