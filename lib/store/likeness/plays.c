/* SPDX-License-Identifier: MIT */
/* What was heard together with tracks: within half an hour of one of them, by the same listener. */
#include <stdlib.h>
#include <string.h>

#include "store/likeness/priv.h"

enum { PLAYS_MAX = 195, PLAYS_LEAST = 5, AROUND_S = 1800 };

/* The latest plays of a recording, and those around each: the track, its recording, how often. */
static const char together[] =
    "WITH own AS (SELECT p.listener_id AS who, p.start AS at FROM told d JOIN play p ON p.told_id = d.id"
    " WHERE d.recording_id = ?1 AND p.uncounted IS NULL AND p.dup_of IS NULL ORDER BY p.start DESC LIMIT ?2)"
    " SELECT d.track_id, d.recording_id, count(DISTINCT own.at), (SELECT count(*) FROM own)"
    " FROM own CROSS JOIN play p ON p.start BETWEEN own.at - ?3 AND own.at + ?3 AND p.listener_id = own.who"
    " CROSS JOIN told d ON d.id = p.told_id WHERE p.uncounted IS NULL AND p.dup_of IS NULL"
    " AND d.track_id IS NOT NULL AND d.recording_id <> ?1 GROUP BY d.recording_id ORDER BY 3 DESC, 2 LIMIT "
    "?4";

static int
compare_recordings(const void *a, const void *b)
{
	const struct coplay *x = a, *y = b;

	return (x->recording > y->recording) - (x->recording < y->recording);
}

/* The most first. */
static int
compare_times(const void *a, const void *b)
{
	const struct coplay *x = a, *y = b;

	return x->times != y->times ? (y->times > x->times) - (y->times < x->times)
				    : compare_recordings(a, b);
}

/* What was heard with one of the tracks comes behind what is there. */
static enum err_code
load_one(struct db *db, int64_t recording, struct profile *p, struct coplay **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, together, e);
	struct coplay *more = realloc(*list, (*n + COPLAYS_MAX) * sizeof *more);
	int plays = 0;

	if (more == NULL)
		return err_memory(e);
	*list = more;
	if (st == NULL)
		return e->code;
	sql_int(st, 1, recording);
	sql_int(st, 2, PLAYS_MAX / (int)p->n + PLAYS_LEAST);
	sql_int(st, 3, AROUND_S);
	sql_int(st, 4, COPLAYS_MAX);
	for (int i = 0; i < COPLAYS_MAX && sql_step(db, st, e) > 0; i++) {
		struct coplay *c = &more[*n];

		plays = sqlite3_column_int(st, 3);
		c->track = sqlite3_column_int64(st, 0);
		c->recording = sqlite3_column_int64(st, 1);
		c->times = sqlite3_column_int(st, 2);
		*n += !profile_has(p, c->recording);
	}
	p->plays += plays;
	sql_done(st);
	return e->code;
}

/* Of each recording one, with all its times, sorted by recording; how many. */
static size_t
gather(struct coplay *list, size_t n)
{
	size_t count = 0;

	qsort(list, n, sizeof *list, compare_recordings);
	for (size_t i = 0; i < n; i++)
		if (count > 0 && list[count - 1].recording == list[i].recording)
			list[count - 1].times += list[i].times;
		else
			list[count++] = list[i];
	return count;
}

enum err_code
coplays_load(struct db *db, struct profile *p, struct err *e)
{
	struct coplay *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++)
		load_one(db, p->track[i].recording, p, &list, &n, e);
	if (e->code == ERR_NONE && n > 0) {
		n = gather(list, n);
		if (n > COPLAYS_MAX) {
			qsort(list, n, sizeof *list, compare_times);
			n = COPLAYS_MAX;
			qsort(list, n, sizeof *list, compare_recordings);
		}
		memcpy(p->coplay, list, n * sizeof *list);
		p->ncoplays = n;
	}
	free(list);
	return e->code;
}

int
coplays_of(const struct profile *p, int64_t recording)
{
	struct coplay wanted = { .recording = recording };
	const struct coplay *c = bsearch(&wanted, p->coplay, p->ncoplays, sizeof wanted, compare_recordings);

	return c != NULL ? c->times : 0;
}
