/* SPDX-License-Identifier: MIT */
/* The paths at which the catalogue has known the bytes of lost blobs, or what they came with (repair.h). */
#include <stdlib.h>
#include <string.h>

#include "store/sweep/repair.h"

void
places_free(struct places *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	*l = (struct places){ 0 };
}

enum err_code
places_add(struct places *l, size_t wanted, const void *path, size_t len, struct err *e)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		void *more = realloc(l->v, cap * sizeof *l->v);

		if (more == NULL)
			return err_memory(e);
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n].wanted = wanted;
	l->v[l->n].path = strndup(path, len);
	return l->v[l->n++].path == NULL ? err_memory(e) : ERR_NONE;
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void
places_sort(struct places *l)
{
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, compare);
}

static enum err_code
add_column(struct places *l, size_t wanted, sqlite3_stmt *st, int column, struct err *e)
{
	const void *path = sqlite3_column_blob(st, column);

	return path == NULL ? ERR_NONE
			    : places_add(l, wanted, path, (size_t)sqlite3_column_bytes(st, column), e);
}

enum err_code
places_sources(struct repair *p, struct places *l, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT b.sha256, f.source FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.source IS NOT NULL"
	    " AND f.state <> 'removed' UNION SELECT sha256, path FROM source",
	    e);

	if (st == NULL)
		return e->code;
	while (sql_step(p->db, st, e) == 1) {
		struct wanted *w = wanted_by_hash(p, sqlite3_column_blob(st, 0));

		if (w != NULL && !w->done && add_column(l, (size_t)(w - p->v), st, 1, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

/* Of each picture that no file holds, what a statement gives of it. */
static enum err_code
of_pictures(struct repair *p, sqlite3_stmt *st, struct places *l, struct err *e)
{
	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		if (!p->v[i].cover || p->v[i].done)
			continue;
		sql_int(st, 1, p->v[i].blob);
		while (sql_step(p->db, st, e) == 1 && add_column(l, i, st, 0, e) == ERR_NONE)
			;
		sqlite3_reset(st);
	}
	sql_done(st);
	return e->code;
}

#define FILES_OF_A_PICTURE                                                                                   \
	" FROM cover c JOIN track t ON t.release_id = c.release_id OR t.id = c.track_id"                     \
	" JOIN file f ON f.track_id = t.id"

enum err_code
places_of_pictures(struct repair *p, struct places *l, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT DISTINCT f.source" FILES_OF_A_PICTURE " WHERE c.blob_id = ?1 AND f.source IS NOT NULL",
	    e);

	return st == NULL ? e->code : of_pictures(p, st, l, e);
}

enum err_code
places_with_pictures(struct repair *p, struct places *l, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT DISTINCT format('blobs/%s/%s.%s', lower(hex(substr(b.sha256, 1, 1))),"
	    " lower(hex(b.sha256)), b.suffix)" FILES_OF_A_PICTURE " JOIN blob b ON b.id = f.blob_id"
	    " WHERE c.blob_id = ?1",
	    e);

	return st == NULL ? e->code : of_pictures(p, st, l, e);
}
