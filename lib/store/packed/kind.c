/* SPDX-License-Identifier: MIT */
#include "store/packed/kind.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

void
kinds_free(struct kinds *k)
{
	for (int i = 0; i < KIND_OTHER; i++) {
		free(k->kind[i].format);
		free(k->kind[i].codec);
		free(k->kind[i].state);
	}
	*k = (struct kinds){ 0 };
}

static const char *
text(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

static enum err_code
keep(struct kind *kind, sqlite3_stmt *st, int i, struct err *e)
{
	bool coded = sqlite3_column_type(st, i + 1) != SQLITE_NULL;

	if (text(st, i) == NULL || text(st, i + 3) == NULL)
		return err_memory(e);
	kind->format = strdup(text(st, i));
	kind->codec = coded && text(st, i + 1) != NULL ? strdup(text(st, i + 1)) : NULL;
	kind->part = sqlite3_column_int(st, i + 2) != 0;
	kind->state = strdup(text(st, i + 3));
	kind->damaged = sqlite3_column_int(st, i + 4) != 0;
	return kind->format != NULL && kind->state != NULL && (!coded || kind->codec != NULL) ? ERR_NONE
											      : err_memory(e);
}

enum err_code
kinds_read(struct kinds *k, struct db *db, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT format, codec, part, state, damaged, code FROM packed_kind", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		int code = sqlite3_column_int(st, 5);

		if (code > KIND_NONE && code < KIND_OTHER && keep(&k->kind[code], st, 0, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	if (e->code != ERR_NONE)
		kinds_free(k);
	return e->code;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_kind(const struct kind *kind, sqlite3_stmt *st, int i)
{
	return kind->format != NULL && same_text(kind->format, text(st, i)) &&
	    same_text(kind->codec, text(st, i + 1)) && kind->part == (sqlite3_column_int(st, i + 2) != 0) &&
	    same_text(kind->state, text(st, i + 3)) && kind->damaged == (sqlite3_column_int(st, i + 4) != 0);
}

static enum err_code
insert(struct db *db, int code, const struct kind *kind, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO packed_kind(code, format, codec, part, state, damaged) VALUES(?, ?, ?, ?, ?, ?)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, code);
	sql_text(st, 2, kind->format);
	sql_text(st, 3, kind->codec);
	sql_int(st, 4, kind->part);
	sql_text(st, 5, kind->state);
	sql_int(st, 6, kind->damaged);
	return sql_run(db, st, e);
}

int
kinds_code(struct kinds *k, struct db *db, sqlite3_stmt *st, int i, bool add, struct err *e)
{
	int room = KIND_OTHER;

	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return KIND_NONE;
	if (is_kind(&k->kind[k->latest], st, i))
		return k->latest;
	for (int code = KIND_OTHER - 1; code > KIND_NONE; code--) {
		if (k->kind[code].format == NULL)
			room = code;
		else if (is_kind(&k->kind[code], st, i))
			return k->latest = code;
	}
	if (!add || room == KIND_OTHER || keep(&k->kind[room], st, i, e) != ERR_NONE)
		return KIND_OTHER;
	insert(db, room, &k->kind[room], e);
	return room;
}
