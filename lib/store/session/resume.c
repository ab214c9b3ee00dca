/* SPDX-License-Identifier: MIT */
/* Finding a session again, and what it was asked for (items.h). */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/session/items.h"
#include "store/sql.h"

void
paths_free(char **paths)
{
	for (size_t i = 0; paths != NULL && paths[i] != NULL; i++)
		free(paths[i]);
	free(paths);
}

/* The first column of every row, as malloced strings. */
static enum err_code
collect(struct db *db, sqlite3_stmt *st, char ***ret, size_t *ret_n, struct err *e)
{
	char **paths = calloc(1, sizeof *paths);
	size_t n = 0, cap = 1;
	int step;

	if (paths == NULL)
		return err_memory(e);
	while ((step = sql_step(db, st, e)) == 1) {
		if (n + 1 == cap) {
			char **more = realloc(paths, (cap = 2 * cap + 16) * sizeof *paths);

			if (more == NULL)
				break;
			paths = more;
		}
		paths[n] =
		    strndup((const char *)sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		if (paths[n] == NULL)
			break;
		paths[++n] = NULL;
	}
	sql_done(st);
	if (step == 1)
		err_memory(e);
	if (step != 0) {
		paths_free(paths);
		return e->code;
	}
	*ret = paths;
	*ret_n = n;
	return ERR_NONE;
}

enum err_code
session_roots(struct db *db, int64_t id, char ***roots, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT path FROM session_root WHERE session_id = ?1 ORDER BY seq", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	return collect(db, st, roots, n, e);
}

enum err_code
session_failed_paths(struct db *db, int64_t id, bool due, char ***paths, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT path FROM item WHERE session_id = ?1 AND state = 'failed' AND path IS NOT NULL"
	    " AND (?2 IS NULL OR due <= ?2) ORDER BY id",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_int_or_null(st, 2, due ? time_now() : 0);
	return collect(db, st, paths, n, e);
}

enum err_code
items_unseen(struct db *db, int64_t id, char ***paths, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT path FROM item WHERE session_id = ?1 AND state = 'failed' AND path IS NOT NULL AND inode "
	    "= 0 ORDER BY id",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	return collect(db, st, paths, n, e);
}

enum err_code
session_next_due(struct db *db, int64_t id, int64_t *when, struct err *e)
{
	sql_number(db,
	    "SELECT min(due) FROM item WHERE session_id = ?1 AND state = 'failed' AND due IS NOT NULL", &id,
	    1, when, e);
	return e->code;
}

static enum err_code
same_roots(struct db *db, int64_t id, char **roots, size_t nroots, bool *same, struct err *e)
{
	char **others = NULL;
	size_t n = 0;

	if (session_roots(db, id, &others, &n, e) != ERR_NONE)
		return e->code;
	*same = n == nroots;
	for (size_t i = 0; *same && i < n; i++)
		*same = strcmp(roots[i], others[i]) == 0;
	paths_free(others);
	return ERR_NONE;
}

/* The next older session in state staging with these options. */
static enum err_code
candidate(struct db *db, const char *options, int64_t before, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT ifnull(max(id), 0) FROM session WHERE state = 'staging' AND options = ?1 AND id < ?2", e);
	int step;

	if (st == NULL)
		return e->code;
	sql_text(st, 1, options);
	sql_int(st, 2, before);
	step = sql_step(db, st, e);
	if (step == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step < 0 ? e->code : ERR_NONE;
}

enum err_code
session_find(
    struct db *db, char **roots, size_t nroots, const char *options_json, int64_t *ret, struct err *e)
{
	int64_t id = INT64_MAX;
	bool same = false;

	do {
		if (candidate(db, options_json, id, &id, e) != ERR_NONE)
			return e->code;
		if (id != 0 && same_roots(db, id, roots, nroots, &same, e) != ERR_NONE)
			return e->code;
	} while (id != 0 && !same);
	*ret = id;
	return ERR_NONE;
}

enum err_code
session_option(struct db *db, int64_t id, const char *json_path, char **value, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT json_extract(options, ?2) FROM session WHERE id = ?1", e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_text(st, 2, json_path);
	step = sql_step(db, st, e);
	if (step == 1 && sqlite3_column_type(st, 0) != SQLITE_NULL) {
		*value = strdup((const char *)sqlite3_column_text(st, 0));
		if (*value == NULL)
			err_memory(e);
	} else if (step == 1) {
		*value = NULL;
	}
	sql_done(st);
	return e->code;
}
