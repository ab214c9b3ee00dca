/* What was heard together with a track: within half an hour of it, by the same listener. */
#include <stdlib.h>

#include "store/likeness/priv.h"

enum { PLAYS_MAX = 200, AROUND_S = 1800 };

/* Its latest plays, and those around each: the track, its recording, how often. */
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

enum err_code
coplays_load(struct db *db, struct profile *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, together, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, p->recording);
	sql_int(st, 2, PLAYS_MAX);
	sql_int(st, 3, AROUND_S);
	sql_int(st, 4, COPLAYS_MAX);
	while (p->ncoplays < COPLAYS_MAX && sql_step(db, st, e) > 0) {
		struct coplay *c = &p->coplay[p->ncoplays++];

		c->track = sqlite3_column_int64(st, 0);
		c->recording = sqlite3_column_int64(st, 1);
		c->times = sqlite3_column_int(st, 2);
		p->plays = sqlite3_column_int(st, 3);
	}
	sql_done(st);
	qsort(p->coplay, p->ncoplays, sizeof p->coplay[0], compare_recordings);
	return e->code;
}

int
coplays_of(const struct profile *p, int64_t recording)
{
	struct coplay wanted = { .recording = recording };
	const struct coplay *c = bsearch(&wanted, p->coplay, p->ncoplays, sizeof wanted, compare_recordings);

	return c != NULL ? c->times : 0;
}
