#include "store/query/whole.h"

#include <string.h>

#include "store/removed.h"

/* Rows of a track and what it has: the value itself, or a number whose text `name` tells. */
static const struct way {
	enum field field;
	const char *rows, *name;
} ways[] = {
	{ F_GENRE, "SELECT track_id, genre_id FROM track_genre", "SELECT name FROM genre WHERE id = ?" },
	{ F_ARTISTS, "SELECT track_id, artist_id FROM credit INDEXED BY credit_artist WHERE role = 4",
	    "SELECT name FROM artist WHERE id = ?" },
	{ F_ALBUM, "SELECT id, release_id FROM track INDEXED BY track_release",
	    "SELECT album FROM release WHERE id = ?" },
	{ F_FORMAT, "SELECT track_id, format FROM file NOT INDEXED WHERE preferred = 1", NULL },
	{ F_CODEC, "SELECT track_id, codec FROM file NOT INDEXED WHERE preferred = 1", NULL },
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

bool
whole_has(enum field f)
{
	return find(f) != NULL;
}

static enum err_code
count_rows(struct db *db, const struct way *way, const struct removed *gone, struct tally *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, way->rows, e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 0), number = sqlite3_column_int64(st, 1);

		if (removed_has(gone, track) || sqlite3_column_type(st, 1) == SQLITE_NULL)
			continue;
		if (way->name != NULL)
			tally_add(t, &number, sizeof number, track, e);
		else if (sqlite3_column_bytes(st, 1) > 0)
			tally_add(
			    t, sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1), track, e);
		if (e->code != ERR_NONE)
			break;
	}
	sql_done(st);
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

enum err_code
whole_count(struct compiler *c, enum field f, struct tally *t)
{
	const struct way *way = find(f);
	struct tally numbers = { 0 };
	struct removed gone = { 0 };

	if (removed_read(&gone, c->db, c->e) == ERR_NONE &&
	    count_rows(c->db, way, &gone, way->name != NULL ? &numbers : t, c->e) == ERR_NONE &&
	    way->name != NULL)
		name_all(c->db, way->name, &numbers, t, c->e);
	tally_free(&numbers);
	removed_free(&gone);
	return c->e->code;
}
