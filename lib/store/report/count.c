/* SPDX-License-Identifier: MIT */
#include "store/report/count.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/packed/kind.h"
#include "store/packed/packed.h"
#include "store/sql.h"

enum { TRACK, YEAR, ADDED, DURATION, RELEASE, SIZE, KIND, COLUMNS };
static const enum packed_column columns[COLUMNS] = { PACKED_TRACK, PACKED_YEAR, PACKED_ADDED, PACKED_DURATION,
	PACKED_RELEASE, PACKED_SIZE, PACKED_KIND };

struct counting {
	struct db *db;
	struct counts *c;
	struct kinds kinds;
	int64_t of_kind[KIND_OTHER + 1];
	uint8_t *albums; /* by release: it has a track */
	int64_t releases;
	int64_t day; /* the last that was looked up, and its month */
	int day_month;
	uint64_t code[COLUMNS][PACKED_CHUNK];
};

/* The month of an instant, from 0; -1: none that is counted.  What came together came on one day. */
static int
month_of(struct counting *k, int64_t added)
{
	time_t when = (time_t)added;
	struct tm tm;

	if (added / 86400 == k->day && added > 0)
		return k->day_month;
	if (gmtime_r(&when, &tm) == NULL)
		return -1;
	tm.tm_year += 1900 - FIRST_YEAR;
	k->day = added / 86400;
	k->day_month = tm.tm_year >= 0 && tm.tm_year < YEARS ? tm.tm_year * 12 + tm.tm_mon : -1;
	return k->day_month;
}

static void
count_track(struct counting *k, int64_t year, int64_t added, int64_t duration, int64_t release)
{
	int month = month_of(k, added);

	k->c->tracks++;
	k->c->duration_ms += duration;
	if (year > 0 && year < DECADES * 10)
		k->c->decade[year / 10]++;
	if (month >= 0)
		k->c->month[month]++;
	if (release > 0 && release < k->releases)
		k->albums[release] = 1;
}

/* A track whose codes do not tell all. */
static enum err_code
ask_track(struct counting *k, int64_t id, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(k->db, "SELECT year, added, duration_ms, release_id FROM track WHERE id = ?", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(k->db, st, e) > 0)
		count_track(k, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
		    sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3));
	sql_done(st);
	return e->code;
}

static enum err_code
count_file(struct counting *k, sqlite3_stmt *st, struct err *e)
{
	k->c->files++;
	k->c->size += sqlite3_column_int64(st, 1);
	return tally_add_times(
	    &k->c->formats, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), 1, e);
}

static enum err_code
ask_file(struct counting *k, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT f.format, b.size FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.track_id = ?"
	    " AND f.preferred = 1 AND f.part = 0 AND f.state <> 'removed'",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	if (sql_step(k->db, st, e) > 0)
		count_file(k, st, e);
	sql_done(st);
	return e->code;
}

static bool
tells(enum packed_column column, uint64_t code)
{
	return code == 0 || packed_is_exact(column, code);
}

static int64_t
value(int column, uint64_t code)
{
	return code > 0 ? packed_value(columns[column], code) : 0;
}

static enum err_code
count_place(struct counting *k, size_t i, struct err *e)
{
	uint64_t year = k->code[YEAR][i], added = k->code[ADDED][i], duration = k->code[DURATION][i];
	uint64_t size = k->code[SIZE][i], kind = k->code[KIND][i];
	int64_t id = value(TRACK, k->code[TRACK][i]);

	if (tells(PACKED_YEAR, year) && tells(PACKED_ADDED, added) && tells(PACKED_DURATION, duration))
		count_track(k, value(YEAR, year), value(ADDED, added), value(DURATION, duration),
		    value(RELEASE, k->code[RELEASE][i]));
	else if (ask_track(k, id, e) != ERR_NONE)
		return e->code;
	if (kind == KIND_OTHER || !tells(PACKED_SIZE, size))
		return ask_file(k, id, e);
	if (kind != KIND_NONE && !k->kinds.kind[kind].part &&
	    strcmp(k->kinds.kind[kind].state, "removed") != 0) {
		k->of_kind[kind]++;
		k->c->size += value(SIZE, size);
	}
	return ERR_NONE;
}

static enum err_code
count_chunk(struct counting *k, struct packed *p, int64_t chunk, struct err *e)
{
	uint16_t place[PACKED_CHUNK];
	const uint8_t *codes;

	for (size_t i = 0; i < PACKED_CHUNK; i++)
		place[i] = (uint16_t)i;
	for (int i = 0; i < COLUMNS; i++) {
		if (packed_whole(p, columns[i], chunk, &codes, e) < 0)
			return e->code;
		packed_read(columns[i], codes, place, PACKED_CHUNK, k->code[i]);
	}
	for (size_t i = 0; i < PACKED_CHUNK && e->code == ERR_NONE; i++)
		if (k->code[TRACK][i] != 0)
			count_place(k, i, e);
	return e->code;
}

static enum err_code
count_packed(struct counting *k, struct err *e)
{
	struct packed p;

	if (packed_open(&p, k->db, e) != ERR_NONE)
		return e->code;
	for (int64_t i = 0; i < p.chunks && e->code == ERR_NONE; i++)
		count_chunk(k, &p, i, e);
	packed_close(&p);
	for (int i = KIND_NONE + 1; i < KIND_OTHER && e->code == ERR_NONE; i++) {
		const char *format = k->kinds.kind[i].format;

		k->c->files += k->of_kind[i];
		if (k->of_kind[i] > 0)
			tally_add_times(&k->c->formats, format, strlen(format), k->of_kind[i], e);
	}
	return e->code;
}

/* Files that are not the preferred one of a track, or only a part of it (one that holds several counts once,
 * as its first part that is not removed); and those of removed tracks. */
static const char other_files[] =
    "SELECT f.format, b.size FROM file f INDEXED BY file_other CROSS JOIN blob b ON b.id = f.blob_id"
    " WHERE (f.preferred = 0 OR f.part > 0) AND f.state <> 'removed' AND (f.part = 0 OR NOT EXISTS (SELECT 1"
    " FROM file o WHERE o.blob_id = f.blob_id AND o.part < f.part AND o.state <> 'removed'))"
    " UNION ALL SELECT f.format, b.size FROM track t INDEXED BY track_removed CROSS JOIN file f ON "
    "f.track_id ="
    " t.id CROSS JOIN blob b ON b.id = f.blob_id WHERE t.removed IS NOT NULL AND f.preferred = 1 AND f.part "
    "= 0 AND f.state <> 'removed'";

/* A track may have a genre twice: then its rows follow each other. */
static const char genres[] =
    "SELECT genre_id, track_id FROM track_genre INDEXED BY track_genre_id ORDER BY genre_id, track_id";
static const char removed_genres[] =
    "SELECT count(DISTINCT c.track_id) FROM track t INDEXED BY track_removed CROSS JOIN track_genre c"
    " ON c.track_id = t.id WHERE t.removed IS NOT NULL AND c.genre_id = ?";

/* By their names as they fold; a track without one is nobody's. */
static const char artists[] =
    "SELECT (SELECT count(*) FROM (SELECT DISTINCT artist_key FROM track INDEXED BY track_artist))"
    " - (SELECT count(*) FROM (SELECT DISTINCT artist_key AS key FROM track INDEXED BY track_removed WHERE "
    "removed"
    " IS NOT NULL) g WHERE NOT EXISTS (SELECT 1 FROM track t WHERE t.artist_key = g.key AND t.removed IS "
    "NULL)) - (SELECT EXISTS (SELECT 1 FROM track WHERE artist_key = '' AND removed IS NULL) AND NOT EXISTS"
    " (SELECT 1 FROM track WHERE artist_key = '' AND artist IS NOT NULL AND removed IS NULL))";

static enum err_code
add_genre(struct counting *k, int64_t genre, int64_t tracks, struct err *e)
{
	sqlite3_stmt *gone = sql_get(k->db, removed_genres, e);
	sqlite3_stmt *name = sql_get(k->db, "SELECT name FROM genre WHERE id = ?", e);

	if (e->code != ERR_NONE)
		return e->code;
	sql_int(gone, 1, genre);
	sql_int(name, 1, genre);
	if (sql_step(k->db, gone, e) > 0)
		tracks -= sqlite3_column_int64(gone, 0);
	if (tracks > 0 && e->code == ERR_NONE && sql_step(k->db, name, e) > 0)
		tally_add_times(&k->c->genres, sqlite3_column_blob(name, 0),
		    (size_t)sqlite3_column_bytes(name, 0), tracks, e);
	sql_done(gone);
	sql_done(name);
	return e->code;
}

static enum err_code
count_genres(struct counting *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db, genres, e);
	int64_t genre = 0, track = 0, tracks = 0;

	while (st != NULL && sql_step(k->db, st, e) > 0) {
		int64_t next = sqlite3_column_int64(st, 0), id = sqlite3_column_int64(st, 1);

		if (next != genre && tracks > 0 && add_genre(k, genre, tracks, e) != ERR_NONE)
			break;
		tracks = next != genre ? 1 : tracks + (id != track);
		genre = next;
		track = id;
	}
	sql_done(st);
	return tracks > 0 && e->code == ERR_NONE ? add_genre(k, genre, tracks, e) : e->code;
}

static enum err_code
count_others(struct counting *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db, other_files, e);

	while (st != NULL && sql_step(k->db, st, e) > 0)
		if (count_file(k, st, e) != ERR_NONE)
			break;
	sql_done(st);
	st = e->code == ERR_NONE ? sql_get(k->db, artists, e) : NULL;
	if (st != NULL && sql_step(k->db, st, e) > 0)
		k->c->artists = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

/* What has no title is no album. */
static enum err_code
count_albums(struct counting *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db, "SELECT id FROM release WHERE album IS NULL", e);

	if (st == NULL)
		return e->code;
	while (sql_step(k->db, st, e) > 0)
		if (sqlite3_column_int64(st, 0) < k->releases)
			k->albums[sqlite3_column_int64(st, 0)] = 0;
	sql_done(st);
	for (int64_t i = 0; i < k->releases; i++)
		k->c->albums += k->albums[i];
	return e->code;
}

static enum err_code
make_room(struct counting *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db, "SELECT max(id) FROM release", e);

	if (st == NULL)
		return e->code;
	if (sql_step(k->db, st, e) > 0)
		k->releases = sqlite3_column_int64(st, 0) + 1;
	sql_done(st);
	k->albums = calloc((size_t)k->releases + 1, 1);
	return k->albums != NULL ? e->code : err_memory(e);
}

enum err_code
stats_count(struct db *db, struct counts *c, struct err *e)
{
	struct counting *k = calloc(1, sizeof *k);

	if (k == NULL)
		return err_memory(e);
	k->db = db;
	k->c = c;
	if (make_room(k, e) == ERR_NONE && kinds_read(&k->kinds, db, e) == ERR_NONE &&
	    count_packed(k, e) == ERR_NONE && count_others(k, e) == ERR_NONE &&
	    count_genres(k, e) == ERR_NONE)
		count_albums(k, e);
	kinds_free(&k->kinds);
	free(k->albums);
	free(k);
	return e->code;
}
