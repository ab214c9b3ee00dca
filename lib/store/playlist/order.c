/* SPDX-License-Identifier: MIT */
/* Another order of the entries: by fields, by chance; and each thing once. */
#include <stdio.h>
#include <stdlib.h>

#include "base/out.h"
#include "base/shuffle.h"
#include "store/playlist/priv.h"
#include "store/query/order.h"

enum err_code
playlist_settle(struct db *db, const char *kind, const char *data, struct playlist_change *c, struct err *e)
{
	if (sql_change(db, "UPDATE entry SET position = -position WHERE playlist_id = ?1 AND position < 0",
		&c->id, 1, e) != ERR_NONE)
		return e->code;
	c->moved = sqlite3_changes64(db->sql);
	return playlist_finish(db, kind, data, c, e);
}

static enum err_code
number_anew(struct db *db, int64_t id, const char *order, struct err *e)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st = NULL;

	buf_printf(&sql,
	    "UPDATE entry SET position = -n.new FROM (SELECT x.id AS row, row_number() OVER (ORDER BY"
	    " t.id IS NULL, %sx.position) AS new FROM entry x LEFT JOIN track t ON t.removed IS NULL AND"
	    " t.id = " PLAYLIST_TRACK("x") " WHERE x.playlist_id = ?1) AS n"
					   " WHERE entry.id = n.row AND entry.position <> n.new",
	    order);
	if (buf_ok(&sql, e) == ERR_NONE)
		st = sql_prepare(db, sql.data, e);
	if (st != NULL) {
		sql_int(st, 1, id);
		sql_run(db, st, e);
	}
	sqlite3_finalize(st);
	buf_free(&sql);
	return e->code;
}

enum err_code
playlist_sort(struct db *db, int64_t id, const char *fields, struct playlist_change *c, struct err *e)
{
	struct buf order = { 0 }, data = { 0 };

	if (query_order(db, fields, &order, e) != ERR_NONE)
		goto out;
	json_object_begin(&data, NULL);
	json_text(&data, "sort", fields);
	json_object_end(&data);
	if (buf_ok(&data, e) != ERR_NONE || playlist_begin_entries(db, id, c, e) != ERR_NONE)
		goto out;
	if (number_anew(db, id, order.data, e) != ERR_NONE ||
	    playlist_settle(db, "playlist-sort", data.data, c, e) != ERR_NONE)
		sql_rollback(db);
out:
	buf_free(&order);
	buf_free(&data);
	return e->code;
}

enum err_code
playlist_entry_ids(struct db *db, int64_t id, bool as_they_lie, int64_t **ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    as_they_lie
		? "SELECT id FROM entry WHERE playlist_id = ?1 ORDER BY position"
		: "SELECT id FROM entry WHERE playlist_id = ?1 ORDER BY track_id, path, location, title, id",
	    e);
	int64_t count = 0, *list;
	size_t i = 0;

	if (st == NULL || playlist_count(db, id, &count, e) != ERR_NONE)
		return e->code;
	list = calloc((size_t)count + 1, sizeof *list);
	if (list == NULL)
		return err_memory(e);
	sql_int(st, 1, id);
	while (i < (size_t)count && sql_step(db, st, e) > 0)
		list[i++] = sqlite3_column_int64(st, 0);
	sql_done(st);
	*ids = list;
	*n = i;
	return e->code;
}

enum err_code
playlist_put_in_order(struct db *db, const int64_t *ids, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (sql_change(db, "UPDATE entry SET position = -?2 WHERE id = ?1 AND position <> ?2",
			(const int64_t[]){ ids[i], (int64_t)i + 1 }, 2, e) != ERR_NONE)
			break;
	return e->code;
}

enum err_code
playlist_shuffle(struct db *db, int64_t id, uint64_t seed, struct playlist_change *c, struct err *e)
{
	int64_t *ids = NULL;
	size_t n = 0;
	char data[64];

	if (playlist_begin_entries(db, id, c, e) != ERR_NONE)
		return e->code;
	snprintf(data, sizeof data, "{\"seed\":%llu}", (unsigned long long)seed);
	if (playlist_entry_ids(db, id, false, &ids, &n, e) == ERR_NONE) {
		shuffle(ids, n, sizeof *ids, seed);
		if (playlist_put_in_order(db, ids, n, e) == ERR_NONE)
			playlist_settle(db, "playlist-shuffle", data, c, e);
	}
	if (e->code != ERR_NONE)
		sql_rollback(db);
	free(ids);
	return e->code;
}

#define SAME_THING(track)                                                                                    \
	"DELETE FROM entry WHERE id IN (SELECT id FROM (SELECT x.id, row_number() OVER (PARTITION BY"        \
	" CASE WHEN t.id IS NOT NULL THEN 't' || " track                                                     \
	" WHEN x.path IS NOT NULL THEN 'p' || hex(x.path) WHEN x.location IS NOT NULL THEN 'l' ||"           \
	" hex(x.location) ELSE 'e' || x.id END ORDER BY x.position) AS nth FROM entry x LEFT JOIN track t"   \
	" ON t.id = " PLAYLIST_TRACK("x") " WHERE x.playlist_id = ?1)"                                       \
					  " WHERE nth > 1)"

enum err_code
playlist_dedupe(struct db *db, int64_t id, bool by_recording, struct playlist_change *c, struct err *e)
{
	char data[64];

	if (playlist_begin_entries(db, id, c, e) != ERR_NONE)
		return e->code;
	if (by_recording)
		sql_change(db, SAME_THING("t.recording_id"), &id, 1, e);
	else
		sql_change(db, SAME_THING("t.id"), &id, 1, e);
	if (e->code == ERR_NONE) {
		c->removed = sqlite3_changes64(db->sql);
		snprintf(data, sizeof data, "{\"removed\":%lld,\"by\":\"%s\"}", (long long)c->removed,
		    by_recording ? "recording" : "track");
		if (playlist_close_gaps(db, id, e) == ERR_NONE)
			playlist_finish(db, "playlist-dedupe", data, c, e);
	}
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}
