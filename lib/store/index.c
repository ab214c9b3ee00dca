/* SPDX-License-Identifier: MIT */
#include "store/index.h"

#include <string.h>

#include "base/buf.h"
#include "base/field.h"
#include "store/packed/packed.h"
#include "store/sql.h"
#include "store/vocabulary.h"
#include "text/fold.h"

enum { TITLE, ARTIST, ALBUM, X, COLUMNS };
enum { KEY_TITLE = 1, KEY_ARTIST, KEY_ALBUM, KEY_ALBUMARTIST };
enum { KEYS_MAX = 64 };

/* What the index holds of a track; a function of the catalogue's rows alone, so that it can be forgotten. */
struct text {
	struct buf column[COLUMNS];
	struct {
		int64_t hash;
		int kind;
	} key[KEYS_MAX];
	int nkeys;
	bool there;         /* the track exists and is not removed */
	struct buf scratch; /* a value folded */
};

static void
text_free(struct text *t)
{
	for (int i = 0; i < COLUMNS; i++)
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
add(struct text *t, int column, const char *value, struct err *e)
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
add_key(struct text *t, int kind, const char *folded, size_t len)
{
	int64_t hash = fold_hash(folded, len);

	for (int i = 0; i < t->nkeys; i++)
		if (t->key[i].hash == hash && t->key[i].kind == kind)
			return;
	if (len > 0 && t->nkeys < KEYS_MAX) {
		t->key[t->nkeys].hash = hash;
		t->key[t->nkeys++].kind = kind;
	}
}

/* The keys of a whole value: as it is, as people remember it (without its article), joined ("acdc"). */
static enum err_code
add_keys(struct text *t, int kind, const char *value, struct err *e)
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
add_other_spellings(struct text *t, int column, const char *value, struct err *e)
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
add_named(struct text *t, int column, int kind, const char *value, struct err *e)
{
	if (value == NULL)
		return ERR_NONE;
	if (add(t, column, value, e) != ERR_NONE || add_keys(t, kind, value, e) != ERR_NONE)
		return e->code;
	return add_other_spellings(t, column, value, e);
}

/* The values that a statement lists, (role or 0, text) a row; the artists of a track go to its artist. */
static enum err_code
add_rows(struct text *t, struct db *db, const char *sql, int64_t id, struct err *e)
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
add_lists(struct text *t, struct db *db, int64_t track, int64_t release, struct err *e)
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

static enum err_code
text_of(struct db *db, int64_t track, struct text *t, struct err *e)
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

static int64_t
text_hash(const struct text *t, struct err *e)
{
	struct buf all = { 0 };
	int64_t hash = 0;

	for (int i = 0; i < COLUMNS; i++) {
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

static void
bind_columns(sqlite3_stmt *st, int first, const struct text *t)
{
	for (int i = 0; i < COLUMNS; i++)
		sqlite3_bind_text(st, first + i, t->column[i].data != NULL ? t->column[i].data : "",
		    (int)t->column[i].len, SQLITE_STATIC);
}

static enum err_code
write_keys(struct db *db, const char *sql, const struct text *t, int64_t doc, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);

	if (st == NULL)
		return e->code;
	for (int i = 0; i < t->nkeys; i++) {
		sql_int(st, 1, t->key[i].hash);
		sql_int(st, 2, t->key[i].kind);
		sql_int(st, 3, doc);
		if (sql_run(db, st, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

/* The document of a track with its hash: 1, 0 where it is not in the index, -1. */
static int
find_doc(struct db *db, int64_t track, int64_t *doc, int64_t *hash, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT doc, hash FROM doc WHERE track_id = ?", e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, track);
	step = sql_step(db, st, e);
	if (step == 1) {
		*doc = sqlite3_column_int64(st, 0);
		*hash = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return step;
}

static enum err_code
note_words(struct db *db, const struct text *t, int docs, struct err *e)
{
	for (int i = 0; i < COLUMNS && e->code == ERR_NONE; i++)
		if (t->column[i].len > 0)
			vocabulary_note(db, t->column[i].data, docs, e);
	return e->code;
}

static enum err_code
insert(struct db *db, int64_t track, const struct text *t, struct err *e)
{
	sqlite3_stmt *st;
	int64_t doc, hash = text_hash(t, e);

	if (hash == 0 || (st = sql_get(db, "INSERT INTO doc(track_id, hash) VALUES(?, ?)", e)) == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_int(st, 2, hash);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	doc = sqlite3_last_insert_rowid(db->sql);
	st = sql_get(db, "INSERT INTO fts(rowid, title, artist, album, x) VALUES(?, ?, ?, ?, ?)", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, doc);
	bind_columns(st, 2, t);
	if (sql_run(db, st, e) != ERR_NONE || note_words(db, t, 1, e) != ERR_NONE)
		return e->code;
	if (write_keys(db, "INSERT INTO skey(hash, kind, doc) VALUES(?, ?, ?)", t, doc, e) != ERR_NONE ||
	    packed_forget(db, doc, e) != ERR_NONE)
		return e->code;
	return doc % PACKED_CHUNK == PACKED_CHUNK - 1 ? packed_make(db, doc, e) : ERR_NONE;
}

enum err_code
index_track(struct db *db, int64_t track, struct err *e)
{
	struct text t = { 0 };
	int64_t doc, hash;
	int found = find_doc(db, track, &doc, &hash, e);

	if (found < 0)
		return e->code;
	if (found > 0)
		return err_set(e, ERR_BUG, "track %lld is in the search index already", (long long)track);
	if (text_of(db, track, &t, e) == ERR_NONE && t.there)
		insert(db, track, &t, e);
	text_free(&t);
	return e->code;
}

/* Are the keys of a document there? 1, 0, -1. */
static int
has_keys(struct db *db, const struct text *t, int64_t doc, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM skey WHERE hash = ? AND kind = ? AND doc = ?", e);
	int step = 1;

	if (st == NULL)
		return -1;
	for (int i = 0; i < t->nkeys && step == 1; i++) {
		sql_int(st, 1, t->key[i].hash);
		sql_int(st, 2, t->key[i].kind);
		sql_int(st, 3, doc);
		step = sql_step(db, st, e);
		sqlite3_reset(st);
	}
	sql_done(st);
	return step;
}

/* Does fts know of the document? 1, 0, -1. */
static int
has_words_of(struct db *db, int64_t doc, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM fts_docsize WHERE id = ?", e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, doc);
	step = sql_step(db, st, e);
	sql_done(st);
	return step;
}

int
index_holds(struct db *db, int64_t track, struct err *e)
{
	struct text t = { 0 };
	int64_t doc = 0, hash = 0;
	int found = find_doc(db, track, &doc, &hash, e), right = 0;

	if (found < 0 || text_of(db, track, &t, e) != ERR_NONE)
		right = -1;
	else if (found == 0 || !t.there)
		right = found == t.there;
	else if (text_hash(&t, e) == hash && (right = has_words_of(db, doc, e)) == 1)
		right = has_keys(db, &t, doc, e);
	text_free(&t);
	return e->code != ERR_NONE ? -1 : right;
}

static enum err_code
forget(struct db *db, int64_t doc, const struct text *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "INSERT INTO fts(fts, rowid, title, artist, album, x) VALUES('delete', ?, ?, ?, ?, ?)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, doc);
	bind_columns(st, 2, t);
	if (sql_run(db, st, e) != ERR_NONE || note_words(db, t, 0, e) != ERR_NONE ||
	    write_keys(db, "DELETE FROM skey WHERE hash = ? AND kind = ? AND doc = ?", t, doc, e) != ERR_NONE)
		return e->code;
	return sql_change(db, "DELETE FROM doc WHERE doc = ?", &doc, 1, e);
}

enum err_code
index_forget(struct db *db, int64_t track, struct err *e)
{
	struct text t = { 0 };
	int64_t doc, hash;
	int found = find_doc(db, track, &doc, &hash, e);

	if (found <= 0)
		return found < 0 ? e->code : ERR_NONE;
	if (text_of(db, track, &t, e) != ERR_NONE)
		goto out;
	if (text_hash(&t, e) == hash) /* anything else would leave words behind that find nothing */
		forget(db, doc, &t, e);
	else if (e->code == ERR_NONE)
		err_set(e, ERR_LIBRARY,
		    "the search index does not hold track %lld as it is: lib-sweep repair makes it anew",
		    (long long)track);
out:
	text_free(&t);
	return e->code;
}

/* All of it, first: then nothing else has to follow each change. */
enum err_code
index_clear(struct db *db, struct err *e)
{
	return sql_exec(db,
	    "INSERT INTO fts(fts) VALUES('delete-all'); DELETE FROM packed_chunk; DELETE FROM doc;"
	    " DELETE FROM skey; DELETE FROM fresh_word",
	    e);
}

enum err_code
index_fill(struct db *db, struct err *e)
{
	int64_t id = 0;

	for (;;) {
		sqlite3_stmt *st = sql_get(
		    db, "SELECT id FROM track WHERE id > ?1 AND removed IS NULL ORDER BY id LIMIT 1", e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, id);
		if (sql_step(db, st, e) != 1) {
			sql_done(st);
			break;
		}
		id = sqlite3_column_int64(st, 0);
		sql_done(st);
		if (index_track(db, id, e) != ERR_NONE)
			return e->code;
	}
	return e->code == ERR_NONE ? vocabulary_pack(db, e) : e->code;
}

enum err_code
index_check(struct db *db, struct err *e)
{
	sqlite3_stmt *st;

	if (db->mode == DB_READ)
		vocabulary_scan(db, e);
	else if ((st = sql_get(db, "INSERT INTO fts(fts) VALUES('integrity-check')", e)) != NULL)
		sql_run(db, st, e);
	if (e->code != ERR_LIBRARY)
		return e->code;
	*e = (struct err){ 0 };
	return err_set(e, ERR_FORMAT, "the search index is damaged in itself");
}

const char *
index_column(enum field f)
{
	switch (f) {
	case F_TITLE:
		return "title";
	case F_ARTIST:
	case F_ARTISTS:
		return "artist";
	case F_ALBUM:
		return "album";
	case F_ALBUMARTIST:
	case F_ALBUMARTISTS:
	case F_GENRE:
	case F_COMPOSER:
	case F_LYRICIST:
	case F_CONDUCTOR:
	case F_PERFORMER:
	case F_REMIXER:
	case F_GROUPING:
	case F_WORK:
	case F_LABEL:
	case F_CATALOGNUMBER:
	case F_MOOD:
	case F_TITLESORT:
	case F_ARTISTSORT:
	case F_ALBUMSORT:
	case F_ALBUMARTISTSORT:
		return "x";
	default:
		return NULL;
	}
}
