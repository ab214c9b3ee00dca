/* SPDX-License-Identifier: MIT */
/* What people call a track: its id, the path of its blob, the path of the file that it was imported from. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/blob.h"
#include "store/playlist/priv.h"

void
playlist_refs_free(struct playlist_ref *refs, size_t n)
{
	for (size_t i = 0; refs != NULL && i < n; i++)
		free(refs[i].path);
	free(refs);
}

/* Absolute, without "." and "//"; ".." only as far as it is text.  Malloced. */
static char *
absolute(const char *text)
{
	char cwd[PATH_MAX], *path;

	if (text[0] != '/' && getcwd(cwd, sizeof cwd) == NULL)
		return strdup(text);
	path = path_join(text[0] == '/' ? "/" : cwd, text);
	if (path == NULL)
		return NULL;
	path_tidy(path);
	return path;
}

/* The one number that st gives: 1, 0, -1 as sql_step() does. */
static int
one(struct db *db, sqlite3_stmt *st, int64_t *n, struct err *e)
{
	int row = sql_step(db, st, e);

	if (row > 0)
		*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return row;
}

static enum err_code
by_id(struct db *db, struct playlist_ref *r, struct err *why, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT removed IS NOT NULL FROM track WHERE id = ?1", e);
	int64_t id, removed = 0;
	int row = 0;

	if (st == NULL)
		return e->code;
	errno = 0;
	id = strtoll(r->text, NULL, 10);
	if (errno == 0) {
		sql_int(st, 1, id);
		row = one(db, st, &removed, e);
	}
	if (row < 0)
		return e->code;
	if (row == 0)
		err_set(why, ERR_NOTFOUND, "there is no track %s", r->text);
	else if (removed)
		err_set(why, ERR_STATE, "track %s was removed", r->text);
	else
		r->track = id;
	r->bad = r->track == 0;
	return ERR_NONE;
}

bool
playlist_names_blob(const char *path, uint8_t sha256[32])
{
	const char *name = path_base(path);
	char suffix[8];

	return name - path >= 4 && name[-4] == '/' && memcmp(name - 3, name, 2) == 0 &&
	    blob_parse(name, sha256, suffix);
}

int
playlist_track_by_hash(
    struct db *db, const uint8_t sha256[32], int64_t start_ms, int64_t *track, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT f.track_id FROM blob b JOIN file f ON f.blob_id = b.id"
	    " JOIN track t ON t.id = f.track_id WHERE b.sha256 = ?1 AND f.state <> 'removed'"
	    " AND t.removed IS NULL ORDER BY"
	    " abs(coalesce(f.start_ms, 0) - ?2), f.part LIMIT 1",
	    e);

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, sha256, 32);
	sql_int(st, 2, start_ms);
	return one(db, st, track, e);
}

int
playlist_track_by_source(struct db *db, const char *path, int64_t start_ms, int64_t *track, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT n FROM (SELECT " PLAYLIST_TRACK_OF("?1", "?2") " AS n) WHERE n IS NOT NULL", e);

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, path, strlen(path));
	sql_int(st, 2, start_ms);
	return one(db, st, track, e);
}

static enum err_code
by_path(struct db *db, struct playlist_ref *r, struct err *e)
{
	uint8_t sha256[32];
	char *real = NULL;
	int found;

	r->path = absolute(r->text);
	if (r->path == NULL)
		return err_memory(e);
	if (playlist_names_blob(r->path, sha256)) {
		found = playlist_track_by_hash(db, sha256, 0, &r->track, e);
		if (found > 0) { /* the library may move: its own paths are not kept */
			free(r->path);
			r->path = NULL;
		}
		return found < 0 ? e->code : ERR_NONE;
	}
	found = playlist_track_by_source(db, r->path, 0, &r->track, e);
	if (found == 0 && (real = realpath(r->path, NULL)) != NULL && strcmp(real, r->path) != 0) {
		found = playlist_track_by_source(db, real, 0, &r->track, e);
		free(r->path);
		r->path = real;
		real = NULL;
	}
	free(real);
	return found < 0 ? e->code : ERR_NONE;
}

/* "http://...", "spotify://...": what players play that is no file. */
static bool
is_stream(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 1 && strncmp(text + n, "://", 3) == 0;
}

static int
compare(const void *a, const void *b)
{
	const struct playlist_ref *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* What the index of sources does not know may still be where a file once came from: one pass over all of
 * them, however many paths are left. */
static enum err_code
by_history(struct db *db, struct playlist_ref **left, size_t n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT f.source, f.track_id FROM file f JOIN track t ON t.id = f.track_id"
	    " WHERE f.state = 'ok' AND f.source IS NOT NULL AND t.removed IS NULL AND f.part <= 1",
	    e);
	struct buf path = { 0 };
	int row;

	if (st == NULL)
		return e->code;
	qsort(left, n, sizeof *left, compare);
	while ((row = sql_step(db, st, e)) > 0) {
		struct playlist_ref key = { 0 }, *k = &key, **hit;

		buf_clear(&path);
		buf_add(&path, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		if (buf_ok(&path, e) != ERR_NONE || path.len == 0) {
			row = path.len == 0 && !path.failed ? row : -1;
			if (row < 0)
				break;
			continue;
		}
		key.path = path.data;
		hit = bsearch(&k, left, n, sizeof *left, compare);
		if (hit == NULL)
			continue;
		while (hit > left && strcmp(hit[-1]->path, key.path) == 0)
			hit--;
		for (; hit < left + n && strcmp((*hit)->path, key.path) == 0; hit++)
			(*hit)->track = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	buf_free(&path);
	return row < 0 ? e->code : ERR_NONE;
}

enum err_code
playlist_resolve(
    struct db *db, struct playlist_ref *refs, size_t n, void (*failed)(const struct err *e), struct err *e)
{
	struct playlist_ref **left = calloc(n + 1, sizeof *left);
	size_t nleft = 0;
	enum err_code code = ERR_NONE;

	if (left == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n && code == ERR_NONE; i++) {
		const char *text = refs[i].text;
		struct err why = { 0 };

		if (text[0] == '\0') {
			err_set(&why, ERR_NOTFOUND, "an empty name is no track");
			refs[i].bad = true;
		} else if (text[strspn(text, "0123456789")] == '\0')
			code = by_id(db, &refs[i], &why, e);
		else if (is_stream(text))
			refs[i].stream = true;
		else
			code = by_path(db, &refs[i], e);
		if (refs[i].bad && failed != NULL)
			failed(&why);
		if (!refs[i].bad && refs[i].track == 0 && refs[i].path != NULL)
			left[nleft++] = &refs[i];
	}
	if (code == ERR_NONE && nleft > 0)
		code = by_history(db, left, nleft, e);
	free(left);
	return code;
}
