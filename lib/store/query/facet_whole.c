/* The values of a field in the whole library: without a query to choose tracks the tables of the values are
 * read as they lie, not track by track. */
#include <stdlib.h>
#include <string.h>

#include "store/query/facet_value.h"

/* Rows of a track and what it has: the value itself, or a number whose text `name` tells. */
static const struct way {
	enum field field;
	const char *rows, *name;
} ways[] = {
	{ F_GENRE, "SELECT track_id, genre_id FROM track_genre", "SELECT name FROM genre WHERE id = ?" },
	{ F_ARTISTS, "SELECT track_id, artist_id FROM credit INDEXED BY credit_artist WHERE role = 4",
	    "SELECT name FROM artist WHERE id = ?" },
};
_Static_assert(F_ARTISTS + 1 == 4, "the statement names the role by this number");

static const char of_file[] = "FROM file f WHERE f.track_id = t.id AND f.preferred = 1";

static const struct way *
find(enum field f)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (ways[i].field == f)
			return &ways[i];
	return NULL;
}

/* Is it a column of files? */
static bool
is_of_file(enum field f, struct place *p)
{
	return field_places(f, false, 0, p) == 1 && strcmp(p->from, of_file) == 0;
}

static enum err_code
count_rows(struct db *db, sqlite3_stmt *st, const struct bits *tracks, bool named, struct tally *numbers,
    struct facet_values *v, struct err *e)
{
	while (st != NULL && sql_step(db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 0), number = sqlite3_column_int64(st, 1);

		if (!bits_have(tracks, track))
			continue;
		if (!named)
			facet_values_add(v, st, 1, track, e);
		else if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			tally_add(numbers, &number, sizeof number, track, e);
		if (e->code != ERR_NONE)
			break;
	}
	return e->code;
}

static enum err_code
name_all(struct db *db, const char *name, const struct tally *numbers, struct tally *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, name, e);

	for (size_t i = 0; st != NULL && i < numbers->n && e->code == ERR_NONE; i++) {
		int64_t number;

		memcpy(&number, numbers->entry[i].text, sizeof number);
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
	struct place p[PLACES_MAX];
	struct buf sql = { 0 };

	if (way != NULL)
		buf_puts(&sql, way->rows);
	else if (is_of_file(f, p))
		buf_printf(
		    &sql, "SELECT f.track_id, %s FROM file f NOT INDEXED WHERE f.preferred = 1", p[0].value);
	return part_prepare(c, &sql);
}

static enum err_code
count(struct compiler *c, const struct way *way, const struct bits *tracks, struct facet_values *v)
{
	struct tally numbers = { 0 };
	sqlite3_stmt *st = prepare(c, v->field, way);

	if (count_rows(c->db, st, tracks, way != NULL, &numbers, v, c->e) == ERR_NONE && way != NULL)
		name_all(c->db, way->name, &numbers, &v->texts, c->e);
	sqlite3_finalize(st);
	tally_free(&numbers);
	return c->e->code;
}

/* The values of fewer are sooner asked for one by one. */
enum { MANY = 50000 };

enum err_code
facet_whole(struct compiler *c, const struct part *p, struct facet_values *v, bool *done)
{
	struct place place[PLACES_MAX];
	const struct way *way = find(v->field);
	struct bits tracks = { 0 };
	size_t n = 0;

	*done = false;
	if (v->field == F_NONE || (way == NULL && !is_of_file(v->field, place)) || !scan_can(c, p))
		return ERR_NONE;
	if (scan_tracks(c, p, &tracks, &n) == ERR_NONE && n > MANY) {
		count(c, way, &tracks, v);
		*done = true;
	}
	free(tracks.byte);
	return c->e->code;
}
