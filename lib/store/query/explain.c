/* SPDX-License-Identifier: MIT */
#include "store/query/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "store/query/run.h"
#include "store/sql.h"

void
explanation_free(struct explanation *x)
{
	for (size_t i = 0; i < x->nsteps; i++)
		free(x->steps[i].index);
	free(x->steps);
	free(x->places);
	*x = (struct explanation){ 0 };
}

/* What SQLite tells of its statements while a search runs; the index runs some inside others. */
struct watch {
	struct explanation *x;
	struct running {
		void *statement;
		int64_t began, rows;
	} running[16];
	int n;
	bool failed; /* memory was out */
};

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The text between "fts MATCH '" and its closing quote; what else gives the rows. */
static char *
index_of(const char *sql)
{
	const char *at = strstr(sql, "fts MATCH '");
	struct buf b = { 0 };

	if (at == NULL)
		return strdup(strstr(sql, "FROM skey") != NULL ? "keys" : "rows");
	for (at += 11; *at != '\0' && (*at != '\'' || at[1] == '\''); at++) {
		at += *at == '\'';
		buf_putc(&b, *at);
	}
	return buf_detach(&b);
}

/* Statements name themselves in a comment at their end: run_step_name(). */
static void
add_step(struct watch *w, sqlite3_stmt *st, const struct running *r)
{
	struct explanation *x = w->x;
	const char *name = run_step_name(sqlite3_sql(st));
	struct step *step = NULL, *more;
	char *sql;

	if (name == NULL && strstr(sqlite3_sql(st), "fts_") != NULL) /* the index's own, part of another */
		return;
	for (size_t i = 0; i < x->nsteps && name == NULL; i++)
		if (x->steps[i].index == NULL)
			step = &x->steps[i];
	if (step == NULL) {
		more = realloc(x->steps, (x->nsteps + 1) * sizeof *more);
		if (more == NULL) {
			w->failed = true;
			return;
		}
		x->steps = more;
		step = &more[x->nsteps++];
		*step = (struct step){ .name = name != NULL ? name : "look up" };
	}
	step->rows += r->rows;
	step->us += now_us() - r->began;
	if (name == NULL)
		return;
	sql = sqlite3_expanded_sql(st);
	step->index = sql != NULL ? index_of(sql) : NULL;
	w->failed |= step->index == NULL;
	sqlite3_free(sql);
}

static int
on_event(unsigned type, void *context, void *st, void *unused)
{
	struct watch *w = context;
	int i = w->n - 1;

	(void)unused;
	while (i >= 0 && w->running[i].statement != st)
		i--;
	if (type == SQLITE_TRACE_STMT && i < 0 && w->n < (int)(sizeof w->running / sizeof w->running[0])) {
		w->running[w->n++] = (struct running){ st, now_us(), 0 };
	} else if (type == SQLITE_TRACE_ROW && i >= 0) {
		w->running[i].rows++;
	} else if (type == SQLITE_TRACE_PROFILE && i >= 0) {
		add_step(w, st, &w->running[i]);
		w->running[i] = w->running[--w->n];
	}
	return 0;
}

enum err_code
explain_run(
    struct query *q, struct db *db, int64_t limit, int64_t offset, struct explanation *x, struct err *e)
{
	struct watch w = { .x = x };

	sqlite3_trace_v2(db->sql, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE, on_event, &w);
	(void)query_places(q, db, limit, offset, &x->places, &x->nplaces, e);
	sqlite3_trace_v2(db->sql, 0, NULL, NULL);
	return w.failed && e->code == ERR_NONE ? err_memory(e) : e->code;
}

static enum err_code
must_exist(struct db *db, int64_t track, struct err *e)
{
	int64_t there;

	if (sql_number(db, "SELECT 1 FROM track WHERE id = ?1 AND removed IS NULL", &track, 1, &there, e) ==
	    0)
		err_set(e, ERR_NOTFOUND, "there is no track %" PRId64, track);
	return e->code;
}

enum err_code
explain_why(struct query *q, struct db *db, int64_t track, int64_t *rank, struct buf *reasons, struct err *e)
{
	struct place_of *places = NULL;
	size_t n = 0;

	*rank = 0;
	if (must_exist(db, track, e) != ERR_NONE || query_places(q, db, -1, 0, &places, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && *rank == 0; i++)
		if (places[i].id == track) {
			*rank = (int64_t)i + 1;
			buf_puts(reasons, places[i].reasons);
		}
	free(places);
	return *rank == 0 ? query_misses(q, db, track, reasons, e) : e->code;
}
