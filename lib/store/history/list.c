/* SPDX-License-Identifier: MIT */
#include "store/history/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "base/time.h"
#include "store/sql.h"
#include "text/table.h"

/* -- which ----------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* set[0] is how many follow, ascending. */
static void
is_wanted(sqlite3_context *context, int n, sqlite3_value **args)
{
	const int64_t *set = sqlite3_user_data(context);
	int64_t id = sqlite3_value_int64(args[0]);

	(void)n;
	sqlite3_result_int(context,
	    sqlite3_value_type(args[0]) != SQLITE_NULL &&
		bsearch(&id, set + 1, (size_t)set[0], sizeof id, compare) != NULL);
}

enum err_code
plays_want(struct db *db, const struct plays_wanted *w, int64_t **set, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT recording_id FROM track WHERE id = ?1", e);
	int64_t *list;

	*set = NULL;
	if (st == NULL)
		return e->code;
	list = calloc(w->ntracks + 1, sizeof *list);
	if (list == NULL)
		return err_memory(e);
	for (size_t i = 0; i < w->ntracks && e->code == ERR_NONE; i++) {
		sql_int(st, 1, w->tracks[i]);
		if (sql_step(db, st, e) == 1)
			list[++list[0]] = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	sql_done(st);
	qsort(list + 1, (size_t)list[0], sizeof *list, compare);
	if (e->code == ERR_NONE &&
	    sqlite3_create_function_v2(db->sql, "wanted", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, list, is_wanted,
		NULL, NULL, NULL) != SQLITE_OK)
		sql_error(db, e);
	if (e->code != ERR_NONE)
		free(list);
	else
		*set = list;
	return e->code;
}

/* Play of every wanted recording, or all plays by their time; the latest first. */
#define MINE                                                                                                 \
	" p.start >= ?1 AND (?2 = 0 OR p.start < ?2)"                                                        \
	" AND (?3 IS NULL OR p.listener_id = (SELECT id FROM listener WHERE name = ?3))"                     \
	" AND (?4 < 1 OR p.dup_of IS NULL) AND (?4 < 2 OR p.uncounted IS NULL)"                              \
	" ORDER BY p.start DESC, p.id DESC LIMIT ?5 OFFSET ?6"

static sqlite3_stmt *
select_ids(struct db *db, const struct plays_wanted *w, enum plays_form form, int64_t limit, int64_t offset,
    struct err *e)
{
	sqlite3_stmt *st = w->tracks != NULL
	    ? sql_get(db,
		  "SELECT p.id FROM told o CROSS JOIN play p ON p.told_id = o.id"
		  " WHERE wanted(o.recording_id) AND" MINE,
		  e)
	    : sql_get(db, "SELECT p.id FROM play p WHERE" MINE, e);

	if (st == NULL)
		return NULL;
	sql_int(st, 1, w->since != 0 ? w->since : INT64_MIN);
	sql_int(st, 2, w->until);
	sql_text(st, 3, w->user);
	sql_int(st, 4, form == PLAYS_SCROBBLER_LOG ? 1 : form == PLAYS_LISTENBRAINZ ? 2 : 0);
	sql_int(st, 5, limit);
	sql_int(st, 6, offset);
	return st;
}

static enum err_code
gather(struct db *db, sqlite3_stmt *st, int64_t **ids, size_t *n, struct err *e)
{
	int64_t *list = NULL;
	size_t count = 0, cap = 0;

	while (e->code == ERR_NONE && sql_step(db, st, e) > 0) {
		if (count == cap) {
			int64_t *more = realloc(list, (cap = cap > 0 ? 2 * cap : 256) * sizeof *more);

			if (more == NULL) {
				err_memory(e);
				break;
			}
			list = more;
		}
		list[count++] = sqlite3_column_int64(st, 0);
	}
	sql_done(st);
	if (e->code != ERR_NONE) {
		free(list);
		return e->code;
	}
	for (size_t i = 0; i < count / 2; i++) { /* from the earliest on */
		int64_t other = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = other;
	}
	*ids = list;
	*n = count;
	return ERR_NONE;
}

enum err_code
plays_ids(struct db *db, const struct plays_wanted *w, enum plays_form form, int64_t limit, int64_t offset,
    int64_t **ids, size_t *n, struct err *e)
{
	int64_t *set = NULL;
	sqlite3_stmt *st;

	if (w->tracks != NULL && plays_want(db, w, &set, e) != ERR_NONE)
		return e->code;
	st = select_ids(db, w, form, limit, offset, e);
	if (st != NULL)
		gather(db, st, ids, n, e);
	free(set);
	return e->code;
}

/* -- a play ---------------------------------------------------------------- */

enum {
	C_START,
	C_USER,
	C_ARTIST,
	C_TITLE,
	C_ALBUM,
	C_MBID,
	C_ALBUM_MBID,
	C_ISRC,
	C_HEARD,
	C_LENGTH,
	C_EXACT,
	C_UNCOUNTED,
	C_DUP_OF,
	C_TRACK,
	C_RECORDING,
	C_TYPE,
	C_NAME,
	C_ZONE,
	C_ROW,
	C_RAW,
	C_ID,
	C_TRACK_LENGTH
};

static const char *
text(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

static bool
has(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) != SQLITE_NULL;
}

static void
add_text(struct buf *out, const char *key, const char *s)
{
	if (*s != '\0')
		json_text(out, key, s);
}

static void
add_json(sqlite3_stmt *st, struct buf *out)
{
	json_open(out, "play");
	json_int(out, "id", sqlite3_column_int64(st, C_ID));
	json_time(out, "start", sqlite3_column_int64(st, C_START));
	json_text(out, "user", text(st, C_USER));
	json_text(out, "artist", text(st, C_ARTIST));
	json_text(out, "title", text(st, C_TITLE));
	add_text(out, "album", text(st, C_ALBUM));
	add_text(out, "mb_trackid", text(st, C_MBID));
	add_text(out, "mb_albumid", text(st, C_ALBUM_MBID));
	add_text(out, "isrc", text(st, C_ISRC));
	if (has(st, C_HEARD))
		json_int(out, "heard_ms", sqlite3_column_int64(st, C_HEARD));
	if (has(st, C_LENGTH))
		json_int(out, "duration_ms", sqlite3_column_int64(st, C_LENGTH));
	if (sqlite3_column_int(st, C_EXACT) != 1)
		json_int(out, "exact_s", sqlite3_column_int64(st, C_EXACT));
	add_text(out, "uncounted", text(st, C_UNCOUNTED));
	if (has(st, C_DUP_OF))
		json_time(out, "dup_of", sqlite3_column_int64(st, C_DUP_OF));
	if (has(st, C_TRACK)) {
		json_int(out, "track", sqlite3_column_int64(st, C_TRACK));
		json_int(out, "recording", sqlite3_column_int64(st, C_RECORDING));
	}
	json_text(out, "source", text(st, C_TYPE));
	add_text(out, "source_name", text(st, C_NAME));
	add_text(out, "zone", text(st, C_ZONE));
	json_int(out, "row", sqlite3_column_int64(st, C_ROW));
	json_raw(out, "raw", text(st, C_RAW));
	json_close(out);
	buf_putc(out, '\n');
}

/* A line that begins with # is a comment: an artist that does so comes behind a blank. */
static void
add_scrobble(sqlite3_stmt *st, struct buf *out)
{
	const char *artist = text(st, C_ARTIST);
	int64_t length = sqlite3_column_int64(st, has(st, C_LENGTH) ? C_LENGTH : C_TRACK_LENGTH);

	buf_printf(out, "%s%s\t%s\t%s\t\t%" PRId64 "\t%c\t%" PRId64 "\t%s\n", *artist == '#' ? " " : "",
	    *artist != '\0' ? artist : "<UNTAGGED>", text(st, C_ALBUM), text(st, C_TITLE), length / 1000,
	    has(st, C_UNCOUNTED) ? 'S' : 'L', (int64_t)sqlite3_column_int64(st, C_START), text(st, C_MBID));
}

static void
add_listen(sqlite3_stmt *st, struct buf *out)
{
	buf_putc(out, '{');
	json_int(out, "listened_at", sqlite3_column_int64(st, C_START));
	json_object_begin(out, "track_metadata");
	json_text(out, "artist_name", text(st, C_ARTIST));
	json_text(out, "track_name", text(st, C_TITLE));
	add_text(out, "release_name", text(st, C_ALBUM));
	json_object_begin(out, "additional_info");
	add_text(out, "recording_mbid", text(st, C_MBID));
	add_text(out, "release_mbid", text(st, C_ALBUM_MBID));
	add_text(out, "isrc", text(st, C_ISRC));
	if (has(st, C_LENGTH))
		json_int(out, "duration_ms", sqlite3_column_int64(st, C_LENGTH));
	if (has(st, C_HEARD))
		json_int(out, "duration_played", sqlite3_column_int64(st, C_HEARD) / 1000);
	json_text(out, "submission_client", "Fonoteca");
	json_object_end(out);
	json_object_end(out);
	buf_puts(out, "}\n");
}

static const char *
local_time(int64_t start, char out[TIME_TEXT])
{
	time_t t = (time_t)start;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(out, TIME_TEXT, "%Y-%m-%d %H:%M", &tm) == 0)
		return time_format(start, out);
	return out;
}

static void
add_cells(sqlite3_stmt *st, const struct plays_sheet *s, struct table *t)
{
	const char *why = has(st, C_DUP_OF) ? "duplicate" : text(st, C_UNCOUNTED);
	int64_t start = sqlite3_column_int64(st, C_START);
	char when[TIME_TEXT];

	table_text(t, s->form == PLAYS_TABLE ? local_time(start, when) : time_format(start, when));
	if (s->form == PLAYS_TEXT)
		table_text(t, text(st, C_USER));
	for (int column = C_ARTIST; column <= C_ALBUM; column++)
		table_text(t, text(st, column));
	table_text(t, text(st, C_TRACK));
	table_text(t, why);
	table_row(t);
}

void
plays_head(const struct plays_sheet *s, struct buf *out)
{
	if (s->form == PLAYS_SCROBBLER_LOG)
		buf_puts(out, "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Fonoteca " VERSION "\n");
}

enum err_code
plays_print(
    struct db *db, const struct plays_sheet *s, const int64_t *ids, size_t n, struct buf *out, struct err *e)
{
	struct table t = {
		.out = out, .separator = s->end, .aligned = s->form == PLAYS_TABLE, .fit = s->columns
	};
	sqlite3_stmt *st = sql_get(db,
	    "SELECT p.start, l.name, o.artist, o.title, o.album, o.mb_trackid, o.mb_albumid, o.isrc, "
	    "p.heard_ms,"
	    " p.length_ms, p.exact_s, p.uncounted, (SELECT d.start FROM play d WHERE d.id = p.dup_of),"
	    " o.track_id, o.recording_id, h.type, h.name, h.zone, p.row,"
	    " (SELECT raw FROM play_raw w WHERE w.play_id = p.id), p.id,"
	    " (SELECT t.duration_ms FROM track t WHERE t.id = o.track_id)"
	    " FROM play p JOIN told o ON o.id = p.told_id JOIN listener l ON l.id = p.listener_id"
	    " JOIN history h ON h.id = p.history_id WHERE p.id = ?1",
	    e);

	for (size_t i = 0; i < n && st != NULL && e->code == ERR_NONE; i++) {
		sql_int(st, 1, ids[i]);
		if (sql_step(db, st, e) == 1)
			switch (s->form) {
			case PLAYS_JSON:
				add_json(st, out);
				break;
			case PLAYS_SCROBBLER_LOG:
				add_scrobble(st, out);
				break;
			case PLAYS_LISTENBRAINZ:
				add_listen(st, out);
				break;
			case PLAYS_TEXT:
			case PLAYS_TABLE:
				add_cells(st, s, &t);
			}
		sqlite3_reset(st);
	}
	sql_done(st);
	table_end(&t);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
