#include "store/removed.h"

#include <stdlib.h>

#include "store/sql.h"

static enum err_code
add(struct removed *r, int64_t id, struct err *e)
{
	int64_t *more = r->id;

	if ((r->n & (r->n - 1)) == 0) /* full at 0, 1, 2, 4, 8, ... */
		more = realloc(r->id, (r->n > 0 ? 2 * r->n : 1) * sizeof *more);
	if (more == NULL)
		return err_memory(e);
	r->id = more;
	more[r->n++] = id;
	return ERR_NONE;
}

enum err_code
removed_read(struct removed *r, struct db *db, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT id FROM track INDEXED BY track_removed WHERE removed IS NOT NULL ORDER BY id", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0)
		if (add(r, sqlite3_column_int64(st, 0), e) != ERR_NONE)
			break;
	sql_done(st);
	return e->code;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

bool
removed_has(const struct removed *r, int64_t track)
{
	return r->n > 0 && bsearch(&track, r->id, r->n, sizeof track, compare) != NULL;
}

void
removed_free(struct removed *r)
{
	free(r->id);
	*r = (struct removed){ 0 };
}
