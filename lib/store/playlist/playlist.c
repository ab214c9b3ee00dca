/* SPDX-License-Identifier: MIT */
#include "store/playlist/playlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/playlist/nearest.h"
#include "store/playlist/priv.h"
#include "text/fold.h"

void
playlist_free(struct playlist *p)
{
	if (p != NULL) {
		free(p->name);
		for (char **word = p->query; word != NULL && *word != NULL; word++)
			free(*word);
		free(p->query);
		free(p->sort);
		free(p->extra);
		*p = (struct playlist){ 0 };
	}
}

void
playlists_free(struct playlist *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		playlist_free(&p[i]);
	free(p);
}

/* The number of "p4", or 0. */
static int64_t
id_of(const char *text)
{
	int64_t n = 0;

	if (text[0] != 'p' || text[1] < '1' || text[1] > '9')
		return 0;
	for (const char *s = text + 1; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > INT64_MAX / 10 - 1)
			return 0;
		n = n * 10 + (*s - '0');
	}
	return n;
}

char *
playlist_stored_name(const char *name, struct err *e)
{
	char *nfc;

	if (name[0] == '\0' || !utf8_valid(name, strlen(name)) || id_of(name) != 0) {
		err_set(e, ERR_USAGE, "'%s' cannot be a playlist's name: %s", name,
		    name[0] == '\0'        ? "it is empty"
			: id_of(name) != 0 ? "it looks like an id"
					   : "it is not UTF-8");
		return NULL;
	}
	nfc = text_nfc(name, strlen(name));
	if (nfc == NULL)
		err_memory(e);
	return nfc;
}

int64_t
playlist_id_of_name(struct db *db, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM playlist WHERE name = ?1", e);
	int64_t id = 0;
	int row;

	if (st == NULL)
		return -1;
	sql_text(st, 1, name);
	row = sql_step(db, st, e);
	if (row > 0)
		id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return row < 0 ? -1 : id;
}

static enum err_code
no_such_playlist(struct db *db, const char *name, struct err *e)
{
	char *near = playlist_nearest(db, name);

	err_set(e, ERR_NOTFOUND, "there is no playlist '%s'%s%s%s", name,
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
	free(near);
	return e->code;
}

enum err_code
playlist_find(struct db *db, const char *name, int64_t *id, struct err *e)
{
	int64_t found = id_of(name);
	char *nfc;

	if (found != 0) {
		sqlite3_stmt *st = sql_get(db, "SELECT id FROM playlist WHERE id = ?1", e);
		int row;

		if (st == NULL)
			return e->code;
		sql_int(st, 1, found);
		row = sql_step(db, st, e);
		sql_done(st);
		if (row < 0)
			return e->code;
		if (row == 0)
			return err_set(e, ERR_NOTFOUND, "there is no playlist %s", name);
		*id = found;
		return ERR_NONE;
	}
	nfc = text_nfc(name, strlen(name));
	if (nfc == NULL)
		return err_memory(e);
	found = playlist_id_of_name(db, nfc, e);
	free(nfc);
	if (found < 0)
		return e->code;
	if (found == 0)
		return no_such_playlist(db, name, e);
	*id = found;
	return ERR_NONE;
}

#define PLAYLIST_ROWS                                                                                        \
	"SELECT p.id, p.name, p.owner, p.created, p.modified, count(x.id), sum(x.id IS NOT NULL AND"         \
	" NOT EXISTS (SELECT 1 FROM file f WHERE f.track_id = t.id AND f.state = 'ok' AND"                   \
	" t.removed IS NULL)), sum(coalesce(t.duration_ms, x.duration_ms)), p.query, p.sort, p.most,"        \
	" p.extra FROM playlist p"                                                                           \
	" LEFT JOIN entry x ON x.playlist_id = p.id"                                                         \
	" LEFT JOIN track t ON t.id = " PLAYLIST_TRACK("x")

/* A column's text, malloced; NULL stays NULL. */
static bool
take_text(sqlite3_stmt *st, int col, char **out)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	*out = text != NULL ? strdup(text) : NULL;
	return text == NULL || *out != NULL;
}

static enum err_code
row_of(sqlite3_stmt *st, struct playlist *p, struct err *e)
{
	p->id = sqlite3_column_int64(st, 0);
	p->owner = sqlite3_column_int64(st, 2);
	p->created = sqlite3_column_int64(st, 3);
	p->modified = sqlite3_column_int64(st, 4);
	p->tracks = sqlite3_column_int64(st, 5);
	p->missing = sqlite3_column_int64(st, 6);
	p->duration_ms = sqlite3_column_int64(st, 7);
	p->most = sqlite3_column_int64(st, 10);
	p->smart = sqlite3_column_type(st, 8) != SQLITE_NULL;
	if (!take_text(st, 1, &p->name) || !take_text(st, 9, &p->sort) || !take_text(st, 11, &p->extra))
		return err_memory(e);
	return ERR_NONE;
}

/* The one row of such a statement. */
static enum err_code
load_row(struct db *db, const char *sql, int64_t id, struct playlist *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);
	int row;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	row = sql_step(db, st, e);
	if (row > 0)
		row_of(st, p, e);
	else if (row == 0)
		err_set(e, ERR_NOTFOUND, "there is no playlist p%lld", (long long)id);
	sql_done(st);
	return e->code;
}

enum err_code
playlist_load(struct db *db, int64_t id, struct playlist *p, struct err *e)
{
	struct playlist out = { 0 };

	if (load_row(db, PLAYLIST_ROWS " WHERE p.id = ?1 GROUP BY p.id", id, &out, e) != ERR_NONE ||
	    playlist_look_into(db, &out, e) != ERR_NONE)
		playlist_free(&out);
	else
		*p = out;
	return e->code;
}

enum err_code
playlist_load_head(struct db *db, int64_t id, struct playlist *p, struct err *e)
{
	struct playlist out = { 0 };

	if (load_row(db,
		"SELECT id, name, owner, created, modified, 0, 0, 0, query, sort, most, extra FROM playlist"
		" WHERE id = ?1",
		id, &out, e) != ERR_NONE ||
	    (out.smart && playlist_load_words(db, &out, e) != ERR_NONE))
		playlist_free(&out);
	else
		*p = out;
	return e->code;
}

/* One more, zeroed; NULL after filling in *e. */
static struct playlist *
add_row(struct playlist **all, size_t *n, struct err *e)
{
	struct playlist *more = realloc(*all, (*n + 1) * sizeof *more);

	if (more == NULL) {
		err_memory(e);
		return NULL;
	}
	*all = more;
	more[*n] = (struct playlist){ 0 };
	return &more[(*n)++];
}

enum err_code
playlist_list(struct db *db, struct playlist **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, PLAYLIST_ROWS " GROUP BY p.id ORDER BY p.name COLLATE NOCASE, p.name", e);
	struct playlist *all = NULL, *p;
	size_t count = 0;

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0)
		if ((p = add_row(&all, &count, e)) == NULL || row_of(st, p, e) != ERR_NONE)
			break;
	sql_done(st);
	for (size_t i = 0; i < count && e->code == ERR_NONE; i++) {
		struct err own = { 0 };

		/* a query that leans on what is gone hides none of the others */
		if (playlist_look_into(db, &all[i], &own) == ERR_USAGE)
			all[i].broken = true;
		else
			*e = own;
	}
	if (e->code != ERR_NONE) {
		playlists_free(all, count);
		return e->code;
	}
	*list = all;
	*n = count;
	return ERR_NONE;
}

enum err_code
playlist_insert(struct db *db, const char *name, struct playlist_change *c, struct err *e)
{
	int64_t now = time_now(), taken = playlist_id_of_name(db, name, e);
	sqlite3_stmt *st;

	if (taken < 0)
		return e->code;
	if (taken > 0)
		return err_set(
		    e, ERR_EXISTS, "there is a playlist '%s' already: p%lld", name, (long long)taken);
	st = sql_get(db, "INSERT INTO playlist(name, owner, created, modified) VALUES (?1, ?2, ?3, ?3)", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	sql_int(st, 2, getuid());
	sql_int(st, 3, now);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	c->id = sqlite3_last_insert_rowid(db->sql);
	return ERR_NONE;
}

enum err_code
playlist_finish_named(
    struct db *db, const char *kind, const char *name, int64_t from, struct playlist_change *c, struct err *e)
{
	struct buf data = { 0 };
	char id[32];
	enum err_code code;

	json_object_begin(&data, NULL);
	json_text(&data, "name", name);
	if (from != 0) {
		snprintf(id, sizeof id, "p%lld", (long long)from);
		json_text(&data, "from", id);
	}
	json_object_end(&data);
	code = buf_ok(&data, e);
	if (code == ERR_NONE)
		code = playlist_finish(db, kind, data.data, c, e);
	buf_free(&data);
	return code;
}

enum err_code
playlist_create(struct db *db, const char *name, struct playlist_change *c, struct err *e)
{
	char *nfc = playlist_stored_name(name, e);

	if (nfc == NULL || playlist_begin(db, c, e) != ERR_NONE) {
		free(nfc);
		return e->code;
	}
	if (playlist_insert(db, nfc, c, e) != ERR_NONE ||
	    playlist_finish_named(db, "playlist-create", nfc, 0, c, e) != ERR_NONE) {
		sql_rollback(db);
		free(nfc);
		return e->code;
	}
	free(nfc);
	return ERR_NONE;
}

enum err_code
playlist_copy(struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e)
{
	char *nfc = playlist_stored_name(name, e);
	int64_t args[3];

	if (nfc == NULL || playlist_begin(db, c, e) != ERR_NONE) {
		free(nfc);
		return e->code;
	}
	if (playlist_insert(db, nfc, c, e) != ERR_NONE)
		goto out;
	args[0] = id;
	args[1] = c->id;
	args[2] = time_now();
	if (sql_change(db,
		"INSERT INTO entry(playlist_id, position, track_id, added, " PLAYLIST_SAID ") SELECT ?2,"
		" position, track_id, ?3, " PLAYLIST_SAID " FROM entry WHERE playlist_id = ?1",
		args, 3, e) != ERR_NONE)
		goto out;
	c->added = sqlite3_changes64(db->sql);
	if (sql_change(db,
		"UPDATE playlist SET (query, sort, most, extra) ="
		" (SELECT query, sort, most, extra FROM playlist WHERE id = ?1) WHERE id = ?2",
		args, 2, e) != ERR_NONE)
		goto out;
	(void)playlist_finish_named(db, "playlist-copy", nfc, id, c, e);
out:
	if (e->code != ERR_NONE)
		sql_rollback(db);
	free(nfc);
	return e->code;
}

enum err_code
playlist_rename(struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e)
{
	char *nfc = playlist_stored_name(name, e);
	sqlite3_stmt *st;
	int64_t taken;

	if (nfc == NULL || playlist_begin(db, c, e) != ERR_NONE) {
		free(nfc);
		return e->code;
	}
	c->id = id;
	taken = playlist_id_of_name(db, nfc, e);
	if (taken < 0)
		goto out;
	if (taken > 0 && taken != id) {
		err_set(e, ERR_EXISTS, "there is a playlist '%s' already: p%lld", nfc, (long long)taken);
		goto out;
	}
	st = sql_get(db, "UPDATE playlist SET name = ?2 WHERE id = ?1", e);
	if (st == NULL)
		goto out;
	sql_int(st, 1, id);
	sql_text(st, 2, nfc);
	if (sql_run(db, st, e) == ERR_NONE)
		(void)playlist_finish_named(db, "playlist-rename", nfc, 0, c, e);
out:
	if (e->code != ERR_NONE)
		sql_rollback(db);
	free(nfc);
	return e->code;
}

enum err_code
playlist_delete(struct db *db, int64_t id, struct playlist_change *c, struct err *e)
{
	struct playlist p = { 0 };

	if (playlist_begin(db, c, e) != ERR_NONE)
		return e->code;
	c->id = id;
	if (playlist_load_head(db, id, &p, e) != ERR_NONE ||
	    playlist_count(db, id, &c->removed, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM entry WHERE playlist_id = ?1", &id, 1, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM schedule WHERE playlist_id = ?1", &id, 1, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM playlist WHERE id = ?1", &id, 1, e) != ERR_NONE)
		goto out;
	(void)playlist_finish_named(db, "playlist-delete", p.name, 0, c, e);
out:
	if (e->code != ERR_NONE)
		sql_rollback(db);
	playlist_free(&p);
	return e->code;
}
