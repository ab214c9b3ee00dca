/* SPDX-License-Identifier: MIT */
#include "store/indexed.h"

#include <string.h>

#include "base/field.h"
#include "store/sql.h"
#include "text/fold.h"

enum { TITLE, ARTIST, ALBUM, X };
enum { KEY_TITLE = 1, KEY_ARTIST, KEY_ALBUM, KEY_ALBUMARTIST };

void
indexed_free(struct indexed *t)
{
	for (int i = 0; i < INDEXED_COLUMNS; i++)
		buf_free(&t->column[i]);
	buf_free(&t->scratch);
}

/* Is folded a run of whole words of column already? */
static bool
has_words(const struct buf *column, const char *folded, size_t len)
{
	const char *at = column->data;

	while (at != NULL && (at = strstr(at, folded)) != NULL) {
		if ((at == column->data || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at++;
	}
	return false;
}

/* The folded words of value, unless the column has them already. */
static enum err_code
add(struct indexed *t, int column, const char *value, struct err *e)
{
	struct buf *to = &t->column[column];

	buf_clear(&t->scratch);
	if (value == NULL || fold_index(&t->scratch, value, strlen(value), e) != ERR_NONE)
		return e->code;
	if (t->scratch.len == 0 || has_words(to, t->scratch.data, t->scratch.len))
		return ERR_NONE;
	if (to->len > 0)
		buf_putc(to, ' ');
	buf_add(to, t->scratch.data, t->scratch.len);
	return buf_ok(to, e);
}

static void
add_key(struct indexed *t, int kind, const char *folded, size_t len)
{
	int64_t hash = fold_hash(folded, len);

	for (int i = 0; i < t->nkeys; i++)
		if (t->key[i].hash == hash && t->key[i].kind == kind)
			return;
	if (len > 0 && t->nkeys < INDEXED_KEYS) {
		t->key[t->nkeys].hash = hash;
		t->key[t->nkeys++].kind = kind;
	}
}

/* The keys of a whole value: as it is, as people remember it (without its article), joined ("acdc"). */
static enum err_code
add_keys(struct indexed *t, int kind, const char *value, struct err *e)
{
	struct buf *b = &t->scratch;
	char bare[1024];

	if (value == NULL)
		return ERR_NONE;
	buf_clear(b);
	if (fold(b, value, strlen(value), e) != ERR_NONE)
		return e->code;
	add_key(t, kind, b->data, b->len);
	if (fold_bare(bare, sizeof bare, b->data))
		add_key(t, kind, bare, strlen(bare));
	if (strchr(value, ' ') != NULL)
		return ERR_NONE;
	buf_clear(b);
	if (fold_joined(b, value, strlen(value), e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < b->len;) {
		size_t n = strcspn(b->data + i, " ");

		add_key(t, kind, b->data + i, n);
		i += n + 1;
	}
	return ERR_NONE;
}

/* What is found though it is not spelt so: joined names, "and" for a sign. */
static enum err_code
add_other_spellings(struct indexed *t, int column, const char *value, struct err *e)
{
	struct buf *b = &t->scratch;
	struct buf *to = &t->column[column];

	if (value == NULL)
		return ERR_NONE;
	buf_clear(b);
	if (fold_joined(b, value, strlen(value), e) != ERR_NONE)
		return e->code;
	if (b->len > 0) {
		if (to->len > 0)
			buf_putc(to, ' ');
		buf_add(to, b->data, b->len);
	}
	return fold_says_and(value) ? add(t, column, "and", e) : buf_ok(to, e);
}

static enum err_code
add_named(struct indexed *t, int column, int kind, const char *value, struct err *e)
{
	if (value == NULL)
		return ERR_NONE;
	if (add(t, column, value, e) != ERR_NONE || add_keys(t, kind, value, e) != ERR_NONE)
		return e->code;
	return add_other_spellings(t, column, value, e);
}

/* The values that a statement lists, (role or 0, text) a row; the artists of a track go to its artist. */
static enum err_code
add_rows(struct indexed *t, struct db *db, const char *sql, int64_t id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	while ((step = sql_step(db, st, e)) > 0) {
		int role = sqlite3_column_int(st, 0);
		const char *value = (const char *)sqlite3_column_text(st, 1);
		enum err_code rc;

		if (role == F_ARTISTS + 1)
			rc = add_named(t, ARTIST, KEY_ARTIST, value, e);
		else if (role == F_ALBUMARTISTS + 1)
			rc = add_named(t, X, KEY_ALBUMARTIST, value, e);
		else if ((rc = add(t, X, value, e)) == ERR_NONE)
			rc = add_other_spellings(t, X, value, e);
		if (rc != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

/* The numbers below are fields + 1, as in tagname. */
_Static_assert(F_ALBUMARTISTS + 1 == 7 && F_LABEL + 1 == 26 && F_CATALOGNUMBER + 1 == 27 &&
	F_MOOD + 1 == 34 && F_GROUPING + 1 == 24 && F_WORK + 1 == 25 && F_TITLESORT + 1 == 38 &&
	F_ALBUMARTISTSORT + 1 == 41,
    "the statements name fields by these numbers");

/* No list of numbers: SQLite would make a table of it for each track. */
#define TOLD_FIELDS "(name_id BETWEEN 24 AND 27 OR name_id = 34 OR name_id BETWEEN 38 AND 41)"

static enum err_code
add_lists(struct indexed *t, struct db *db, int64_t track, int64_t release, struct err *e)
{
	if (add_rows(t, db,
		"SELECT c.role, a.name FROM credit c JOIN artist a ON a.id = c.artist_id"
		" WHERE c.track_id = ? ORDER BY c.role, c.seq",
		track, e) != ERR_NONE ||
	    add_rows(t, db,
		"SELECT 7, a.name FROM release_credit c JOIN artist a ON a.id = c.artist_id"
		" WHERE c.release_id = ? ORDER BY c.seq",
		release, e) != ERR_NONE ||
	    add_rows(t, db,
		"SELECT 0, g.name FROM track_genre c JOIN genre g ON g.id = c.genre_id"
		" WHERE c.track_id = ? ORDER BY c.seq",
		track, e) != ERR_NONE ||
	    add_rows(t, db,
		"SELECT 0, value FROM tag WHERE track_id = ?"
		" AND " TOLD_FIELDS " ORDER BY name_id, seq",
		track, e) != ERR_NONE)
		return e->code;
	return add_rows(t, db,
	    "SELECT 0, value FROM release_tag WHERE release_id = ?"
	    " AND " TOLD_FIELDS " ORDER BY name_id, seq",
	    release, e);
}

enum err_code
indexed_read(struct db *db, int64_t track, struct indexed *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.release_id, t.title, t.artist, r.album, r.albumartist, t.year"
	    " FROM track t JOIN release r ON r.id = t.release_id WHERE t.id = ? AND t.removed IS NULL",
	    e);
	int64_t release = 0;
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	step = sql_step(db, st, e);
	if (step == 1) {
		t->there = true;
		release = sqlite3_column_int64(st, 0);
		if (add_named(t, TITLE, KEY_TITLE, (const char *)sqlite3_column_text(st, 1), e) == ERR_NONE &&
		    add_named(t, ARTIST, KEY_ARTIST, (const char *)sqlite3_column_text(st, 2), e) ==
			ERR_NONE &&
		    add_named(t, ALBUM, KEY_ALBUM, (const char *)sqlite3_column_text(st, 3), e) == ERR_NONE &&
		    add_named(t, X, KEY_ALBUMARTIST, (const char *)sqlite3_column_text(st, 4), e) == ERR_NONE)
			add(t, X, (const char *)sqlite3_column_text(st, 5), e);
	}
	sql_done(st);
	if (e->code != ERR_NONE || !t->there)
		return e->code;
	return add_lists(t, db, track, release, e);
}

int64_t
indexed_hash(const struct indexed *t, struct err *e)
{
	struct buf all = { 0 };
	int64_t hash = 0;

	for (int i = 0; i < INDEXED_COLUMNS; i++) {
		buf_add(&all, t->column[i].data, t->column[i].len);
		buf_putc(&all, '\n');
	}
	for (int i = 0; i < t->nkeys; i++)
		buf_printf(&all, "%d %lld\n", t->key[i].kind, (long long)t->key[i].hash);
	if (buf_ok(&all, e) == ERR_NONE)
		hash = fold_hash(all.data, all.len);
	buf_free(&all);
	return hash;
}
