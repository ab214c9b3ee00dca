/* SPDX-License-Identifier: MIT */
#include "store/playlist/nearest.h"

#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "store/sql.h"

char *
playlist_nearest(struct db *db, const char *name)
{
	struct err ignored = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT name FROM playlist ORDER BY name", &ignored);
	int least = strlen(name) < 5 ? 2 : 3;
	char *best = NULL;

	while (st != NULL && sql_step(db, st, &ignored) > 0) {
		const char *other = (const char *)sqlite3_column_text(st, 0);
		int d = near_distance(name, other);

		if (d >= least)
			continue;
		least = d;
		free(best);
		best = strdup(other);
	}
	sql_done(st);
	return best;
}
