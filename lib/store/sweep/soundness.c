/* The catalogue against itself: fonoteca-library(5)'s invariants as far as rows can tell. */
#include <stdio.h>
#include <string.h>

#include "store/sweep/priv.h"

enum { STEPS = 100000 };

/* What must not be there: how many there are, and the first. */
static const struct {
	const char *sql; /* the violators, a text each */
	const char *what;
} rules[] = {
	{ "SELECT 'playlist ' || name FROM playlist p WHERE EXISTS (SELECT 1 FROM entry WHERE playlist_id = "
	  "p.id)"
	  " AND (SELECT max(position) FROM entry WHERE playlist_id = p.id) <>"
	  " (SELECT count(*) FROM entry WHERE playlist_id = p.id)",
	    "has gaps among its positions" },
	{ "SELECT 'track ' || id FROM track t WHERE removed IS NULL AND NOT EXISTS"
	  " (SELECT 1 FROM doc WHERE track_id = t.id)",
	    "is not in the search index" },
	{ "SELECT 'track ' || track_id FROM doc WHERE NOT EXISTS"
	  " (SELECT 1 FROM track WHERE id = track_id AND removed IS NULL)",
	    "is in the search index, but not in the catalogue" },
	{ "SELECT 'track ' || id FROM track t WHERE EXISTS (SELECT 1 FROM file WHERE track_id = t.id)"
	  " AND NOT EXISTS (SELECT 1 FROM file WHERE track_id = t.id AND preferred = 1)",
	    "has no preferred file" },
	{ "SELECT 'file of blob ' || lower(hex(b.sha256)) FROM blob b WHERE damaged AND EXISTS"
	  " (SELECT 1 FROM file WHERE blob_id = b.id AND state = 'ok')",
	    "is said to be whole, its blob to be damaged" },
	{ "SELECT 'session s' || s.id FROM session s WHERE s.state = 'committed' AND EXISTS"
	  " (SELECT 1 FROM item WHERE session_id = s.id AND state IN ('pending', 'reading', 'staged'))",
	    "is committed, some of its items are not" },
};

static void
fault(const struct sweep *s, struct sweep_report *r, const char *thing, const char *what)
{
	struct err told = { 0 };

	err_set(&told, ERR_ATTENTION, "the catalogue: %s %s", thing, what);
	sweep_add(r, "faults", 1);
	sweep_failed(s, &told);
}

/* Its answer holds several lines a row. */
static bool
tell_lines(const struct sweep *s, struct sweep_report *r, const char *text)
{
	bool bad = false;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char line[200];

		snprintf(line, sizeof line, "%.*s", (int)len, text);
		if (strcmp(line, "ok") != 0 && strncmp(line, "***", 3) != 0) {
			fault(s, r, "SQLite says:", line);
			bad = true;
		}
		text += len + (text[len] == '\n');
	}
	return bad;
}

static enum err_code
ask_sqlite(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "PRAGMA integrity_check(20)", e);
	bool broken = false;

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) == 1) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		broken |= tell_lines(s, r, text != NULL ? text : "");
	}
	sql_done(st);
	if (!broken)
		return e->code;
	*e = (struct err){ 0 };
	return err_set(e, ERR_LIBRARY, "the database is damaged: keep it, and go back to a copy of it");
}

static enum err_code
ask_keys(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT \"table\" || ' row ' || ifnull(rowid, '?'), parent FROM pragma_foreign_key_check", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) == 1) {
		char what[128];

		snprintf(what, sizeof what, "names something of %s that is not there",
		    (const char *)sqlite3_column_text(st, 1));
		fault(s, r, (const char *)sqlite3_column_text(st, 0), what);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
ask_rule(struct db *db, const struct sweep *s, struct sweep_report *r, size_t i, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(db, rules[i].sql, e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) == 1)
		fault(s, r, (const char *)sqlite3_column_text(st, 0), rules[i].what);
	sqlite3_finalize(st);
	return e->code;
}

/* A signal ends a long look. */
static int
is_stopped(void *context)
{
	return sweep_stopped(context);
}

enum err_code
sweep_soundness(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct sweep copy = *s;

	if (s->progress != NULL)
		s->progress(NULL, "catalogue", 0, 0, 0);
	sqlite3_progress_handler(db->sql, STEPS, is_stopped, &copy);
	ask_sqlite(db, s, r, e);
	if (e->code == ERR_NONE)
		ask_keys(db, s, r, e);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0] && e->code == ERR_NONE; i++)
		ask_rule(db, s, r, i, e);
	sqlite3_progress_handler(db->sql, 0, NULL, NULL);
	if (sweep_stopped(s)) {
		*e = (struct err){ 0 };
		return err_set(e, ERR_INTERRUPTED, "interrupted: the next run goes on");
	}
	return e->code;
}
