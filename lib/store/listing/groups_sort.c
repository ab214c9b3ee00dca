/* SPDX-License-Identifier: MIT */
/* Albums by artist and title, artists by name: the database has the order, and is asked for no more of it
 * than is wanted. */
#include <stdlib.h>

#include "store/listing/groups_priv.h"
#include "store/sql.h"

/* Where each id is: 1 + place in the list, 0: nowhere. */
struct places {
	uint32_t *of;
	int64_t n;
};

static enum err_code
find_places(struct places *p, const struct groups *g, struct err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->list[i].id >= p->n)
			p->n = g->list[i].id + 1;
	p->of = calloc((size_t)p->n + 1, sizeof *p->of);
	if (p->of == NULL)
		return err_memory(e);
	for (size_t i = 0; i < g->n; i++)
		p->of[g->list[i].id] = (uint32_t)i + 1;
	return ERR_NONE;
}

static void
put_next(struct groups *g, struct places *p, size_t to, size_t from)
{
	struct group moved = g->list[to];

	g->list[to] = g->list[from];
	g->list[from] = moved;
	p->of[moved.id] = (uint32_t)from + 1;
	p->of[g->list[to].id] = 0; /* it is where it belongs */
}

/* The first `most` names there are: those of the groups come to their places.  How many came. */
static size_t
sort_some(struct db *db, enum group_by by, struct groups *g, struct places *p, size_t wanted, int64_t most,
    struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    by == GROUP_ALBUMS ? "SELECT id FROM release WHERE album IS NOT NULL ORDER BY albumartist_key,"
				 " album_key, id LIMIT ?"
			       : "SELECT id FROM artist ORDER BY key, name LIMIT ?",
	    e);
	size_t done = 0;

	if (st == NULL)
		return 0;
	sql_int(st, 1, most);
	while (done < wanted && sql_step(db, st, e) > 0) {
		int64_t id = sqlite3_column_int64(st, 0);

		if (id > 0 && id < p->n && p->of[id] != 0)
			put_next(g, p, done++, p->of[id] - 1);
	}
	sql_done(st);
	return done;
}

enum err_code
groups_sort(struct db *db, enum group_by by, struct groups *g, int64_t first, struct err *e)
{
	size_t wanted = first >= 0 && (size_t)first < g->n ? (size_t)first : g->n;
	struct places p = { NULL, 0 };
	size_t done = 0;

	/* names that are in none of the groups come between: more of them then, and in the end all */
	for (int64_t most = 2 * (int64_t)wanted + 100; done < wanted && e->code == ERR_NONE; most *= 32) {
		free(p.of);
		p = (struct places){ NULL, 0 };
		if (wanted == g->n || most > (int64_t)1 << 40)
			most = -1;
		if (find_places(&p, g, e) == ERR_NONE)
			done = sort_some(db, by, g, &p, wanted, most, e);
		if (most < 0)
			break;
	}
	free(p.of);
	return e->code;
}
