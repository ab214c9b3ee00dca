/* SPDX-License-Identifier: MIT */
#include "store/index.h"

#include "store/indexed.h"
#include "store/packed/packed.h"
#include "store/sql.h"
#include "store/vocabulary.h"

static void
bind_columns(sqlite3_stmt *st, int first, const struct indexed *t)
{
	for (int i = 0; i < INDEXED_COLUMNS; i++)
		sqlite3_bind_text(st, first + i, t->column[i].data != NULL ? t->column[i].data : "",
		    (int)t->column[i].len, SQLITE_STATIC);
}

static enum err_code
write_keys(struct db *db, const char *sql, const struct indexed *t, int64_t doc, struct err *e)
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
note_words(struct db *db, const struct indexed *t, int docs, struct err *e)
{
	for (int i = 0; i < INDEXED_COLUMNS && e->code == ERR_NONE; i++)
		if (t->column[i].len > 0)
			vocabulary_note(db, t->column[i].data, docs, e);
	return e->code;
}

static enum err_code
insert(struct db *db, int64_t track, const struct indexed *t, struct err *e)
{
	sqlite3_stmt *st;
	int64_t doc, hash = indexed_hash(t, e);

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
	struct indexed t = { 0 };
	int64_t doc, hash;
	int found = find_doc(db, track, &doc, &hash, e);

	if (found < 0)
		return e->code;
	if (found > 0)
		return err_set(e, ERR_BUG, "track %lld is in the search index already", (long long)track);
	if (indexed_read(db, track, &t, e) == ERR_NONE && t.there)
		insert(db, track, &t, e);
	indexed_free(&t);
	return e->code;
}

/* Are the keys of a document there? 1, 0, -1. */
static int
has_keys(struct db *db, const struct indexed *t, int64_t doc, struct err *e)
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
	struct indexed t = { 0 };
	int64_t doc = 0, hash = 0;
	int found = find_doc(db, track, &doc, &hash, e), right = 0;

	if (found < 0 || indexed_read(db, track, &t, e) != ERR_NONE)
		right = -1;
	else if (found == 0 || !t.there)
		right = found == t.there;
	else if (indexed_hash(&t, e) == hash && (right = has_words_of(db, doc, e)) == 1)
		right = has_keys(db, &t, doc, e);
	indexed_free(&t);
	return e->code != ERR_NONE ? -1 : right;
}

static enum err_code
forget(struct db *db, int64_t doc, const struct indexed *t, struct err *e)
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
	struct indexed t = { 0 };
	int64_t doc, hash;
	int found = find_doc(db, track, &doc, &hash, e);

	if (found <= 0)
		return found < 0 ? e->code : ERR_NONE;
	if (indexed_read(db, track, &t, e) != ERR_NONE)
		goto out;
	if (indexed_hash(&t, e) == hash) /* anything else would leave words behind that find nothing */
		forget(db, doc, &t, e);
	else if (e->code == ERR_NONE)
		err_set(e, ERR_LIBRARY,
		    "the search index does not hold track %lld as it is: lib-sweep repair makes it anew",
		    (long long)track);
out:
	indexed_free(&t);
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
