/* SPDX-License-Identifier: MIT */
#include "intake/retry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "intake/walk/walk.h"
#include "store/session/items.h"
#include "store/session/resting.h"

static enum err_code
nothing_due(struct db *db, int64_t session, struct err *e)
{
	char when[TIME_TEXT];
	int64_t next = 0;

	if (session_next_due(db, session, &next, e) != ERR_NONE)
		return e->code;
	if (next == 0)
		return err_set(
		    e, ERR_NOMATCH, "nothing of session s%" PRId64 " is ever due by itself", session);
	return err_set(e, ERR_NOMATCH, "nothing of session s%" PRId64 " is due before %s", session,
	    time_format(next, when));
}

/* Leave out what lies below a root that rests; *first is the one that is up soonest. */
static enum err_code
leave_resting(
    struct db *db, char **roots, size_t nroots, char **paths, size_t *n, struct resting *first, struct err *e)
{
	signed char *rests = calloc(nroots + 1, 1); /* 0: not asked yet, 1: yes, -1: no */
	struct resting r = { 0 };
	size_t kept = 0;

	if (rests == NULL)
		return err_memory(e);
	for (size_t i = 0; i < *n; i++) {
		long root = roots_find(roots, nroots, paths[i]);
		int found = 0;

		if (root >= 0 && rests[root] == 0 && e->code == ERR_NONE) {
			found = resting_find(db, roots[root], &r, e);
			rests[root] = found == 1 ? 1 : -1;
		}
		if (found == 1 && (first->root == NULL || r.until < first->until)) {
			resting_free(first);
			*first = r;
			r = (struct resting){ 0 };
		}
		if (root >= 0 && rests[root] == 1)
			free(paths[i]);
		else
			paths[kept++] = paths[i];
	}
	paths[kept] = NULL;
	*n = kept;
	resting_free(&r);
	free(rests);
	return e->code;
}

enum err_code
retry_paths(struct db *db, int64_t session, bool due, char ***ret, size_t *ret_n, struct err *e)
{
	struct resting first = { 0 };
	char **paths = NULL, **roots = NULL, when[TIME_TEXT];
	size_t n = 0, nroots = 0;

	if ((!due && items_fail_lost(db, session, e) != ERR_NONE) ||
	    session_failed_paths(db, session, due, &paths, &n, e) != ERR_NONE)
		return e->code;
	if (due && n == 0)
		nothing_due(db, session, e);
	else if (due && session_roots(db, session, &roots, &nroots, e) == ERR_NONE &&
	    leave_resting(db, roots, nroots, paths, &n, &first, e) == ERR_NONE && n == 0)
		err_set(e, ERR_BUSY, "%.512s rests until %s: %.256s", first.root,
		    time_format(first.until, when), first.reason);
	resting_free(&first);
	paths_free(roots);
	if (e->code != ERR_NONE) {
		paths_free(paths);
		return e->code;
	}
	*ret = paths;
	*ret_n = n;
	return ERR_NONE;
}
