/* SPDX-License-Identifier: MIT */
#include "store/track.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "store/blob.h"
#include "store/sound/sound.h"
#include "store/sql.h"

enum err_code
track_parse(const char *text, int64_t *id, struct err *e)
{
	size_t len = strspn(text, "0123456789");
	int64_t n = 0;

	if (len >= 1 && len <= 18 && text[len] == '\0')
		n = strtoll(text, NULL, 10);
	if (n == 0)
		return err_set(e, ERR_USAGE, "'%s' is not the id of a track, like 12", text);
	*id = n;
	return ERR_NONE;
}

static void
free_texts(char **text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(text[i]);
	free(text);
}

void
track_free(struct track *t)
{
	for (int f = 0; f < F_COUNT; f++)
		if (t->v[f].text != NULL)
			free_texts(t->v[f].text, t->v[f].n);
	for (size_t i = 0; i < t->ntags; i++) {
		free(t->tags[i].name);
		free_texts(t->tags[i].value, t->tags[i].n);
	}
	free(t->tags);
	*t = (struct track){ 0 };
}

/* One more text in a list of n. */
static enum err_code
append(char ***list, size_t *n, const void *bytes, size_t len, struct err *e)
{
	char *copy = malloc(len + 1);
	char **longer = realloc(*list, (*n + 1) * sizeof *longer);

	if (longer != NULL)
		*list = longer;
	if (copy == NULL || longer == NULL) {
		free(copy);
		return err_memory(e);
	}
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	longer[(*n)++] = copy;
	return ERR_NONE;
}

/* Put a value as text into a field: a number where the field is one; a single-valued field keeps the first.
 */
static enum err_code
set_text(struct track *t, enum field f, const void *bytes, size_t len, struct err *e)
{
	struct value *v = &t->v[f];
	const char *s = bytes;

	switch (field_info(f)->type) {
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_BOOL:
		v->num = strtoll(s, NULL, 10);
		v->n = 1;
		return ERR_NONE;
	case FIELD_REAL:
		v->real = strtod(s, NULL);
		v->n = 1;
		return ERR_NONE;
	case FIELD_LIST:
		return append(&v->text, &v->n, bytes, len, e);
	default:
		if (v->n > 0)
			return ERR_NONE;
		v->len = len;
		return append(&v->text, &v->n, bytes, len, e);
	}
}

/* A list that is kept as lines. */
static enum err_code
set_lines(struct track *t, enum field f, const char *lines, struct err *e)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		if (len > 0 && set_text(t, f, lines, len, e) != ERR_NONE)
			return e->code;
		lines += len + (lines[len] == '\n');
	}
	return ERR_NONE;
}

/* A result column, where it is not NULL. */
static enum err_code
set_column(struct track *t, enum field f, sqlite3_stmt *st, int column, struct err *e)
{
	struct value *v = &t->v[f];

	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		return ERR_NONE;
	switch (field_info(f)->type) {
	case FIELD_INT:
	case FIELD_TIME:
		v->num = sqlite3_column_int64(st, column);
		v->n = 1;
		return ERR_NONE;
	case FIELD_BOOL:
		v->num = sqlite3_column_int(st, column) != 0;
		v->n = v->num != 0;
		return ERR_NONE;
	case FIELD_REAL:
		v->real = sqlite3_column_double(st, column);
		v->n = 1;
		return ERR_NONE;
	case FIELD_LIST:
		return set_lines(t, f, (const char *)sqlite3_column_text(st, column), e);
	default:
		return set_text(
		    t, f, sqlite3_column_blob(st, column), (size_t)sqlite3_column_bytes(st, column), e);
	}
}

/* What the columns of the main statement hold, in their order; F_NONE is skipped. */
static const enum field columns[] = { F_TITLE, F_ARTIST, F_DISC, F_TRACK, F_DATE, F_YEAR, F_BPM, F_KEY,
	F_DURATION, F_RATING, F_ADDED, F_MODIFIED, F_RECORDING, F_ALBUM, F_ALBUMARTIST, F_MB_ALBUMID,
	F_DISCTOTAL, F_COMPILATION, F_MB_TRACKID, F_FORMAT, F_CODEC, F_BITRATE, F_SAMPLERATE, F_BITDEPTH,
	F_CHANNELS, F_SOURCE, F_SIZE, F_NOTES, F_PART, F_START, F_PLAYS, F_LASTPLAYED };
enum { AFTER_COLUMNS = sizeof columns / sizeof columns[0] };

static const char load_sql[] =
    "SELECT t.title, t.artist, t.disc, t.track, t.date, t.year, t.tempo, t.tone,"
    " t.duration_ms, t.rating, t.added, t.modified, t.recording_id, r.album, r.albumartist, r.mb_albumid, "
    "r.disctotal,"
    " r.compilation, rec.mb_trackid, f.format, f.codec, f.bitrate, f.samplerate, f.bitdepth, f.channels, "
    "f.source,"
    " b.size, f.notes, nullif(f.part, 0), f.start_ms, h.plays, h.last, b.sha256, b.suffix, f.session_id, "
    "t.owner, t.release_id, " TRACK_BPM_HEARD ", " TRACK_KEY_HEARD
    " FROM track t JOIN release r ON r.id = t.release_id JOIN recording rec ON rec.id = t.recording_id"
    " LEFT JOIN file f ON f.track_id = t.id AND f.preferred = 1 LEFT JOIN blob b ON b.id = f.blob_id"
    " LEFT JOIN heard h ON h.recording_id = t.recording_id WHERE t.id = ?";

static enum err_code
set_blob(struct track *t, struct db *db, sqlite3_stmt *st, struct err *e)
{
	const uint8_t *sha256 = sqlite3_column_blob(st, AFTER_COLUMNS);
	const char *suffix = (const char *)sqlite3_column_text(st, AFTER_COLUMNS + 1);
	char relative[BLOB_PATH];
	struct buf text = { 0 };
	enum err_code rc;

	if (sha256 == NULL || suffix == NULL || sqlite3_column_bytes(st, AFTER_COLUMNS) != 32)
		return ERR_NONE;
	out_hex(&text, sha256, 32);
	rc = buf_ok(&text, e);
	if (rc == ERR_NONE)
		rc = set_text(t, F_SHA256, text.data, text.len, e);
	if (rc == ERR_NONE) {
		blob_path(relative, sha256, suffix);
		buf_clear(&text);
		buf_printf(&text, "%s/%s", db_path(db), relative);
		rc = buf_ok(&text, e);
	}
	if (rc == ERR_NONE)
		rc = set_text(t, F_FILE, text.data, text.len, e);
	buf_free(&text);
	return rc;
}

enum err_code
owner_name_sure(int64_t uid, char text[OWNER_TEXT], struct err *e)
{
	const struct passwd *user;

	errno = 0;
	user = getpwuid((uid_t)uid);
	/* how "there is none" is told differs from one source of names to the next: getpwnam(3) */
	if (user == NULL && errno != 0 && errno != ENOENT && errno != ESRCH && errno != EBADF &&
	    errno != EPERM)
		err_sys(e, errno, "cannot read the name of user %lld", (long long)uid);
	if (user != NULL)
		snprintf(text, OWNER_TEXT, "%s", user->pw_name);
	else
		snprintf(text, OWNER_TEXT, "%lld", (long long)uid);
	return e->code;
}

const char *
owner_name(int64_t uid, char text[OWNER_TEXT])
{
	static char name[OWNER_TEXT];
	static int64_t known = -1;
	struct err ignored = { 0 };

	if (uid != known)
		owner_name_sure(uid, name, &ignored);
	known = uid;
	return memcpy(text, name, sizeof name);
}

static enum err_code
set_owner(struct track *t, int64_t uid, struct err *e)
{
	char name[OWNER_TEXT];

	owner_name(uid, name);
	return set_text(t, F_OWNER, name, strlen(name), e);
}

static enum err_code
load_row(struct db *db, int64_t id, struct track *t, int64_t *release, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, load_sql, e);
	char session[24];
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)id);
	if (step <= 0)
		goto out;
	t->id = id;
	t->v[F_ID] = (struct value){ .n = 1, .num = id };
	for (int i = 0; i < AFTER_COLUMNS; i++)
		if (set_column(t, columns[i], st, i, e) != ERR_NONE)
			goto out;
	if (set_blob(t, db, st, e) != ERR_NONE)
		goto out;
	if (sqlite3_column_type(st, AFTER_COLUMNS + 2) != SQLITE_NULL) {
		snprintf(
		    session, sizeof session, "s%lld", (long long)sqlite3_column_int64(st, AFTER_COLUMNS + 2));
		if (set_text(t, F_SESSION, session, strlen(session), e) != ERR_NONE)
			goto out;
	}
	*release = sqlite3_column_int64(st, AFTER_COLUMNS + 4);
	t->bpm_heard = sqlite3_column_int(st, AFTER_COLUMNS + 5) != 0;
	t->key_heard = sqlite3_column_int(st, AFTER_COLUMNS + 6) != 0;
	set_owner(t, sqlite3_column_int64(st, AFTER_COLUMNS + 3), e);
out:
	sql_done(st);
	return e->code;
}

static enum err_code
add_free_tag(struct track *t, const char *name, const void *value, size_t len, struct err *e)
{
	struct free_tag *last = t->ntags > 0 ? &t->tags[t->ntags - 1] : NULL;

	if (last == NULL || strcmp(last->name, name) != 0) {
		struct free_tag *more = realloc(t->tags, (t->ntags + 1) * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		t->tags = more;
		last = &more[t->ntags];
		*last = (struct free_tag){ .name = strdup(name) };
		if (last->name == NULL)
			return err_memory(e);
		t->ntags++;
		t->v[F_TAGS].n = 1;
	}
	return append(&last->value, &last->n, value, len, e);
}

/* Rows of (tagname.id, value, free name or NULL). */
static enum err_code
load_list(struct db *db, const char *sql, int64_t id, struct track *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	while (sql_step(db, st, e) > 0) {
		int number = sqlite3_column_int(st, 0);
		const void *value = sqlite3_column_text(st, 1);
		size_t len = (size_t)sqlite3_column_bytes(st, 1);
		enum err_code rc = ERR_NONE;

		if (number >= 1 && number <= F_COUNT)
			rc = set_text(t, (enum field)(number - 1), value, len, e);
		else if (sqlite3_column_count(st) > 2 && sqlite3_column_text(st, 2) != NULL)
			rc = add_free_tag(t, (const char *)sqlite3_column_text(st, 2), value, len, e);
		if (rc != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

_Static_assert(F_ALBUMARTISTS + 1 == 7 && F_GENRE + 1 == 16 && F_COVER + 1 == 73,
    "the statements name fields by these numbers");

/* The front before others, then the one that came first.  By min(), which takes the rest of its row along:
 * SQLite would make a table for each track to put them in order. */
#define FIRST_COVER                                                                                          \
	"73, lower(hex(b.sha256)), min((c.kind <> 'front') << 60 | c.id)"                                    \
	" FROM cover c JOIN blob b ON b.id = c.blob_id"

static enum err_code
load_lists(struct db *db, int64_t id, int64_t release, struct track *t, struct err *e)
{
	if (load_list(db,
		"SELECT c.role, a.name FROM credit c JOIN artist a ON a.id = c.artist_id"
		" WHERE c.track_id = ? ORDER BY c.role, c.seq",
		id, t, e) != ERR_NONE ||
	    load_list(db,
		"SELECT 7, a.name FROM release_credit c JOIN artist a ON a.id = c.artist_id"
		" WHERE c.release_id = ? ORDER BY c.seq",
		release, t, e) != ERR_NONE ||
	    load_list(db,
		"SELECT 16, g.name FROM track_genre c JOIN genre g ON g.id = c.genre_id"
		" WHERE c.track_id = ? ORDER BY c.seq",
		id, t, e) != ERR_NONE ||
	    load_list(db,
		"SELECT v.name_id, v.value, n.name FROM tag v JOIN tagname n ON n.id = v.name_id"
		" WHERE v.track_id = ? ORDER BY v.name_id, v.seq",
		id, t, e) != ERR_NONE ||
	    load_list(db,
		"SELECT v.name_id, v.value, n.name FROM release_tag v JOIN tagname n ON n.id = v.name_id"
		" WHERE v.release_id = ? ORDER BY v.name_id, v.seq",
		release, t, e) != ERR_NONE)
		return e->code;
	if (load_list(db, "SELECT " FIRST_COVER " WHERE c.track_id = ? GROUP BY c.track_id", id, t, e) !=
	    ERR_NONE)
		return e->code;
	return load_list(
	    db, "SELECT " FIRST_COVER " WHERE c.release_id = ? GROUP BY c.release_id", release, t, e);
}

enum err_code
track_load(struct db *db, int64_t id, struct track *t, struct err *e)
{
	int64_t release = 0;

	if (load_row(db, id, t, &release, e) != ERR_NONE || load_lists(db, id, release, t, e) != ERR_NONE)
		track_free(t);
	return e->code;
}

void
track_text(const struct track *t, enum field f, struct buf *out)
{
	const struct value *v = &t->v[f];
	char text[TIME_TEXT];

	if (v->n == 0)
		return;
	switch (field_info(f)->type) {
	case FIELD_INT:
		buf_printf(out, "%lld", (long long)v->num);
		break;
	case FIELD_TIME:
		buf_puts(out, time_format(v->num, text));
		break;
	case FIELD_BOOL:
		buf_puts(out, "true");
		break;
	case FIELD_REAL:
		buf_printf(out, "%.10g", v->real);
		break;
	case FIELD_OBJECT:
		for (size_t i = 0; i < t->ntags; i++)
			for (size_t k = 0; k < t->tags[i].n; k++)
				buf_printf(out, "%s%s=%s", i + k > 0 ? "; " : "", t->tags[i].name,
				    t->tags[i].value[k]);
		break;
	case FIELD_LIST:
		for (size_t i = 0; i < v->n; i++) {
			buf_puts(out, i > 0 ? "; " : "");
			buf_puts(out, v->text[i]);
		}
		break;
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_PATH:
		buf_add(out, v->text[0], v->len);
		break;
	}
}

static void
json_list(struct buf *out, const char *key, char **text, size_t n)
{
	json_array_begin(out, key);
	for (size_t i = 0; i < n; i++)
		json_text(out, NULL, text[i]);
	json_array_end(out);
}

static void
json_field(const struct track *t, enum field f, struct buf *out)
{
	const struct value *v = &t->v[f];
	const char *name = field_info(f)->name;

	switch (field_info(f)->type) {
	case FIELD_INT:
		json_int(out, name, v->num);
		break;
	case FIELD_TIME:
		json_time(out, name, v->num);
		break;
	case FIELD_BOOL:
		json_bool(out, name, true);
		break;
	case FIELD_REAL:
		json_double(out, name, v->real);
		break;
	case FIELD_OBJECT:
		json_object_begin(out, name);
		for (size_t i = 0; i < t->ntags; i++)
			json_list(out, t->tags[i].name, t->tags[i].value, t->tags[i].n);
		json_object_end(out);
		break;
	case FIELD_LIST:
		json_list(out, name, v->text, v->n);
		break;
	case FIELD_PATH:
		json_bytes(out, name, v->text[0], v->len);
		break;
	case FIELD_TEXT:
	case FIELD_DATE:
		json_text_n(out, name, v->text[0], v->len);
		break;
	}
}

/* Which of tempo and key no tag tells. */
static void
add_heard(const struct track *t, struct buf *out)
{
	if (!t->bpm_heard && !t->key_heard)
		return;
	json_array_begin(out, "heard");
	if (t->bpm_heard)
		json_text(out, NULL, "bpm");
	if (t->key_heard)
		json_text(out, NULL, "key");
	json_array_end(out);
}

void
track_heard_text(const struct track *t, struct buf *out)
{
	buf_printf(out, "%s%s%s", t->bpm_heard ? "bpm" : "", t->bpm_heard && t->key_heard ? "; " : "",
	    t->key_heard ? "key" : "");
}

void
track_json_open(const struct track *t, struct buf *out)
{
	json_open(out, "track");
	for (int f = 0; f < F_COUNT; f++)
		if (t->v[f].n > 0)
			json_field(t, (enum field)f, out);
	add_heard(t, out);
}

void
track_json(const struct track *t, struct buf *out)
{
	track_json_open(t, out);
	json_close(out);
}
