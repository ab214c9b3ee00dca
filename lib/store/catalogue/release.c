/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "store/catalogue/catalogue.h"
#include "store/sql.h"

static enum err_code
insert(struct catalogue *c, struct release *to, struct err *e)
{
	sqlite3_stmt *st = sql_get(c->db,
	    "INSERT INTO release (album_key, albumartist_key, mb_albumid, added) VALUES (?1, ?2, ?3, ?4)", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, to->album);
	sql_text(st, 2, to->artist);
	sql_text(st, 3, *to->mbid != '\0' ? to->mbid : NULL);
	sql_int(st, 4, c->now);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	to->id = sqlite3_last_insert_rowid(c->db->sql);
	to->fresh = true;
	return ERR_NONE;
}

/* The release's own columns, each from the first track that tells it. */
static enum err_code
set_columns(struct catalogue *c, struct release *to, const struct record *r, struct err *e)
{
	sqlite3_stmt *st;
	char *album = NULL, *artist = NULL;
	const char *discs = record_get(r, F_DISCTOTAL);
	const char *compilation = record_get(r, F_COMPILATION);
	bool tells = (!to->filled[F_ALBUM] && record_get(r, F_ALBUM) != NULL) ||
	    (!to->filled[F_ALBUMARTIST] &&
		(record_get(r, F_ALBUMARTIST) != NULL || record_get(r, F_ALBUMARTISTS) != NULL)) ||
	    (!to->filled[F_DISCTOTAL] && discs != NULL) ||
	    (!to->filled[F_COMPILATION] && compilation != NULL);

	if (!tells)
		return ERR_NONE;
	if (catalogue_joined(r, F_ALBUM, F_NONE, NULL, &album, e) != ERR_NONE ||
	    catalogue_joined(r, F_ALBUMARTIST, F_ALBUMARTISTS, "; ", &artist, e) != ERR_NONE)
		goto out;
	st = sql_get(c->db,
	    "UPDATE release SET album = ifnull(album, ?2), albumartist = ifnull(albumartist, ?3),"
	    " disctotal = ifnull(disctotal, nullif(CAST(?4 AS INTEGER), 0)), compilation = max(compilation, "
	    "?5) WHERE id = ?1",
	    e);
	if (st == NULL)
		goto out;
	sql_int(st, 1, to->id);
	sql_text(st, 2, album);
	sql_text(st, 3, artist);
	sql_text(st, 4, discs);
	sql_int(st, 5, compilation != NULL && strcmp(compilation, "0") != 0);
	if (sql_run(c->db, st, e) != ERR_NONE)
		goto out;
	to->filled[F_ALBUM] |= album != NULL;
	to->filled[F_ALBUMARTIST] |= artist != NULL;
	to->filled[F_DISCTOTAL] |= discs != NULL;
	to->filled[F_COMPILATION] |= compilation != NULL;
out:
	free(album);
	free(artist);
	return e->code;
}

static enum err_code
add_credit(struct catalogue *c, int64_t release, int64_t seq, const char *name, struct err *e)
{
	int64_t artist;

	if (catalogue_artist(c, name, &artist, e) != ERR_NONE)
		return e->code;
	return sql_change(c->db,
	    "INSERT INTO release_credit (release_id, seq, artist_id) VALUES (?1, ?2, ?3)",
	    (const int64_t[]){ release, seq, artist }, 3, e);
}

static enum err_code
add_tag(struct catalogue *c, int64_t release, enum field field, int64_t seq, const char *value, struct err *e)
{
	sqlite3_stmt *st;

	if (catalogue_field(c, field, e) != ERR_NONE)
		return e->code;
	st = sql_get(
	    c->db, "INSERT INTO release_tag (release_id, name_id, seq, value) VALUES (?1, ?2, ?3, ?4)", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, release);
	sql_int(st, 2, field + 1);
	sql_int(st, 3, seq);
	sql_text(st, 4, value);
	return sql_run(c->db, st, e);
}

/* All values of one field of the release. */
static enum err_code
add_values(struct catalogue *c, struct release *to, const struct record *r, enum field from,
    enum field to_field, struct err *e)
{
	int64_t seq = 0;

	for (size_t i = 0; i < r->nvalues && e->code == ERR_NONE; i++) {
		char *value;

		if (r->values[i].field != from || r->values[i].value[0] == '\0')
			continue;
		value = catalogue_text(r->values[i].value, e);
		if (value == NULL)
			return e->code;
		if (to_field == F_ALBUMARTISTS)
			add_credit(c, to->id, seq++, value, e);
		else
			add_tag(c, to->id, to_field, seq++, value, e);
		free(value);
		to->filled[to_field] = true;
	}
	return e->code;
}

static bool
has_own_place(enum field f)
{
	return f == F_ALBUM || f == F_ALBUMARTIST || f == F_DISCTOTAL || f == F_COMPILATION ||
	    f == F_MB_ALBUMID || f == F_ALBUMARTISTS;
}

/* A release that was there without an MBID learns it. */
static enum err_code
adopt_mbid(struct catalogue *c, struct release *to, struct err *e)
{
	sqlite3_stmt *st;

	if (*to->mbid == '\0' || to->filled[F_MB_ALBUMID])
		return ERR_NONE;
	st = sql_get(c->db, "UPDATE release SET mb_albumid = ?2 WHERE id = ?1 AND mb_albumid IS NULL", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, to->id);
	sql_text(st, 2, to->mbid);
	to->filled[F_MB_ALBUMID] = true;
	return sql_run(c->db, st, e);
}

enum err_code
catalogue_release(struct catalogue *c, struct release *to, const struct record *r, struct err *e)
{
	bool added[F_COUNT] = { false };

	if (to->id == 0 && insert(c, to, e) != ERR_NONE)
		return e->code;
	if (!to->fresh)
		return adopt_mbid(c, to, e);
	if (set_columns(c, to, r, e) != ERR_NONE)
		return e->code;
	if (!to->filled[F_ALBUMARTISTS]) {
		enum field from = record_get(r, F_ALBUMARTISTS) != NULL ? F_ALBUMARTISTS : F_ALBUMARTIST;

		if (add_values(c, to, r, from, F_ALBUMARTISTS, e) != ERR_NONE)
			return e->code;
	}
	for (size_t i = 0; i < r->nvalues; i++) {
		enum field f = r->values[i].field;

		if (f == F_NONE || (field_info(f)->flags & FIELD_RELEASE) == 0 || has_own_place(f) ||
		    added[f] || to->filled[f])
			continue;
		added[f] = true;
		if (add_values(c, to, r, f, f, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}
