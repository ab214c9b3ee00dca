/* SPDX-License-Identifier: MIT */
/* Making the chunks. */
#include <stdlib.h>
#include <string.h>

#include "store/packed/column.h"
#include "store/packed/kind.h"
#include "store/sql.h"

const struct packed_kind packed_kinds[PACKED_COLUMNS] = {
	[PACKED_TRACK] = { F_ID, 4, 1, UINT32_MAX - 1, false },
	[PACKED_TITLE] = { F_TITLE, 8, 0, UINT64_MAX, false },
	[PACKED_ARTIST] = { F_ARTIST, 8, 0, UINT64_MAX, false },
	[PACKED_ALBUM] = { F_ALBUM, 8, 0, UINT64_MAX, false },
	[PACKED_YEAR] = { F_YEAR, 2, 1, UINT16_MAX, false },
	[PACKED_ADDED] = { F_ADDED, 4, 1, UINT32_MAX - 1, false },
	[PACKED_DURATION] = { F_DURATION, 4, 1, UINT32_MAX - 1, false },
	[PACKED_BPM] = { F_BPM, 2, 64, UINT16_MAX, false },
	[PACKED_RATING] = { F_RATING, 1, 1, UINT8_MAX, false },
	[PACKED_PLAYS] = { F_PLAYS, 2, 1, UINT16_MAX, true },
	[PACKED_LASTPLAYED] = { F_LASTPLAYED, 4, 1, UINT32_MAX - 1, false },
	[PACKED_RELEASE] = { F_COUNT, 4, 1, UINT32_MAX - 1, false },
	[PACKED_SIZE] = { F_SIZE, 4, 1, UINT32_MAX - 1, false },
	[PACKED_KIND] = { F_COUNT, 1, 1, UINT8_MAX, false },
};

/* Its columns are those of enum packed_column. */
static const char rows[] =
    "SELECT d.doc, d.track_id, t.title_key, t.artist_key, r.album_key, t.year, t.added,"
    " t.duration_ms, t.tempo, t.rating, h.plays, h.last, r.id, b.size, " KIND_COLUMNS
    " FROM doc d CROSS JOIN track t ON t.id = d.track_id CROSS JOIN release r ON r.id = t.release_id"
    " LEFT JOIN heard h ON h.recording_id = t.recording_id"
    " LEFT JOIN file f ON f.track_id = t.id AND f.preferred = 1 LEFT JOIN blob b ON b.id = f.blob_id"
    " WHERE d.doc BETWEEN ?1 AND ?2 AND t.removed IS NULL";

enum packed_column
packed_column(enum field f)
{
	for (int i = PACKED_NONE + 1; i < PACKED_COLUMNS; i++)
		if (packed_kinds[i].field == f)
			return (enum packed_column)i;
	return PACKED_NONE;
}

enum { NEGATIVE = 1, ZERO = 2 };  /* codes */
#define TEXT_MAX (UINT64_MAX - 2) /* turned round, it is a number as well */

uint64_t
packed_number(enum packed_column column, double value)
{
	const struct packed_kind *k = &packed_kinds[column];
	uint64_t zero = k->all ? 0 : ZERO;

	value *= k->scale;
	if (!(value >= 0))
		return k->all ? 0 : NEGATIVE;
	return value >= (double)(k->max - zero) ? k->max : (uint64_t)value + zero;
}

bool
packed_has_all(enum packed_column column)
{
	return packed_kinds[column].all;
}

bool
packed_is_whole(enum packed_column column)
{
	return packed_kinds[column].scale == 1;
}

bool
packed_is_exact(enum packed_column column, uint64_t code)
{
	const struct packed_kind *k = &packed_kinds[column];

	return k->scale == 1 && code < k->max && (k->all || code != NEGATIVE);
}

int64_t
packed_value(enum packed_column column, uint64_t code)
{
	return (int64_t)code - (packed_kinds[column].all ? 0 : ZERO);
}

static uint64_t
text_code(const unsigned char *text, int len)
{
	uint64_t code = 0;

	for (int i = 0; i < 8; i++)
		code = code << 8 | (i < len ? text[i] : 0);
	return code == 0 ? 1 : code < TEXT_MAX ? code : TEXT_MAX;
}

static uint64_t
code_of(enum packed_column column, sqlite3_stmt *st)
{
	const unsigned char *text;

	if (sqlite3_column_type(st, (int)column) == SQLITE_NULL)
		return 0;
	if (packed_kinds[column].scale > 0)
		return packed_number(column, sqlite3_column_double(st, (int)column));
	text = sqlite3_column_text(st, (int)column);
	return text_code(text, text != NULL ? sqlite3_column_bytes(st, (int)column) : 0);
}

static struct packed_made *
made_new(void)
{
	struct packed_made *c;
	size_t size = 0;

	for (int i = 0; i < PACKED_COLUMNS; i++)
		size += packed_kinds[i].bytes * (size_t)PACKED_CHUNK;
	c = calloc(1, sizeof *c + size);
	if (c == NULL)
		return NULL;
	size = 0;
	for (int i = 0; i < PACKED_COLUMNS; i++) {
		c->column[i] = c->bytes + size;
		size += packed_kinds[i].bytes * (size_t)PACKED_CHUNK;
	}
	return c;
}

static void
put(struct packed_made *c, enum packed_column column, size_t at, uint64_t code)
{
	size_t bytes = packed_kinds[column].bytes;

	c->any[column] |= code > 0;
	for (size_t k = 0; k < bytes; k++)
		c->column[column][at * bytes + k] = (uint8_t)(code >> 8 * k);
}

enum err_code
packed_make_codes(struct packed_made **ret, struct db *db, int64_t number, bool write, struct err *e)
{
	struct packed_made *c = made_new();
	struct kinds *kinds = calloc(1, sizeof *kinds);
	sqlite3_stmt *st = NULL;

	if (c == NULL || kinds == NULL)
		err_memory(e);
	else if (kinds_read(kinds, db, e) == ERR_NONE)
		st = sql_get(db, rows, e);
	if (st != NULL) {
		sql_int(st, 1, number << PACKED_SHIFT);
		sql_int(st, 2, (number << PACKED_SHIFT) + PACKED_CHUNK - 1);
	}
	while (st != NULL && e->code == ERR_NONE && sql_step(db, st, e) > 0) {
		size_t at = (size_t)sqlite3_column_int64(st, 0) & (PACKED_CHUNK - 1);

		for (int i = PACKED_NONE + 1; i < PACKED_KIND; i++)
			put(c, (enum packed_column)i, at, code_of((enum packed_column)i, st));
		put(c, PACKED_KIND, at, (uint64_t)kinds_code(kinds, db, st, PACKED_KIND, write, e));
	}
	sql_done(st);
	if (kinds != NULL)
		kinds_free(kinds);
	free(kinds);
	if (e->code != ERR_NONE) {
		free(c);
		return e->code;
	}
	*ret = c;
	return ERR_NONE;
}

static enum err_code
write_column(struct db *db, int64_t id, const uint8_t *bytes, size_t len, struct err *e)
{
	sqlite3_stmt *st;

	if (bytes == NULL)
		return sql_change(db, "DELETE FROM packed WHERE id = ?", &id, 1, e);
	st = sql_get(db, "REPLACE INTO packed(id, v) VALUES(?, ?)", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_bytes(st, 2, bytes, len);
	return sql_run(db, st, e);
}

static enum err_code
make(struct db *db, int64_t number, struct err *e)
{
	struct packed_made *c = NULL;

	packed_make_codes(&c, db, number, true, e);
	for (int i = PACKED_NONE + 1; i < PACKED_COLUMNS && e->code == ERR_NONE; i++)
		write_column(db, packed_id((enum packed_column)i, number), c->any[i] ? c->column[i] : NULL,
		    packed_kinds[i].bytes * (size_t)PACKED_CHUNK, e);
	free(c);
	if (e->code != ERR_NONE)
		return e->code;
	return sql_change(db, "INSERT OR IGNORE INTO packed_chunk(chunk) VALUES(?)", &number, 1, e);
}

/* Is a column as it was packed?  One of nothing but zeros has no row.  1, 0, -1. */
static int
same_column(struct db *db, int64_t id, const uint8_t *bytes, size_t len, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT v FROM packed WHERE id = ?", e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 0)
		step = bytes == NULL;
	else if (step == 1)
		step = bytes != NULL && (size_t)sqlite3_column_bytes(st, 0) == len &&
		    memcmp(sqlite3_column_blob(st, 0), bytes, len) == 0;
	sql_done(st);
	return step;
}

int
packed_holds(struct db *db, int64_t number, struct err *e)
{
	struct packed_made *c = NULL;
	int same = 1;

	if (packed_make_codes(&c, db, number, false, e) != ERR_NONE)
		return -1;
	for (int i = PACKED_NONE + 1; i < PACKED_COLUMNS && same == 1; i++)
		same = same_column(db, packed_id((enum packed_column)i, number),
		    c->any[i] ? c->column[i] : NULL, packed_kinds[i].bytes * (size_t)PACKED_CHUNK, e);
	free(c);
	return same;
}

enum err_code
packed_make(struct db *db, int64_t doc, struct err *e)
{
	return make(db, doc >> PACKED_SHIFT, e);
}

enum err_code
packed_forget(struct db *db, int64_t doc, struct err *e)
{
	int64_t number = doc >> PACKED_SHIFT;

	return sql_change(db, "DELETE FROM packed_chunk WHERE chunk = ?", &number, 1, e);
}

static int64_t
count_missing(const struct packed *p)
{
	int64_t missing = 0;

	for (int64_t i = 0; i < p->chunks; i++)
		missing += !p->packed[i];
	return missing;
}

/* A search makes up for each chunk that is missing with some milliseconds. */
bool
packed_bearable(const struct packed *p)
{
	return count_missing(p) <= 4 + p->chunks / 50;
}

enum err_code
packed_refresh(struct db *db, bool all, int64_t *made, struct err *e)
{
	struct packed p = { 0 };
	int64_t missing = 0;

	if (packed_open(&p, db, e) != ERR_NONE)
		return e->code;
	missing = all || !packed_bearable(&p) ? count_missing(&p) : 0;
	for (int64_t i = 0; missing > 0 && i < p.chunks && e->code == ERR_NONE; i++)
		if (!p.packed[i])
			make(db, i, e);
	packed_close(&p);
	if (made != NULL && e->code == ERR_NONE)
		*made = missing;
	return e->code;
}
