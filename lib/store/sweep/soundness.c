/* SPDX-License-Identifier: MIT */
/* What SQLite finds wrong with the catalogue, and the order in which it is looked at. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "store/sweep/sound.h"

enum { STEPS = 100000, SHARE = 4 /* of a time limit, that the catalogue may take */ };

void
sound_fault(struct soundness *k, const char *thing, const char *what, bool mended)
{
	struct err told = { 0 };

	err_set(&told, ERR_ATTENTION, "the catalogue: %s %s", thing, what);
	if (mended) {
		sweep_add(k->r, "rows", 1);
		sweep_act(k->s, k->r, "mend", told.msg, -1);
		k->r->changed = !k->s->dry_run;
		return;
	}
	sweep_add(k->r, "faults", 1);
	sweep_failed(k->s, &told);
}

/* -- the file ------------------------------------------------------------ */

/* Indexes are made anew from their tables; what else SQLite finds nobody can mend. */
static bool
is_of_an_index(const char *line)
{
	return strstr(line, "missing from index") != NULL || strstr(line, "in index") != NULL;
}

/* Its answer holds several lines a row. */
static void
read_lines(struct soundness *k, const char *text, int *bad, int *worse)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char line[200];

		snprintf(line, sizeof line, "%.*s", (int)len, text);
		if (strcmp(line, "ok") != 0 && strncmp(line, "***", 3) != 0) {
			bool mended = k->mends && is_of_an_index(line);

			sound_fault(k, "SQLite says:", line, mended);
			++*bad;
			*worse += !mended;
		}
		text += len + (text[len] == '\n');
	}
}

static enum err_code
check(struct soundness *k, int *bad, int *worse, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db, "PRAGMA integrity_check(20)", e);

	if (st == NULL)
		return e->code;
	while (sql_step(k->db, st, e) == 1) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		read_lines(k, text != NULL ? text : "", bad, worse);
	}
	sql_done(st);
	if (*worse == 0)
		return e->code;
	*e = (struct err){ 0 };
	return err_set(e, ERR_LIBRARY,
	    "the database is damaged: keep it, and go back to a copy of it (lib-sweep restore), or make it "
	    "anew (lib-sweep rebuild)");
}

static enum err_code
reindex(struct soundness *k, struct err *e)
{
	if (sql_begin(k->db, e) != ERR_NONE)
		return e->code;
	if (sql_exec(k->db, "REINDEX", e) != ERR_NONE || sql_commit(k->db, e) != ERR_NONE)
		sql_rollback(k->db);
	return e->code;
}

static enum err_code
ask_sqlite(struct soundness *k, struct err *e)
{
	int bad = 0, worse = 0;

	if (check(k, &bad, &worse, e) != ERR_NONE || bad == 0 || !k->mends || k->s->dry_run ||
	    reindex(k, e) != ERR_NONE)
		return e->code;
	bad = 0;
	k->mends = false; /* what is still there is not of an index after all */
	check(k, &bad, &worse, e);
	k->mends = true;
	return e->code;
}

/* -- foreign keys -------------------------------------------------------- */

/* A table's column that names rows which are not there. */
struct key {
	char table[64], column[64], parent[64], to[64];
	bool goes;           /* the row goes with its parent */
	bool forget;         /* else the column may be NULL */
	int64_t rows, first; /* how many break it, and the first of them, 0 where it has no number */
};

/* The statement that takes the rows, or the names in them, away. */
static char *
mending(const struct key *key)
{
	const char *where =
	    "\"%w\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \"%w\" p WHERE p.\"%w\" = \"%w\".\"%w\")";
	char *condition = sqlite3_mprintf(where, key->column, key->parent, key->to, key->table, key->column);
	char *sql = key->goes
	    ? sqlite3_mprintf("DELETE FROM \"%w\" WHERE %s", key->table, condition)
	    : sqlite3_mprintf("UPDATE \"%w\" SET \"%w\" = NULL WHERE %s", key->table, key->column, condition);

	sqlite3_free(condition);
	return sql;
}

static enum err_code
mend_key(struct soundness *k, const struct key *key, struct err *e)
{
	char *sql = mending(key);

	if (sql == NULL)
		return err_memory(e);
	if (sql_begin(k->db, e) == ERR_NONE &&
	    (sql_exec(k->db, sql, e) != ERR_NONE || sql_commit(k->db, e) != ERR_NONE))
		sql_rollback(k->db);
	sqlite3_free(sql);
	return e->code;
}

static void
text(sqlite3_stmt *st, int column, char out[64])
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	snprintf(out, 64, "%s", s != NULL ? s : "id");
}

/* The next key that is broken, after the first `skip` of them: 1, 0, -1. */
static int
broken_key(struct soundness *k, int skip, struct key *key, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT c.\"table\", l.\"from\", c.parent, l.\"to\", l.on_delete = 'CASCADE', NOT i.\"notnull\", "
	    "count(*), min(c.rowid)"
	    " FROM pragma_foreign_key_check c JOIN pragma_foreign_key_list(c.\"table\") l ON l.id = c.fkid"
	    " JOIN pragma_table_info(c.\"table\") i ON i.name = l.\"from\""
	    " GROUP BY c.\"table\", c.fkid ORDER BY 1, c.fkid LIMIT 1 OFFSET ?1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, skip);
	step = sql_step(k->db, st, e);
	if (step == 1) {
		text(st, 0, key->table);
		text(st, 1, key->column);
		text(st, 2, key->parent);
		text(st, 3, key->to);
		key->goes = sqlite3_column_int(st, 4) != 0;
		key->forget = sqlite3_column_int(st, 5) != 0;
		key->rows = sqlite3_column_int64(st, 6);
		key->first = sqlite3_column_int64(st, 7);
	}
	sql_done(st);
	return step;
}

static void
tell_key(struct soundness *k, const struct key *key, bool mends)
{
	char thing[120], what[160];

	if (key->rows == 1 && key->first != 0)
		snprintf(thing, sizeof thing, "%s row %lld", key->table, (long long)key->first);
	else
		snprintf(thing, sizeof thing, "%lld of table %s", (long long)key->rows, key->table);
	snprintf(what, sizeof what, "name%s something of %s that is not there", key->rows == 1 ? "s" : "",
	    key->parent);
	sound_fault(k, thing, what, mends);
}

static enum err_code
ask_keys(struct soundness *k, struct err *e)
{
	struct key key;
	int skip = 0;

	while (e->code == ERR_NONE && broken_key(k, skip, &key, e) == 1) {
		bool mends = k->mends && (key.goes || key.forget);

		tell_key(k, &key, mends);
		if (mends && !k->s->dry_run)
			mend_key(k, &key, e);
		else
			skip++;
	}
	return e->code;
}

enum err_code
sound_sqlite(struct soundness *k, struct err *e)
{
	return ask_sqlite(k, e) == ERR_NONE ? ask_keys(k, e) : e->code;
}

/* -- all of it ----------------------------------------------------------- */

/* A signal ends a long look. */
static int
is_stopped(void *context)
{
	return sweep_stopped(context);
}

static enum err_code
go(struct soundness *k, struct err *e)
{
	struct sweep copy = *k->s;

	if (k->s->progress != NULL)
		k->s->progress(NULL, "checking the catalogue", 0, 0, 0);
	sqlite3_progress_handler(k->db->sql, STEPS, is_stopped, &copy);
	if (sound_sqlite(k, e) == ERR_NONE && sound_rules(k, e) == ERR_NONE && sound_index(k, e) == ERR_NONE)
		sound_derived(k, e);
	sqlite3_progress_handler(k->db->sql, 0, NULL, NULL);
	if (sweep_stopped(k->s)) {
		*e = (struct err){ 0 };
		return err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	}
	return e->code;
}

enum err_code
sweep_soundness(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct soundness k = { .db = db, .s = s, .r = r };

	if (s->scrub.time_limit_ms > 0)
		k.until_ms = time_monotonic_ms() + s->scrub.time_limit_ms / SHARE;
	return go(&k, e);
}

enum err_code
sweep_mend(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct soundness k = { .db = db, .s = s, .r = r, .mends = true };

	return go(&k, e);
}
