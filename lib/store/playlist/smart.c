/* SPDX-License-Identifier: MIT */
/* Playlists that are a query. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/playlist/priv.h"
#include "store/query/query.h"

enum err_code
playlist_load_words(struct db *db, struct playlist *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT j.value FROM playlist p, json_each(p.query) j WHERE p.id = ?1 ORDER BY j.key", e);
	size_t n = 0;

	p->query = calloc(1, sizeof *p->query);
	if (p->query == NULL)
		return err_memory(e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, p->id);
	while (sql_step(db, st, e) > 0) {
		char **more = realloc(p->query, (n + 2) * sizeof *more);

		if (more == NULL) {
			err_memory(e);
			break;
		}
		p->query = more;
		more[n] = strdup((const char *)sqlite3_column_text(st, 0));
		if (more[n] == NULL) {
			err_memory(e);
			break;
		}
		more[++n] = NULL;
	}
	sql_done(st);
	return e->code;
}

enum err_code
playlist_find_tracks(struct db *db, const struct playlist *p, int64_t **ids, size_t *n, struct err *e)
{
	struct query *q = NULL;

	if (query_parse(&q, db, p->query, e) == ERR_NONE &&
	    (p->sort == NULL || query_sort(q, p->sort, e) == ERR_NONE))
		query_ids(q, db, p->most > 0 ? p->most : -1, 0, ids, n, e);
	query_free(q);
	if (e->code != ERR_NONE)
		err_context(e, "the query of the playlist '%s'", p->name);
	return e->code;
}

void
playlist_ids_json(const int64_t *ids, size_t n, struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%" PRId64, i > 0 ? "," : "", ids[i]);
	buf_putc(out, ']');
}

static enum err_code
measure(struct db *db, struct playlist *p, const char *ids, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT count(*), sum(NOT EXISTS (SELECT 1 FROM file f WHERE f.track_id = t.id AND"
	    " f.state = 'ok')), sum(t.duration_ms) FROM json_each(?1) j JOIN track t ON t.id = j.value",
	    e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, ids);
	if (sql_step(db, st, e) > 0) {
		p->tracks = sqlite3_column_int64(st, 0);
		p->missing = sqlite3_column_int64(st, 1);
		p->duration_ms = sqlite3_column_int64(st, 2);
	}
	sql_done(st);
	return e->code;
}

enum err_code
playlist_look_into(struct db *db, struct playlist *p, struct err *e)
{
	int64_t *ids = NULL;
	size_t n = 0;
	struct buf json = { 0 };

	if (!p->smart)
		return ERR_NONE;
	if (playlist_load_words(db, p, e) == ERR_NONE &&
	    playlist_find_tracks(db, p, &ids, &n, e) == ERR_NONE) {
		playlist_ids_json(ids, n, &json);
		if (buf_ok(&json, e) == ERR_NONE)
			measure(db, p, json.data, e);
	}
	free(ids);
	buf_free(&json);
	return e->code;
}

/* Does it parse and give an answer? */
static enum err_code
check(struct db *db, const struct playlist_smart *how, char **note, struct err *e)
{
	struct query *q = NULL;
	int64_t *ids = NULL;
	size_t n = 0;

	for (char *const *w = how->words; *w != NULL; w++)
		if (!utf8_valid(*w, strlen(*w)))
			return err_set(e, ERR_USAGE, "the query is not UTF-8: '%s'", *w);
	if (query_parse(&q, db, how->words, e) == ERR_NONE &&
	    (how->sort == NULL || query_sort(q, how->sort, e) == ERR_NONE) &&
	    query_ids(q, db, 1, 0, &ids, &n, e) == ERR_NONE && query_note(q) != NULL)
		*note = strdup(query_note(q));
	free(ids);
	query_free(q);
	return e->code;
}

static enum err_code
write_query(struct db *db, const struct playlist_smart *how, struct playlist_change *c, struct buf *query,
    struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "UPDATE playlist SET query = ?2, sort = ?3, most = ?4 WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	json_array_begin(query, NULL);
	for (char *const *w = how->words; *w != NULL; w++)
		json_text(query, NULL, *w);
	json_array_end(query);
	if (buf_ok(query, e) != ERR_NONE)
		return e->code;
	sql_int(st, 1, c->id);
	sql_text(st, 2, query->data);
	sql_text(st, 3, how->sort);
	sql_int_or_null(st, 4, how->most);
	return sql_run(db, st, e);
}

/* Inside the transaction: the playlist that gets the query, new or a smart one that is there. */
static enum err_code
choose(struct db *db, const char *name, struct playlist_change *c, struct err *e)
{
	struct err unknown = { 0 };
	sqlite3_stmt *st;
	char *nfc;

	if (playlist_find(db, name, &c->id, &unknown) != ERR_NONE) {
		nfc = playlist_stored_name(name, e);
		if (nfc != NULL)
			playlist_insert(db, nfc, c, e);
		free(nfc);
		return e->code;
	}
	st = sql_get(db, "SELECT 1 FROM playlist WHERE id = ?1 AND query IS NOT NULL", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, c->id);
	if (sql_step(db, st, e) == 0)
		err_set(
		    e, ERR_EXISTS, "there is a plain playlist '%s' already: p%lld", name, (long long)c->id);
	sql_done(st);
	return e->code;
}

enum err_code
playlist_smart(struct db *db, const char *name, const struct playlist_smart *how, char **note,
    struct playlist_change *c, struct err *e)
{
	struct buf query = { 0 }, data = { 0 };

	if (playlist_begin(db, c, e) != ERR_NONE)
		return e->code;
	if (choose(db, name, c, e) == ERR_NONE && write_query(db, how, c, &query, e) == ERR_NONE &&
	    check(db, how, note, e) == ERR_NONE) { /* as it is now: it may name itself */
		json_object_begin(&data, NULL);
		json_text(&data, "name", name);
		json_raw(&data, "query", query.data);
		json_object_end(&data);
		if (buf_ok(&data, e) == ERR_NONE)
			playlist_finish(db, "playlist-smart", data.data, c, e);
	}
	if (e->code != ERR_NONE)
		sql_rollback(db);
	buf_free(&query);
	buf_free(&data);
	return e->code;
}

/* Tracks as the entries of a playlist that has none. */
static enum err_code
write_entries(struct db *db, int64_t id, const char *ids, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO entry(playlist_id, position, track_id, added, title, artist, duration_ms)"
	    " SELECT ?1, j.key + 1, t.id, ?3, t.title, t.artist, t.duration_ms"
	    " FROM json_each(?2) j JOIN track t ON t.id = j.value",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_text(st, 2, ids);
	sql_int(st, 3, time_now());
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	return playlist_close_gaps(db, id, e);
}

enum err_code
playlist_freeze(struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e)
{
	char *nfc = name != NULL ? playlist_stored_name(name, e) : NULL;
	struct playlist p = { 0 };
	struct buf json = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;

	if (e->code != ERR_NONE || playlist_load_head(db, id, &p, e) != ERR_NONE)
		goto out;
	if (!p.smart) {
		err_set(e, ERR_STATE, "'%s' is a plain playlist already", p.name);
		goto out;
	}
	if (playlist_find_tracks(db, &p, &ids, &n, e) != ERR_NONE)
		goto out;
	playlist_ids_json(ids, n, &json);
	if (buf_ok(&json, e) != ERR_NONE || playlist_begin(db, c, e) != ERR_NONE)
		goto out;
	c->id = id;
	c->added = (int64_t)n;
	if (nfc != NULL)
		playlist_insert(db, nfc, c, e);
	else
		sql_change(db, "UPDATE playlist SET query = NULL, sort = NULL, most = NULL WHERE id = ?1",
		    &id, 1, e);
	if (e->code != ERR_NONE || write_entries(db, c->id, json.data, e) != ERR_NONE ||
	    playlist_finish_named(
		db, "playlist-freeze", nfc != NULL ? nfc : p.name, nfc != NULL ? id : 0, c, e) != ERR_NONE)
		sql_rollback(db);
out:
	free(ids);
	free(nfc);
	buf_free(&json);
	playlist_free(&p);
	return e->code;
}
