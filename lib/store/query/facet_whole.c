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

/* Has it one table, whose rows name tracks, and are its values shown as they are? */
static bool
is_plain(enum field f, struct place *p)
{
	return f != F_SHA256 && field_places(f, false, 0, p) == 1 &&
	    strstr(p->from, " = t.release_id") == NULL;
}

/* What fonoteca_count() counts. */
struct counting {
	const struct bits *tracks;
	bool others; /* all but these */
	struct facet_values *v;
	struct tally numbers;
	bool named; /* by numbers */
	struct err e;
};

/* fonoteca_count(track, value) */
static void
take(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct counting *k = sqlite3_user_data(context);
	int64_t track = sqlite3_value_int64(value[0]), number;

	(void)n;
	if (bits_have(k->tracks, track) == k->others || sqlite3_value_type(value[1]) == SQLITE_NULL)
		return;
	if (k->named) {
		number = sqlite3_value_int64(value[1]);
		tally_add(&k->numbers, &number, sizeof number, track, &k->e);
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

static sqlite3_stmt *
prepare(struct compiler *c, enum field f, const struct way *way)
{
	struct buf number = { 0 }, rows = { 0 }, sql = { 0 };
	struct place p[PLACES_MAX];

	if (way != NULL) {
		buf_printf(&sql, "SELECT fonoteca_count(%s, %s) %s", way->track, way->number, way->rows);
	} else if (is_plain(f, p)) {
		place_values(&p[0], &number, &rows);
		buf_printf(&sql, "SELECT fonoteca_count(%s, %s) %s", number.failed ? "" : number.data,
		    p[0].value, rows.failed ? "" : rows.data);
	}
	sql.failed |= number.failed || rows.failed;
	buf_free(&number);
	buf_free(&rows);
	return part_prepare(c, &sql);
}

static enum err_code
count(
    struct compiler *c, const struct way *way, const struct bits *tracks, bool others, struct facet_values *v)
{
	struct counting k = { .tracks = tracks, .others = others, .v = v, .named = way != NULL };
	sqlite3_stmt *st;

	if (sqlite3_create_function(c->db->sql, "fonoteca_count", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, &k,
		NULL, take, taken) != SQLITE_OK)
		return sql_error(c->db, c->e);
	st = prepare(c, v->field, way);
	if (st != NULL && sql_step(c->db, st, c->e) > 0 && way != NULL)
		name_all(c->db, way->name, &k.numbers, &v->texts, c->e);
	sqlite3_finalize(st);
	tally_free(&k.numbers);
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

/* The values of fewer are sooner asked for one by one. */
enum { MANY = 100000 };

enum err_code
facet_whole(struct compiler *c, const struct part *p, struct facet_values *v, bool *done)
{
	struct place place[PLACES_MAX];
	const struct way *way = find(v->field);
	struct bits tracks = { 0 };
	bool all = false;
	size_t n = 0;

	*done = false;
	if (v->field == F_NONE || (way == NULL && !is_plain(v->field, place)) || !scan_can(c, p))
		return ERR_NONE;
	all = scan_is_all(c, p);
	if (all && removed_tracks(c, &tracks) == ERR_NONE)
		n = (size_t)c->sieve->packed.chunks * PACKED_CHUNK;
	else if (c->e->code == ERR_NONE)
		scan_tracks(c, p, &tracks, &n);
	if (c->e->code == ERR_NONE && n > MANY) {
		count(c, way, &tracks, all, v);
		*done = true;
	}
	free(tracks.byte);
	return c->e->code;
}
