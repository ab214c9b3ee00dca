/* SPDX-License-Identifier: MIT */
/* Changes of a playlist's entries.  UNIQUE(playlist_id, position) is checked row by row, so whatever moves
 * goes through negative positions: -new first, then the sign. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/journal.h"
#include "store/playlist/priv.h"

enum err_code
playlist_count(struct db *db, int64_t id, int64_t *n, struct err *e)
{
	sql_number(db, "SELECT count(*) FROM entry WHERE playlist_id = ?1", &id, 1, n, e);
	return e->code;
}

enum err_code
playlist_begin(struct db *db, struct playlist_change *c, struct err *e)
{
	if (sql_begin(db, e) == ERR_NONE && journal_begin(db, &c->event, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
playlist_begin_entries(struct db *db, int64_t id, struct playlist_change *c, struct err *e)
{
	sqlite3_stmt *st;

	if (playlist_begin(db, c, e) != ERR_NONE)
		return e->code;
	c->id = id;
	st = sql_get(db, "SELECT name FROM playlist WHERE id = ?1 AND query IS NOT NULL", e);
	if (st != NULL) {
		sql_int(st, 1, id);
		if (sql_step(db, st, e) > 0)
			err_set(e, ERR_STATE,
			    "'%s' is a smart playlist: its entries are what its query finds; freeze makes it "
			    "a plain one",
			    (const char *)sqlite3_column_text(st, 0));
		sql_done(st);
	}
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
playlist_close_gaps(struct db *db, int64_t id, struct err *e)
{
	int64_t *ids = NULL;
	size_t n = 0;

	/* from the first on each moves to a place that is free: so none has to be written twice */
	if (playlist_entry_ids(db, id, true, &ids, &n, e) == ERR_NONE)
		for (size_t i = 0; i < n; i++)
			if (sql_change(db, "UPDATE entry SET position = ?2 WHERE id = ?1 AND position <> ?2",
				(const int64_t[]){ ids[i], (int64_t)i + 1 }, 2, e) != ERR_NONE)
				break;
	free(ids);
	return e->code;
}

enum err_code
playlist_finish(struct db *db, const char *kind, const char *data, struct playlist_change *c, struct err *e)
{
	int64_t args[2] = { c->id, time_now() };
	char subject[32];
	bool changed = false;

	snprintf(subject, sizeof subject, "p%lld", (long long)c->id);
	if (sql_change(db, "UPDATE playlist SET modified = ?2 WHERE id = ?1", args, 2, e) != ERR_NONE ||
	    sql_change(db,
		"UPDATE entry SET track_id = " PLAYLIST_TRACK_OF("entry.path",
		    "entry.start_ms") " WHERE playlist_id = ?1 AND track_id IS NULL AND path IS NOT NULL",
		args, 1, e) != ERR_NONE ||
	    playlist_count(db, c->id, &c->tracks, e) != ERR_NONE)
		return e->code;
	if (c->dry_run) {
		sql_rollback(db);
		return ERR_NONE;
	}
	if (journal_end(db, c->event, kind, subject, data, &changed, e) != ERR_NONE)
		return e->code;
	/* what did nothing is told of, but there is nothing to undo */
	if (!changed && sql_change(db, "DELETE FROM edit WHERE event_id = ?1", &c->event, 1, e) != ERR_NONE)
		return e->code;
	return sql_commit(db, e);
}

static enum err_code
insert_entry(struct db *db, int64_t id, int64_t position, const struct playlist_ref *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO entry(playlist_id, position, track_id, added, path, location, title, artist,"
	    " duration_ms) SELECT ?1, ?2, t.id, ?4, ?5, ?6, t.title, t.artist, t.duration_ms"
	    " FROM (SELECT ?3 AS id) x LEFT JOIN track t ON t.id = x.id",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_int(st, 2, position);
	sql_int_or_null(st, 3, r->track);
	sql_int(st, 4, time_now());
	if (r->path != NULL)
		sql_bytes(st, 5, r->path, strlen(r->path));
	if (r->stream)
		sql_bytes(st, 6, r->text, strlen(r->text));
	return sql_run(db, st, e);
}

enum err_code
playlist_add(
    struct db *db, int64_t id, char **texts, size_t n, int64_t at, struct playlist_change *c, struct err *e)
{
	struct playlist_ref *refs = calloc(n + 1, sizeof *refs);
	int64_t count, args[3] = { id, at, 0 };
	char data[96];

	if (refs == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		refs[i].text = texts[i];
	if (playlist_begin_entries(db, id, c, e) != ERR_NONE) {
		playlist_refs_free(refs, n);
		return e->code;
	}
	if (playlist_resolve(db, refs, n, c->failed, e) != ERR_NONE ||
	    playlist_count(db, id, &count, e) != ERR_NONE)
		goto fail;
	if (at > count + 1) {
		err_set(e, ERR_NOTFOUND, "there is no position %lld: the playlist has %lld entr%s",
		    (long long)at, (long long)count, count == 1 ? "y" : "ies");
		goto fail;
	}
	if (at == 0)
		args[1] = at = count + 1;
	if (sql_change(db, "UPDATE entry SET position = -position WHERE playlist_id = ?1 AND position >= ?2",
		args, 2, e) != ERR_NONE)
		goto fail;
	for (size_t i = 0; i < n; i++) {
		if (refs[i].bad)
			continue;
		if (insert_entry(db, id, at + c->added, &refs[i], e) != ERR_NONE)
			goto fail;
		c->added++;
		c->missing += refs[i].track == 0;
	}
	args[1] = c->added;
	if (sql_change(db,
		"UPDATE entry SET position = ?2 - position WHERE playlist_id = ?1 AND position < 0", args, 2,
		e) != ERR_NONE)
		goto fail;
	if (c->added == 0) {
		c->tracks = count;
		sql_rollback(db);
	} else {
		snprintf(data, sizeof data, "{\"added\":%lld,\"missing\":%lld,\"at\":%lld}",
		    (long long)c->added, (long long)c->missing, (long long)at);
		if (playlist_finish(db, "playlist-add", data, c, e) != ERR_NONE)
			goto fail;
	}
	playlist_refs_free(refs, n);
	return ERR_NONE;
fail:
	sql_rollback(db);
	playlist_refs_free(refs, n);
	return e->code;
}

/* One run, or every entry of a track. */
static enum err_code
remove_run(struct db *db, int64_t id, const char *text, int64_t count, struct err *e)
{
	struct playlist_run r;
	int64_t args[3] = { id };

	if (playlist_names_track(text, &args[1])) {
		if (sql_change(db,
			"DELETE FROM entry WHERE playlist_id = ?1 AND " PLAYLIST_TRACK("entry") " = ?2", args,
			2, e) == ERR_NONE &&
		    sqlite3_changes64(db->sql) == 0)
			playlist_lacks(db, id, args[1], e);
		return e->code;
	}
	if (playlist_run(db, id, text, count, &r, e) != ERR_NONE)
		return e->code;
	args[1] = r.first;
	args[2] = r.last;
	return sql_change(
	    db, "DELETE FROM entry WHERE playlist_id = ?1 AND position BETWEEN ?2 AND ?3", args, 3, e);
}

enum err_code
playlist_remove(struct db *db, int64_t id, char **runs, struct playlist_change *c, struct err *e)
{
	int64_t count;
	char data[64];

	if (playlist_begin_entries(db, id, c, e) != ERR_NONE)
		return e->code;
	if (playlist_count(db, id, &count, e) != ERR_NONE)
		goto fail;
	for (; *runs != NULL; runs++) {
		if (remove_run(db, id, *runs, count, e) != ERR_NONE)
			goto fail;
		c->removed += sqlite3_changes64(db->sql);
	}
	snprintf(data, sizeof data, "{\"removed\":%lld}", (long long)c->removed);
	if (playlist_close_gaps(db, id, e) != ERR_NONE ||
	    playlist_finish(db, "playlist-remove", data, c, e) != ERR_NONE)
		goto fail;
	return ERR_NONE;
fail:
	sql_rollback(db);
	return e->code;
}

enum err_code
playlist_move(
    struct db *db, int64_t id, const char *run, const char *where, struct playlist_change *c, struct err *e)
{
	int64_t count, len, to, args[7];
	struct playlist_run r, target;
	char data[96];

	if (playlist_begin_entries(db, id, c, e) != ERR_NONE)
		return e->code;
	if (playlist_count(db, id, &count, e) != ERR_NONE ||
	    playlist_run(db, id, run, count, &r, e) != ERR_NONE ||
	    playlist_run(db, id, where, count, &target, e) != ERR_NONE)
		goto fail;
	len = r.last - r.first + 1;
	to = where[0] == '-' ? target.first - len + 1 : target.first; /* from the end it is the run's last */
	if (to < 1 || to + len - 1 > count) {
		err_set(e, ERR_NOTFOUND,
		    "%lld entr%s cannot be moved to position %s: the playlist has %lld entr%s",
		    (long long)len, len == 1 ? "y" : "ies", where, (long long)count,
		    count == 1 ? "y" : "ies");
		goto fail;
	}
	/* The run goes by to - first; what it passes over makes room by its length. */
	args[0] = id;
	args[1] = r.first;
	args[2] = r.last;
	args[3] = to - r.first;
	args[4] = to < r.first ? len : -len;
	args[5] = to < r.first ? to : r.first;
	args[6] = to < r.first ? r.last : to + len - 1;
	if (sql_change(db,
		"UPDATE entry SET position = -(position + CASE WHEN position BETWEEN ?2 AND ?3"
		" THEN ?4 ELSE ?5 END) WHERE playlist_id = ?1 AND position BETWEEN ?6 AND ?7",
		args, 7, e) != ERR_NONE ||
	    sql_change(db, "UPDATE entry SET position = -position WHERE playlist_id = ?1 AND position < 0",
		&id, 1, e) != ERR_NONE)
		goto fail;
	c->moved = to == r.first ? 0 : len;
	snprintf(data, sizeof data, "{\"first\":%lld,\"last\":%lld,\"to\":%lld}", (long long)r.first,
	    (long long)r.last, (long long)to);
	if (playlist_finish(db, "playlist-move", data, c, e) != ERR_NONE)
		goto fail;
	return ERR_NONE;
fail:
	sql_rollback(db);
	return e->code;
}
