/* SPDX-License-Identifier: MIT */
/* An import that is taken out again, in batches from its latest play down: what is another account of a play
 * goes before that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "store/history/priv.h"
#include "store/packed/packed.h"

/* Plays of other batches and imports that are other accounts of those from `first` on, in the order in which
 * they came: a temporary table, as there may be as many as plays. */
static enum err_code
find_accounts(struct db *db, int64_t import, int64_t first, struct err *e)
{
	if (sql_exec(db,
		"CREATE TABLE IF NOT EXISTS temp.account (id INTEGER PRIMARY KEY); DELETE FROM temp.account",
		e) != ERR_NONE)
		return e->code;
	return sql_change(db,
	    "INSERT INTO temp.account SELECT d.id FROM play g JOIN play d ON d.dup_of = g.id WHERE "
	    "g.import_id = ?1 AND g.id >= ?2 AND (d.import_id IS NOT ?1 OR d.id < ?2)",
	    (const int64_t[]){ import, first }, 2, e);
}
/* The play before `id` that it is another account of, without the import that goes; or 0. */
static enum err_code
find_before(struct db *db, int64_t import, int64_t id, int64_t *play, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT p.id FROM play d CROSS JOIN play p JOIN history h ON h.id = p.history_id WHERE d.id = ?2"
	    " AND p.id < ?2 AND p.import_id IS NOT ?1 AND " IS_NEAR("d.listener_id", "d.song_id", "d.start",
		"d.exact_s", "d.uncounted IS NOT NULL", "d.history_id",
		"d.heard_ms") " ORDER BY abs(p.start - d.start), p.id LIMIT 1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, import);
	sql_int(st, 2, id);
	sql_int(st, 20, PLAYS_NEAR_S);
	sql_int(st, 21, PLAYS_AGAIN_S);
	return row_id(db, st, play, e);
}

/* Each is compared with those that came before it, as when it was taken in. */
static enum err_code
stand_alone(struct db *db, int64_t import, int64_t first, struct err *e)
{
	int64_t id = 0, play;

	if (find_accounts(db, import, first, e) != ERR_NONE)
		return e->code;
	for (;;) {
		sqlite3_stmt *st =
		    sql_get(db, "SELECT id FROM temp.account WHERE id > ?1 ORDER BY id LIMIT 1", e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, id);
		if (row_id(db, st, &id, e) != ERR_NONE || id == 0 ||
		    find_before(db, import, id, &play, e) != ERR_NONE ||
		    sql_change(db, "UPDATE play SET dup_of = nullif(?1, 0) WHERE id = ?2",
			(const int64_t[]){ play, id }, 2, e) != ERR_NONE)
			return e->code;
	}
}

/* The first of its latest plays, at most FORGET_BATCH of them; 0: none is left. */
static enum err_code
next_batch(struct db *db, int64_t import, int64_t *first, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT min(id) FROM (SELECT id FROM play WHERE import_id = ?1 ORDER BY id DESC LIMIT ?2)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, import);
	sql_int(st, 2, FORGET_BATCH);
	return row_id(db, st, first, e);
}

static enum err_code
forget_batch(struct db *db, int64_t import, int64_t first, struct err *e)
{
	if (sql_begin(db, e) == ERR_NONE && stand_alone(db, import, first, e) == ERR_NONE &&
	    sql_change(db, "DELETE FROM play WHERE import_id = ?1 AND id >= ?2",
		(const int64_t[]){ import, first }, 2, e) == ERR_NONE)
		sql_commit(db, e);
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

/* -- beginning and end ----------------------------------------------------- */

struct forgotten {
	int64_t plays;
	char name[256];
	bool going;
};

static enum err_code
look(struct db *db, int64_t import, struct forgotten *f, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT (SELECT count(*) FROM play WHERE import_id = ?1), name, state = 'going' FROM play_import"
	    " WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, import);
	if (sql_step(db, st, e) == 1) {
		f->plays = sqlite3_column_int64(st, 0);
		snprintf(f->name, sizeof f->name, "%s", (const char *)sqlite3_column_text(st, 1));
		f->going = sqlite3_column_int(st, 2) != 0;
	} else if (e->code == ERR_NONE) {
		err_set(e, ERR_NOTFOUND, "there is no import h%" PRId64 ": see lib-import --history --list",
		    import);
	}
	sql_done(st);
	return e->code;
}

/* Files that told of plays which another import had brought are to be read again: those may be the ones that
 * go. */
static enum err_code
reopen(struct db *db, int64_t import, void (*again)(int64_t id, const char *name), struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE play_import SET state = 'open' WHERE shared > 0 AND state = 'whole' AND sha256 IS NOT "
	    "NULL AND id <> ?1 RETURNING id, name",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, import);
	while (sql_step(db, st, e) == 1)
		if (again != NULL)
			again(sqlite3_column_int64(st, 0), (const char *)sqlite3_column_text(st, 1));
	sql_done(st);
	return e->code;
}

static enum err_code
begin(struct db *db, int64_t import, void (*again)(int64_t id, const char *name), struct err *e)
{
	if (sql_begin(db, e) == ERR_NONE && reopen(db, import, again, e) == ERR_NONE &&
	    sql_change(db, "UPDATE play_import SET state = 'going' WHERE id = ?1", &import, 1, e) == ERR_NONE)
		sql_commit(db, e);
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

static enum err_code
tell(struct db *db, int64_t import, const struct forgotten *f, struct err *e)
{
	struct buf data = { 0 };
	char id[24];

	snprintf(id, sizeof id, "h%" PRId64, import);
	buf_puts(&data, "{");
	json_bytes(&data, "name", f->name, strlen(f->name));
	json_int(&data, "plays", f->plays);
	buf_puts(&data, "}");
	if (buf_ok(&data, e) == ERR_NONE)
		db_event(db, "history-forget", id, data.data, e);
	buf_free(&data);
	return e->code;
}

/* The rows that its plays alone needed. */
static enum err_code
end(struct db *db, int64_t import, const struct forgotten *f, void (*again)(int64_t id, const char *name),
    struct err *e)
{
	if (sql_begin(db, e) == ERR_NONE && reopen(db, import, again, e) == ERR_NONE &&
	    sql_exec(db,
		"DELETE FROM told WHERE NOT EXISTS (SELECT 1 FROM play p WHERE p.told_id = told.id);"
		"DELETE FROM song WHERE id NOT IN (SELECT song_id FROM told) AND id NOT IN (SELECT song_id "
		"FROM play);DELETE FROM history WHERE id NOT IN (SELECT history_id FROM play);"
		"DELETE FROM listener WHERE NOT EXISTS (SELECT 1 FROM play p WHERE p.listener_id = "
		"listener.id)",
		e) == ERR_NONE &&
	    sql_change(db, "DELETE FROM play_import WHERE id = ?1", &import, 1, e) == ERR_NONE &&
	    tell(db, import, f, e) == ERR_NONE && packed_refresh(db, false, NULL, e) == ERR_NONE)
		sql_commit(db, e);
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
import_forget(struct db *db, int64_t id, bool dry, int64_t *plays,
    void (*again)(int64_t id, const char *name), struct err *e)
{
	struct forgotten f = { 0 };
	int64_t first = 1;

	if (look(db, id, &f, e) != ERR_NONE)
		return e->code;
	*plays = f.plays;
	if (dry || (!f.going && begin(db, id, again, e) != ERR_NONE))
		return e->code;
	while (next_batch(db, id, &first, e) == ERR_NONE && first != 0)
		if (forget_batch(db, id, first, e) != ERR_NONE)
			return e->code;
	return e->code == ERR_NONE ? end(db, id, &f, again, e) : e->code;
}
