/* SPDX-License-Identifier: MIT */
/* The tracks of an edit, and what became of each, in a table of this connection: however many they are. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "store/edit/priv.h"
#include "store/history/plays.h"
#include "store/index.h"
#include "store/packed/packed.h"

enum err_code
chosen_start(struct db *db, const int64_t *tracks, size_t n, struct err *e)
{
	if (sql_exec(db,
		"CREATE TABLE IF NOT EXISTS temp.chosen (seq INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE,"
		" changed INTEGER NOT NULL DEFAULT 0, forgotten INTEGER NOT NULL DEFAULT 0, line TEXT);"
		"DELETE FROM temp.chosen",
		e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n; i++)
		if (sql_change(db, "INSERT OR IGNORE INTO temp.chosen (id) VALUES (?1)", &tracks[i], 1, e) !=
		    ERR_NONE)
			return e->code;
	return ERR_NONE;
}

int
chosen_next(struct db *db, const struct edit_options *how, const char *stage, int64_t *seq, int64_t *track,
    struct err *e)
{
	const struct progress *p = how->progress;
	sqlite3_stmt *st =
	    sql_get(db, "SELECT seq, id FROM temp.chosen WHERE seq > ?1 ORDER BY seq LIMIT 1", e);
	int step;

	if (st == NULL || edit_go_on(p, e) != ERR_NONE)
		return -1;
	if (p != NULL && p->report != NULL && *seq % 64 == 0)
		p->report(p->context, stage, *seq, 0, 0);
	sql_int(st, 1, *seq);
	step = sql_step(db, st, e);
	if (step == 1) {
		*seq = sqlite3_column_int64(st, 0);
		*track = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return step;
}

enum err_code
chosen_check(struct db *db, bool live, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT c.id, t.id IS NULL, count(*), min(c.seq) FROM temp.chosen c LEFT JOIN main.track t ON "
	    "t.id = c.id"
	    " WHERE t.id IS NULL OR (?1 AND t.removed IS NOT NULL) GROUP BY t.id IS NULL ORDER BY 2 DESC",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, live);
	if (sql_step(db, st, e) == 1) {
		int64_t id = sqlite3_column_int64(st, 0), more = sqlite3_column_int64(st, 2) - 1;
		char others[64] = "";

		if (more > 0)
			snprintf(others, sizeof others, ", nor are %" PRId64 " of the others there", more);
		if (sqlite3_column_int(st, 1) != 0)
			err_set(e, ERR_NOTFOUND, "there is no track %" PRId64 "%s; nothing was changed", id,
			    others);
		else
			err_set(e, ERR_STATE,
			    "track %" PRId64 " was removed, and nothing was changed; to bring it back:"
			    " lib-commit --restore %" PRId64,
			    id, id);
	}
	sql_done(st);
	return e->code;
}

enum err_code
chosen_forget(struct db *db, int64_t track, struct err *e)
{
	if (index_forget(db, track, e) != ERR_NONE)
		return e->code;
	return sql_change(db, "UPDATE temp.chosen SET forgotten = 1 WHERE id = ?1", &track, 1, e);
}

enum err_code
chosen_changed(struct db *db, int64_t track, const char *line, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE temp.chosen SET changed = 1, line = iif(?2 IS NULL, line, ifnull(line, '') || ?2)"
	    " WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_text(st, 2, line);
	return sql_run(db, st, e);
}

static enum err_code
count(struct db *db, struct edit_result *r, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT ifnull(sum(changed), 0), ifnull(sum(changed = 0), 0) FROM temp.chosen", e);

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1) {
		r->changed = sqlite3_column_int64(st, 0);
		r->unchanged = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

/* Nothing else is written between two tracks: each statement that might be rolled back by itself makes the
 * index write out what it has gathered. */
static enum err_code
index_again(struct db *db, const struct edit_options *how, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM temp.chosen WHERE forgotten ORDER BY id", e);

	if (st == NULL)
		return e->code;
	while (edit_go_on(how->progress, e) == ERR_NONE && sql_step(db, st, e) == 1)
		index_track(db, sqlite3_column_int64(st, 0), e);
	sql_done(st);
	return e->code == ERR_NONE ? packed_refresh(db, false, NULL, e) : e->code;
}

/* Other words, or another MBID, may be those of plays that were not found. */
static enum err_code
meet_plays(struct db *db, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM temp.chosen WHERE changed ORDER BY id", e);

	if (st == NULL)
		return e->code;
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1)
		plays_meet(db, sqlite3_column_int64(st, 0), e);
	sql_done(st);
	return e->code;
}

enum err_code
chosen_settle(
    struct db *db, const struct edit_options *how, int64_t now, struct edit_result *r, struct err *e)
{
	if (count(db, r, e) != ERR_NONE ||
	    sql_change(db,
		"UPDATE main.track SET modified = ?1 WHERE id IN (SELECT id FROM temp.chosen WHERE changed)",
		&now, 1, e) != ERR_NONE ||
	    index_again(db, how, e) != ERR_NONE)
		return e->code;
	return meet_plays(db, e);
}

static void
compose(const struct edit_options *how, int64_t id, const char *line, struct buf *out)
{
	if (!how->json) {
		buf_printf(out, "%" PRId64 "%s", id, how->ids ? "" : line);
		return;
	}
	json_open(out, "track");
	json_int(out, "id", id);
	if (how->dry_run)
		json_bool(out, "dry_run", true);
	if (!how->ids && *line != '\0') { /* members, each after a comma */
		json_object_begin(out, "changed");
		buf_puts(out, line + 1);
		json_object_end(out);
	}
	json_close(out);
}

/* The next line, where changed tracks come in order: 1, 0, -1. */
static int
next_line(struct db *db, const struct edit_options *how, int64_t *seq, struct buf *line, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT seq, id, ifnull(line, '') FROM temp.chosen WHERE changed AND seq > ?1 ORDER BY seq LIMIT "
	    "1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, *seq);
	step = sql_step(db, st, e);
	if (step == 1) {
		*seq = sqlite3_column_int64(st, 0);
		compose(how, sqlite3_column_int64(st, 1), (const char *)sqlite3_column_text(st, 2), line);
	}
	sql_done(st);
	return step;
}

enum err_code
chosen_tell(struct db *db, const struct edit_options *how, struct err *e)
{
	struct buf line = { 0 };
	int64_t seq = 0;

	while (next_line(db, how, &seq, &line, e) == 1 && buf_ok(&line, e) == ERR_NONE) {
		how->line(how->context, &line);
		buf_clear(&line);
	}
	buf_free(&line);
	return e->code;
}

enum err_code
chosen_lines(struct db *db, const struct edit_options *how, struct buf *out, struct err *e)
{
	int64_t seq = 0;

	while (next_line(db, how, &seq, out, e) == 1)
		buf_putc(out, '\0');
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

void
chosen_tell_lines(const struct edit_options *how, const struct buf *lines)
{
	struct buf line = { 0 };

	for (size_t at = 0; at < lines->len; at += strlen(lines->data + at) + 1) {
		buf_puts(&line, lines->data + at);
		how->line(how->context, &line);
		buf_clear(&line);
	}
	buf_free(&line);
}
