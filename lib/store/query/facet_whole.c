/* SPDX-License-Identifier: MIT */
/* The values of a field in the whole library: without a query to choose tracks the tables of the values are
 * read as they lie, not track by track. */
#include <stdlib.h>
#include <string.h>

#include "store/query/facet_value.h"

/* Rows of a track and the number of what it has, whose text `name` tells. */
static const struct way {
	enum field field;
	const char *track, *number, *rows, *name;
} ways[] = {
	{ F_GENRE, "track_id", "genre_id", "FROM track_genre", "SELECT name FROM genre WHERE id = ?" },
	{ F_ARTISTS, "track_id", "artist_id", "FROM credit INDEXED BY credit_artist WHERE role = 4",
	    "SELECT name FROM artist WHERE id = ?" },
};
_Static_assert(F_ARTISTS + 1 == 4, "the statement names the role by this number");

static const struct way *
find(enum field f)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (ways[i].field == f)
			return &ways[i];
	return NULL;
}

/* What fonoteca_count() counts. */
struct counting {
	const struct bits *tracks;
	bool others;          /* all but these */
	uint32_t *of_release; /* how many of a release's; NULL: the rows name tracks */
	int64_t releases;     /* ids are below this */
	struct facet_values *v;
	struct tally numbers;
	bool named; /* by numbers */
	struct err e;
};

/* fonoteca_count(release, value) */
static void
take_releases(struct counting *k, int64_t release, sqlite3_value *value)
{
	if (release > 0 && release < k->releases && k->of_release[release] > 0)
		facet_values_of(k->v, value, release, k->of_release[release], &k->e);
}

/* fonoteca_count(track, value) */
static void
take(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct counting *k = sqlite3_user_data(context);
	int64_t track = sqlite3_value_int64(value[0]), number;

	(void)n;
	if (k->of_release != NULL)
		take_releases(k, track, value[1]);
	else if (bits_have(k->tracks, track) == k->others || sqlite3_value_type(value[1]) == SQLITE_NULL)
		return;
	else if (k->named) {
		number = sqlite3_value_int64(value[1]);
		tally_add(&k->numbers, &number, sizeof number, track, 1, &k->e);
	} else {
		facet_values_add(k->v, value[1], track, &k->e);
	}
	if (k->e.code != ERR_NONE)
		sqlite3_result_error_nomem(context);
}

static void
taken(sqlite3_context *context)
{
	sqlite3_result_int(context, 1);
}

static enum err_code
name_all(struct db *db, const char *name, const struct tally *numbers, struct tally *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, name, e);

	for (size_t i = 0; st != NULL && i < numbers->n && e->code == ERR_NONE; i++) {
		int64_t number;
		size_t len;

		memcpy(&number, tally_text(&numbers->entry[i], &len), sizeof number);
		sqlite3_reset(st);
		sql_int(st, 1, number);
		if (sql_step(db, st, e) > 0 && sqlite3_column_bytes(st, 0) > 0)
			tally_add_times(t, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0),
			    numbers->entry[i].count, e);
	}
	sql_done(st);
	return e->code;
}

/* Count what the rows of a statement (freed) say. */
static enum err_code
count_rows(struct compiler *c, struct buf *sql, struct counting *k)
{
	sqlite3_stmt *st;

	if (sqlite3_create_function(c->db->sql, "fonoteca_count", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, k, NULL,
		take, taken) != SQLITE_OK) {
		buf_free(sql);
		return sql_error(c->db, c->e);
	}
	st = part_prepare(c, sql);
	if (st != NULL)
		(void)sql_step(c->db, st, c->e);
	sqlite3_finalize(st);
	return c->e->code;
}

static enum err_code
count_named(struct compiler *c, const struct way *way, struct counting *k)
{
	struct buf sql = { 0 };

	k->named = true;
	buf_printf(&sql, "SELECT fonoteca_count(%s, %s) %s", way->track, way->number, way->rows);
	if (count_rows(c, &sql, k) == ERR_NONE)
		name_all(c->db, way->name, &k->numbers, &k->v->texts, c->e);
	tally_free(&k->numbers);
	return c->e->code;
}

/* How many tracks of each release are matches. */
static enum err_code
take_batch(void *context, struct compiler *c, const struct scan_batch *b)
{
	struct counting *k = context;
	uint64_t code[PACKED_CHUNK];

	if (scan_codes(c, b, PACKED_RELEASE, code) != ERR_NONE)
		return c->e->code;
	for (size_t i = 0; i < b->n; i++) {
		int64_t release = code[i] > 0 ? packed_value(PACKED_RELEASE, code[i]) : 0;

		if (release > 0 && release < k->releases)
			k->of_release[release]++;
	}
	return ERR_NONE;
}

static enum err_code
count_releases(struct compiler *c, const struct part *p, struct counting *k)
{
	if (sql_number(c->db, "SELECT max(id) + 1 FROM release", NULL, 0, &k->releases, c->e) < 0)
		return c->e->code;
	k->of_release = calloc((size_t)k->releases + 1, sizeof *k->of_release);
	return k->of_release != NULL ? scan_matches(c, p, take_batch, k) : err_memory(c->e);
}

/* The values at a place, as its table has them. */
static enum err_code
count_place(struct compiler *c, const struct part *p, const struct place *place, struct counting *k)
{
	struct buf number = { 0 }, rows = { 0 }, sql = { 0 };

	if (place_values(place, &number, &rows) == OF_RELEASE)
		count_releases(c, p, k);
	buf_printf(&sql, "SELECT fonoteca_count(%s, %s) %s", number.failed ? "" : number.data,
	    facet_shown(k->v->field, place->value), rows.failed ? "" : rows.data);
	sql.failed |= number.failed || rows.failed;
	buf_free(&number);
	buf_free(&rows);
	if (c->e->code == ERR_NONE)
		count_rows(c, &sql, k);
	buf_free(&sql);
	free(k->of_release);
	k->of_release = NULL;
	return c->e->code;
}

static enum err_code
removed_tracks(struct compiler *c, struct bits *tracks)
{
	sqlite3_stmt *st = sql_get(c->db, "SELECT id FROM track WHERE removed IS NOT NULL", c->e);

	while (st != NULL && c->e->code == ERR_NONE && sql_step(c->db, st, c->e) > 0)
		bits_set(tracks, sqlite3_column_int64(st, 0), c->e);
	sql_done(st);
	return c->e->code;
}

/* The values of fewer than this part of all are sooner asked for one by one. */
enum { ONE_IN = 8 };

/* The tracks to count, and whether they are so many. */
static enum err_code
find_tracks(struct compiler *c, const struct part *p, struct bits *tracks, bool *others, bool *many)
{
	int64_t all = 0;
	size_t n = 0;

	*others = *many = scan_is_all(c, p);
	if (*others)
		return removed_tracks(c, tracks);
	if (sql_number(c->db, "SELECT max(id) FROM track", NULL, 0, &all, c->e) >= 0 &&
	    scan_tracks(c, p, tracks, &n) == ERR_NONE)
		*many = (int64_t)n > all / ONE_IN;
	return c->e->code;
}

/* Does each of its tables have the values of a track one behind the other? */
static bool
is_plain(enum field f)
{
	return f != F_TAGS && f != F_COVER;
}

enum err_code
facet_whole(struct compiler *c, const struct part *p, const char *name, struct facet_values *v, bool *done)
{
	bool tag = v->field == F_NONE;
	const struct way *way = tag ? NULL : find(v->field);
	struct bits tracks = { 0 };
	struct counting k = { .tracks = &tracks, .v = v };
	struct place place[PLACES_MAX];
	int places;

	*done = false;
	if ((!tag && !is_plain(v->field)) || !scan_can(c, p))
		return ERR_NONE;
	if (find_tracks(c, p, &tracks, &k.others, done) == ERR_NONE && *done && way != NULL) {
		count_named(c, way, &k);
	} else if (*done) {
		places = field_places(v->field, tag, tag ? param_text(c, name, strlen(name)) : 0, place);
		for (int i = 0; i < places && c->e->code == ERR_NONE; i++)
			count_place(c, p, &place[i], &k);
	}
	free(tracks.byte);
	return c->e->code;
}
