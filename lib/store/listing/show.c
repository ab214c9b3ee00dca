/* SPDX-License-Identifier: MIT */
#include "store/listing/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/below.h"
#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "store/blob.h"
#include "store/listing/priv.h"
#include "store/sql.h"
#include "store/track.h"

#define BLOB_NAMED                                                                                           \
	"'blobs/' || substr(lower(hex(b.sha256)), 1, 2) || '/' || lower(hex(b.sha256)) || '.' || b.suffix"
#define OF_RELEASE "(SELECT release_id FROM track WHERE id = ?1)"

/* What hangs together with track ?1.  Columns are named as the members of a JSON object; " time", " bool" and
 * " blob" behind a name tell what a number or a text is. */
static const struct {
	const char *name, *sql;
} sections[] = {
	{ "files",
	    "SELECT f.id AS id, f.state AS state, f.preferred AS \"preferred bool\", nullif(f.part, 0) AS "
	    "part, f.start_ms AS start_ms, f.format AS format, f.codec AS codec, f.bitrate AS bitrate,"
	    " f.samplerate AS samplerate, f.bitdepth AS bitdepth, f.channels AS channels,"
	    " f.duration_ms AS duration_ms, b.size AS size, lower(hex(b.sha256)) AS sha256,"
	    " " BLOB_NAMED " AS \"file blob\", f.source AS source, 's' || f.session_id AS session,"
	    " f.added AS \"added time\", f.changed AS \"changed time\", b.verified AS \"verified time\""
	    " FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.track_id = ?1"
	    " ORDER BY f.preferred DESC, f.id" },
	{ "parts",
	    "SELECT DISTINCT o.part AS part, o.track_id AS track, t.title AS title, o.start_ms AS start_ms,"
	    " o.duration_ms AS duration_ms FROM file f JOIN file o ON o.blob_id = f.blob_id AND o.part > 0"
	    " JOIN track t ON t.id = o.track_id WHERE f.track_id = ?1 ORDER BY f.id, o.part" },
	{ "covers",
	    "SELECT c.kind AS kind, iif(c.track_id IS NULL, 'release', 'track') AS of, c.mime AS mime,"
	    " c.text AS text, b.size AS size, lower(hex(b.sha256)) AS sha256, " BLOB_NAMED " AS \"file blob\""
	    " FROM cover c JOIN blob b ON b.id = c.blob_id WHERE c.track_id = ?1 OR c.release_id "
	    "= " OF_RELEASE " ORDER BY c.track_id IS NULL, c.kind <> 'front', c.id" },
	{ "sessions",
	    "SELECT DISTINCT 's' || s.id AS id, s.state AS state, s.committed AS \"committed time\""
	    " FROM file f JOIN session s ON s.id = f.session_id WHERE f.track_id = ?1 ORDER BY s.id" },
	{ "playlists",
	    "SELECT 'p' || p.id AS id, p.name AS name, x.position AS position FROM entry x"
	    " JOIN playlist p ON p.id = x.playlist_id WHERE x.track_id = ?1 OR"
	    " x.id IN (SELECT entry_id FROM found WHERE track_id = ?1) ORDER BY p.name, x.position" },
	{ "amended",
	    "SELECT n.name AS field, a.at AS \"at time\" FROM amended a JOIN tagname n ON n.id = a.name_id"
	    " WHERE a.track_id = ?1 ORDER BY a.name_id" },
	{ "same_recording",
	    "SELECT t.id AS id, t.artist AS artist, t.title AS title, r.album AS album, t.year AS year"
	    " FROM track t JOIN release r ON r.id = t.release_id WHERE t.removed IS NULL AND t.id <> ?1"
	    " AND t.recording_id = (SELECT recording_id FROM track WHERE id = ?1) ORDER BY t.id" },
	{ "sound",
	    "SELECT s.bpm AS bpm, s.bpm_other AS bpm_other, round(s.bpm_confidence, 3) AS bpm_confidence,"
	    " s.key AS key, s.camelot AS camelot, round(s.key_confidence, 3) AS key_confidence,"
	    " round(s.tuning, 1) AS tuning, round(s.lufs, 2) AS lufs, round(s.range, 2) AS range,"
	    " round(s.peak, 6) AS peak, round(-18 - s.lufs, 2) AS gain, s.damage AS damage, s.error AS "
	    "error, s.at AS \"at time\""
	    " FROM file_sound f JOIN sound s USING (hash, start_ms, length_ms) WHERE f.track_id = ?1 AND"
	    " f.preferred" },
	/* where tempo and key come from, once they may come from two places */
	{ "from",
	    "SELECT iif(tempo IS NULL, NULL, iif(sound_bpm IS NOT NULL AND (bpm IS NULL OR sound_first), "
	    "'sound', 'tags')) AS bpm, iif(tone IS NULL, NULL, iif(sound_key IS NOT NULL AND (key IS NULL OR"
	    " sound_first), 'sound', 'tags')) AS key FROM track WHERE id = ?1 AND (sound_bpm IS NOT NULL OR"
	    " sound_key IS NOT NULL)" },
	{ "removed", "SELECT removed AS \"at time\" FROM track WHERE id = ?1 AND removed IS NOT NULL" },
};

/* A column's name without its type, and the type. */
static const char *
column_name(sqlite3_stmt *st, int i, char name[32])
{
	const char *text = sqlite3_column_name(st, i);
	size_t len = strcspn(text, " ");

	if (len > 31)
		len = 31;
	memcpy(name, text, len);
	name[len] = '\0';
	return text[len] == ' ' ? text + len + 1 : "";
}

static void
add_member(struct db *db, sqlite3_stmt *st, int i, struct buf *out)
{
	char name[32];
	const char *type = column_name(st, i, name);
	const char *text;
	size_t len;

	if (strcmp(type, "time") == 0) {
		json_time(out, name, sqlite3_column_int64(st, i));
	} else if (strcmp(type, "bool") == 0) {
		json_bool(out, name, sqlite3_column_int(st, i) != 0);
	} else if (sqlite3_column_type(st, i) == SQLITE_INTEGER) {
		json_int(out, name, sqlite3_column_int64(st, i));
	} else if (sqlite3_column_type(st, i) == SQLITE_FLOAT) {
		json_double(out, name, sqlite3_column_double(st, i));
	} else {
		struct buf path = { 0 };

		if (strcmp(type, "blob") == 0)
			buf_printf(&path, "%s/", db_path(db));
		text = sqlite3_column_blob(st, i);
		len = (size_t)sqlite3_column_bytes(st, i);
		buf_add(&path, text != NULL ? text : "", len);
		json_bytes(out, name, path.data != NULL ? path.data : "", path.len);
		out->failed |= path.failed;
		buf_free(&path);
	}
}

static void
add_words(struct db *db, sqlite3_stmt *st, int i, char end, struct buf *out)
{
	char name[32], when[TIME_TEXT];
	const char *type = column_name(st, i, name);
	bool number = sqlite3_column_type(st, i) == SQLITE_INTEGER;

	if (strcmp(type, "bool") == 0) {
		buf_puts(out, name);
		return;
	}
	buf_printf(out, "%s ", name);
	if (strcmp(type, "blob") == 0) {
		add_safe(end, out, db_path(db), strlen(db_path(db)));
		buf_putc(out, '/');
	}
	if (strcmp(type, "time") == 0)
		buf_puts(out, time_format(sqlite3_column_int64(st, i), when));
	else if (number)
		buf_printf(out, "%lld", (long long)sqlite3_column_int64(st, i));
	else
		add_safe(end, out, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
}

/* Is there anything to say?  Of two states, one is the rule. */
static bool
is_said(sqlite3_stmt *st, int i)
{
	char name[32];
	bool flag = strcmp(column_name(st, i, name), "bool") == 0;

	return sqlite3_column_type(st, i) != SQLITE_NULL && sqlite3_column_bytes(st, i) > 0 &&
	    (!flag || sqlite3_column_int(st, i) != 0);
}

static void
add_row(struct db *db, sqlite3_stmt *st, const char *section, bool json, char end, struct buf *out)
{
	bool any = false;

	if (json)
		json_object_begin(out, NULL);
	else
		buf_printf(out, "%-20s ", section);
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		if (!is_said(st, i))
			continue;
		if (json) {
			add_member(db, st, i, out);
			continue;
		}
		buf_puts(out, any ? ", " : "");
		add_words(db, st, i, end, out);
		any = true;
	}
	if (json)
		json_object_end(out);
	else
		buf_putc(out, end);
}

static enum err_code
add_sections(struct db *db, int64_t id, bool json, char end, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0] && e->code == ERR_NONE; i++) {
		sqlite3_stmt *st = sql_get(db, sections[i].sql, e);
		bool any = false;

		if (st == NULL)
			return e->code;
		sql_int(st, 1, id);
		while (sql_step(db, st, e) > 0) {
			if (json && !any)
				json_array_begin(out, sections[i].name);
			any = true;
			add_row(db, st, sections[i].name, json, end, out);
		}
		if (json && any)
			json_array_end(out);
		sql_done(st);
	}
	return e->code;
}

/* name value, a record each */
static void
add_fields(const struct track *t, char end, struct buf *out)
{
	struct buf value = { 0 };

	for (int f = 0; f < F_COUNT; f++) {
		const char *unit = field_info((enum field)f)->unit;

		if (t->v[f].n == 0 || f == F_TAGS)
			continue;
		buf_clear(&value);
		track_text(t, (enum field)f, &value);
		buf_printf(out, "%-20s ", field_info((enum field)f)->name);
		add_safe(end, out, value.data, value.len);
		if (unit != NULL)
			buf_printf(out, " %s", unit);
		buf_putc(out, end);
	}
	for (size_t i = 0; i < t->ntags; i++) {
		for (size_t k = 0; k < t->tags[i].n; k++) {
			buf_clear(&value);
			buf_printf(&value, "%-20s ", t->tags[i].name);
			buf_puts(&value, t->tags[i].value[k]);
			add_safe(end, out, value.data, value.len);
			buf_putc(out, end);
		}
	}
	out->failed |= value.failed;
	buf_free(&value);
}

enum err_code
show_track(struct db *db, int64_t id, bool json, char end, struct buf *out, struct err *e)
{
	struct err ignored = { 0 };
	struct track t = { 0 };

	if (sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	if (track_load(db, id, &t, e) == ERR_NONE) {
		if (json)
			track_json_open(&t, out);
		else
			add_fields(&t, end, out);
		add_sections(db, id, json, end, out, e);
		if (json) {
			json_close(out);
			buf_putc(out, end);
		}
	}
	track_free(&t);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

/* The row of a track's cover: 1, 0 with *e filled in, -1. */
static int
find_cover(struct db *db, int64_t id, sqlite3_stmt **ret, struct err *e)
{
	sqlite3_stmt *exists = sql_get(db, "SELECT 1 FROM track WHERE id = ?", e);
	sqlite3_stmt *st = exists == NULL
	    ? NULL
	    : sql_get(db,
		  "SELECT b.sha256, b.suffix, b.size, c.kind, c.mime, iif(c.track_id IS NULL, 'release', "
		  "'track') FROM cover c JOIN blob b ON b.id = c.blob_id"
		  " WHERE c.track_id = ?1 OR c.release_id = " OF_RELEASE
		  " ORDER BY c.track_id IS NULL, c.kind <> 'front', c.id LIMIT 1",
		  e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(exists, 1, id);
	step = sql_step(db, exists, e);
	sql_done(exists);
	if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)id);
	if (step <= 0)
		return step;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 0)
		err_set(e, ERR_NOMATCH, "track %lld has no cover", (long long)id);
	*ret = st;
	return step;
}

enum err_code
show_cover(struct db *db, int64_t id, struct buf *bytes, struct buf *about, struct err *e)
{
	enum { COVER_MAX = 1 << 28 };
	sqlite3_stmt *st = NULL;
	struct buf hex = { 0 };
	char path[BLOB_PATH];

	if (find_cover(db, id, &st, e) <= 0) {
		sql_done(st);
		return e->code;
	}
	blob_path(path, sqlite3_column_blob(st, 0), (const char *)sqlite3_column_text(st, 1));
	if (bytes != NULL) {
		int fd = below_open(db->dirfd, path, O_RDONLY | O_NONBLOCK, 0);

		if (fd < 0)
			err_sys(e, errno, "%s", path);
		else
			(void)file_slurp_open(bytes, fd, path, COVER_MAX, e);
		fd_close(&fd);
		if (e->code != ERR_NONE)
			err_context(e, "the cover of track %lld", (long long)id);
	} else {
		out_hex(&hex, sqlite3_column_blob(st, 0), 32);
		json_open(about, "cover");
		json_int(about, "track", id);
		json_text(about, "of", (const char *)sqlite3_column_text(st, 5));
		json_text(about, "kind", (const char *)sqlite3_column_text(st, 3));
		json_text(about, "mime", (const char *)sqlite3_column_text(st, 4));
		json_int(about, "size", sqlite3_column_int64(st, 2));
		json_text(about, "sha256", hex.data != NULL ? hex.data : "");
		buf_clear(&hex);
		buf_printf(&hex, "%s/%s", db_path(db), path);
		json_bytes(about, "file", hex.data != NULL ? hex.data : "", hex.len);
		json_close(about);
		about->failed |= hex.failed;
		buf_free(&hex);
	}
	sql_done(st);
	return e->code;
}

enum err_code
show_picture(struct db *db, int64_t id, struct show_picture *p, struct err *e)
{
	sqlite3_stmt *st = NULL;

	if (find_cover(db, id, &st, e) > 0) {
		memcpy(p->sha256, sqlite3_column_blob(st, 0), sizeof p->sha256);
		snprintf(p->kind, sizeof p->kind, "%s", (const char *)sqlite3_column_text(st, 3));
		snprintf(p->mime, sizeof p->mime, "%s", (const char *)sqlite3_column_text(st, 4));
	}
	sql_done(st);
	return e->code;
}
