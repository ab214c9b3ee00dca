/* SPDX-License-Identifier: MIT */
/* An event taken back: which one, with what it needs around its rows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/priv.h"
#include "store/playlist/import.h"

/* The caller's own last edit that holds. */
static enum err_code
last_own(struct db *db, int64_t *event, struct err *e)
{
	int64_t user = (int64_t)getuid();

	if (sql_number(db,
		"SELECT max(v.id) FROM edit d JOIN event v ON v.id = d.event_id"
		" WHERE v.actor = ?1 AND d.undoes IS NULL AND d.undone IS NULL",
		&user, 1, event, e) < 0)
		return e->code;
	if (*event == 0)
		err_set(e, ERR_NOMATCH, "there is no edit of yours to undo");
	return e->code;
}

/* Can the event be taken back at all?  kind is its kind. */
static enum err_code
look_up(struct db *db, int64_t event, char kind[32], struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT v.kind, d.event_id IS NOT NULL, ifnull(d.undone, 0)"
	    " FROM event v LEFT JOIN edit d ON d.event_id = v.id WHERE v.id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, event);
	if (sql_step(db, st, e) == 1) {
		snprintf(kind, 32, "%s", (const char *)sqlite3_column_text(st, 0));
		if (sqlite3_column_int(st, 1) == 0)
			err_set(e, ERR_STATE, "event e%" PRId64 " (%s) cannot be undone: it is no edit",
			    event, kind);
		else if (sqlite3_column_int64(st, 2) != 0)
			err_set(e, ERR_STATE,
			    "event e%" PRId64 " was undone already, by e%" PRId64
			    "; to do it again: lib-commit"
			    " --undo e%" PRId64,
			    event, (int64_t)sqlite3_column_int64(st, 2),
			    (int64_t)sqlite3_column_int64(st, 2));
	} else if (e->code == ERR_NONE) {
		err_set(e, ERR_NOTFOUND, "there is no event e%" PRId64, event);
	}
	sql_done(st);
	return e->code;
}

/* Blobs of the files and pictures that come back. */
static enum err_code
want_blobs(struct db *db, int64_t event, struct err *e)
{
	if (unearth_start(db, e) != ERR_NONE)
		return e->code;
	return sql_change(db,
	    "INSERT OR IGNORE INTO temp.wanted SELECT coalesce(json_extract(c.before, '$.blob_id'), "
	    "f.blob_id)"
	    " FROM main.change c LEFT JOIN main.file f ON c.name = 'file' AND f.id = json_extract(c.before, "
	    "'$.id')"
	    " WHERE c.event_id = ?1 AND ((c.name = 'cover' AND c.after IS NULL) OR (c.name = 'file' AND"
	    " json_extract(c.before, '$.state') <> 'removed' AND (c.after IS NULL OR"
	    " json_extract(c.after, '$.state') = 'removed')))",
	    &event, 1, e);
}

/* The event that an undo took back, or 0. */
static enum err_code
undone_by(struct db *db, int64_t undo, int64_t *event, struct err *e)
{
	*event = 0;
	sql_number(db, "SELECT undoes FROM edit WHERE event_id = ?1", &undo, 1, event, e);
	return e->code;
}

/* Where an undo is undone what it took back holds again; and if that was an undo as well, what that had taken
 * back holds no more, and so on. */
static enum err_code
mark_undone(struct db *db, int64_t event, int64_t by, struct err *e)
{
	bool holds = false;

	if (sql_change(db, "UPDATE edit SET undoes = ?1 WHERE event_id = ?2", (const int64_t[]){ event, by },
		2, e) != ERR_NONE)
		return e->code;
	while (event != 0 &&
	    sql_change(db, "UPDATE edit SET undone = nullif(?2, 0) WHERE event_id = ?1",
		(const int64_t[]){ event, holds ? 0 : by }, 2, e) == ERR_NONE) {
		holds = !holds;
		by = event;
		undone_by(db, event, &event, e);
	}
	return e->code;
}

static enum err_code
forget_all(struct db *db, int64_t event, const struct edit_options *how, struct err *e)
{
	int64_t seq = 0, track;
	char line[48];

	snprintf(line, sizeof line, "\tas before e%" PRId64, event);
	while (e->code == ERR_NONE && chosen_next(db, how, "reading", &seq, &track, e) == 1)
		if (chosen_forget(db, track, e) == ERR_NONE)
			chosen_changed(db, track, how->json ? NULL : line, e);
	return e->code;
}

/* Does every row that others refer to still, or again, exist?  SQLite would only say so at the commit. */
static enum err_code
check_references(struct db *db, int64_t event, struct err *e)
{
	int open = 0, highest = 0;

	(void)sqlite3_db_status(db->sql, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
	if (open != 0)
		err_set(e, ERR_STATE,
		    "event e%" PRId64 " cannot be undone: something that came later stands on what it made",
		    event);
	return e->code;
}

/* The latest edit but this one that changed a track or its files, or 0. */
static int64_t
changed_by(struct db *db, int64_t track, int64_t event, int64_t by)
{
	struct err ignored = { 0 };
	sqlite3_stmt *st = sql_get(db,
	    "SELECT max(event_id) FROM change WHERE event_id > ?2 AND event_id <> ?3 AND ((name = 'track' AND"
	    " json_extract(coalesce(after, before), '$.id') = ?1) OR (name = 'file' AND"
	    " json_extract(coalesce(after, before), '$.id') IN (SELECT id FROM file WHERE track_id = ?1)))",
	    &ignored);
	int64_t later = 0;

	if (st == NULL)
		return 0;
	sql_int(st, 1, track);
	sql_int(st, 2, event);
	sql_int(st, 3, by);
	if (sql_step(db, st, &ignored) == 1)
		later = sqlite3_column_int64(st, 0);
	sql_done(st);
	return later;
}

/* Each row may be as the event left it and the whole still not stand: a file that goes back to its track may
 * have been removed since under another one. */
static enum err_code
check_files(struct db *db, int64_t event, int64_t by, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.id FROM main.track t LEFT JOIN main.file f ON f.track_id = t.id AND f.state <> "
	    "'removed' WHERE t.id IN (SELECT id FROM temp.chosen) GROUP BY t.id HAVING"
	    " iif(t.removed IS NULL, total(f.preferred) <> 1, count(f.id) > 0) LIMIT 1",
	    e);
	int64_t track = 0, later;
	char name[40] = "";

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1)
		track = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (track == 0)
		return e->code;
	later = changed_by(db, track, event, by);
	if (later != 0)
		snprintf(name, sizeof name, " by event e%" PRId64, later);
	return err_set(e, ERR_STATE,
	    "event e%" PRId64 " cannot be undone: the files of track %" PRId64 " were changed later%s", event,
	    track, name);
}

/* Where a file is in the place of another again, sources stand for it again as they did before it was put
 * there: see move_sources() of write.c. */
static enum err_code
move_sources(struct db *db, int64_t event, struct err *e)
{
#define OF_FILE(column)                                                                                      \
	"coalesce(json_extract(c.before, '$." column "'), json_extract(c.after, '$." column "'),"            \
	" (SELECT " column " FROM main.file WHERE id = json_extract(coalesce(c.before, c.after), '$.id')))"

	return sql_change(db,
	    "WITH changed AS (SELECT " OF_FILE("blob_id") " AS blob, " OF_FILE(
		"track_id") " AS track,"
			    " ifnull(json_extract(c.before, '$.state') <> 'removed', 0) AS was,"
			    " ifnull(json_extract(c.after, '$.state') <> 'removed', 0) AS is_now"
			    " FROM change c WHERE c.event_id = ?1 AND c.name = 'file')"
			    " UPDATE main.source SET sha256 = m.back FROM (SELECT o.sha256 AS gone, b.sha256 "
			    "AS back"
			    " FROM changed g JOIN changed r ON r.track = g.track AND g.is_now AND NOT g.was "
			    "AND r.was AND NOT"
			    " r.is_now JOIN main.blob o ON o.id = g.blob JOIN main.blob b ON b.id = r.blob) "
			    "AS m WHERE source.sha256 = m.gone",
	    &event, 1, e);
#undef OF_FILE
}

/* Bytes that an edit made, and that nothing names any more, were taken out: nobody wants them back, however
 * lost the catalogue may be, but who undoes this. */
static enum err_code
remember_taken_out(struct db *db, int64_t event, struct err *e)
{
	return sql_change(db,
	    "INSERT OR IGNORE INTO main.removed(sha256, at, track_id, reason)"
	    " SELECT b.sha256, ?2, json_extract(c.after, '$.track_id'), 'superseded' FROM main.change c"
	    " JOIN main.blob b ON b.id = json_extract(c.after, '$.blob_id') WHERE c.event_id = ?1 AND"
	    " c.name = 'file' AND NOT EXISTS (SELECT 1 FROM main.file WHERE blob_id = b.id AND state <> "
	    "'removed') AND NOT EXISTS (SELECT 1 FROM main.cover WHERE blob_id = b.id)",
	    (const int64_t[]){ event, time_now() }, 2, e);
}

/* Entries that were added later move up where those before them go. */
static enum err_code
close_gaps(struct db *db, int64_t event, struct err *e)
{
#define PLAYLISTS                                                                                            \
	" playlist_id IN (SELECT json_extract(after, '$.playlist_id') FROM change WHERE event_id = ?1"       \
	" AND name = 'entry' AND before IS NULL)"

	if (sql_change(db,
		"UPDATE main.entry SET position = -n.new FROM (SELECT id AS row, row_number() OVER"
		" (PARTITION BY playlist_id ORDER BY position) AS new FROM main.entry WHERE" PLAYLISTS ")"
		" AS n WHERE entry.id = n.row AND entry.position <> n.new",
		&event, 1, e) != ERR_NONE)
		return e->code;
	return sql_change(
	    db, "UPDATE main.entry SET position = -position WHERE position < 0 AND" PLAYLISTS, &event, 1, e);
#undef PLAYLISTS
}

/* Inside the transaction; what was looked up before may have changed since. */
static enum err_code
take_back(struct db *db, int64_t event, int64_t by, const struct edit_options *how, struct err *e)
{
	char kind[32];

	if (sql_exec(db, "PRAGMA defer_foreign_keys = ON", e) != ERR_NONE ||
	    look_up(db, event, kind, e) != ERR_NONE || want_blobs(db, event, e) != ERR_NONE ||
	    unearth_confirm(db, how->dry_run, e) != ERR_NONE || journal_tracks(db, event, e) != ERR_NONE ||
	    forget_all(db, event, how, e) != ERR_NONE ||
	    journal_take_back(db, event, how->progress, e) != ERR_NONE ||
	    close_gaps(db, event, e) != ERR_NONE || move_sources(db, event, e) != ERR_NONE ||
	    remember_taken_out(db, event, e) != ERR_NONE || check_references(db, event, e) != ERR_NONE ||
	    check_files(db, event, by, e) != ERR_NONE)
		return e->code;
	return mark_undone(db, event, by, e);
}

enum err_code
edit_undo(struct db *db, int64_t event, const struct edit_options *how, struct edit_result *r, struct err *e)
{
	struct buf data = { 0 };
	int64_t by = 0;
	char kind[32], id[24];

	*r = (struct edit_result){ 0 };
	if ((event == 0 && last_own(db, &event, e) != ERR_NONE) || look_up(db, event, kind, e) != ERR_NONE ||
	    chosen_start(db, NULL, 0, e) != ERR_NONE || want_blobs(db, event, e) != ERR_NONE ||
	    unearth_check(db, e) != ERR_NONE)
		return e->code;
	snprintf(id, sizeof id, "e%" PRId64, event);
	buf_putc(&data, '{'); /* so that the members know themselves the first */
	json_text(&data, "undoes", id);
	json_text(&data, "kind", kind);
	if (buf_ok(&data, e) != ERR_NONE || db_lock_shared(db, e) != ERR_NONE)
		goto out;
	if ((!how->dry_run && unearth_all(db, e) != ERR_NONE) || sql_begin(db, e) != ERR_NONE)
		goto unlock;
	if (journal_begin(db, &by, e) == ERR_NONE && take_back(db, event, by, how, e) == ERR_NONE)
		playlist_hunt_changed(db, e);
	if (edit_finish(db, by, "undo", data.data + 1, how, r, e) == ERR_NONE)
		r->undone = event;
unlock:
	db_unlock(db);
out:
	buf_free(&data);
	return e->code;
}
