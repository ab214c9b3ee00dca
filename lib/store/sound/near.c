#include "store/sound/near.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

/* All chunks, one behind the other. */
static enum err_code
read_all(struct db *db, struct packed_sound **ret, size_t *count, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT v FROM sound_near ORDER BY chunk", e);
	struct packed_sound *list = NULL;
	size_t n = 0;

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) == 1) {
		size_t more = (size_t)sqlite3_column_bytes(st, 0) / sizeof *list;
		struct packed_sound *longer = realloc(list, (n + more + 1) * sizeof *longer);

		if (longer == NULL) {
			err_memory(e);
			break;
		}
		list = longer;
		if (more > 0)
			memcpy(list + n, sqlite3_column_blob(st, 0), more * sizeof *list);
		n += more;
	}
	sql_done(st);
	*ret = list;
	*count = n;
	return e->code;
}

static float
apart(const struct packed_sound *a, const struct packed_sound *b)
{
	int sum = 0;

	for (int i = 0; i < SOUND_VECTOR; i++) {
		int off = a->v[i] - b->v[i];

		sum += off * off;
	}
	return (float)sum / (SOUND_VECTOR * NEAR_UNIT * NEAR_UNIT);
}

enum err_code
sound_near(struct db *db, int64_t track, struct sound_near **ret, size_t *n, struct err *e)
{
	struct packed_sound *all = NULL;
	const struct packed_sound *self = NULL;
	struct sound_near *list = NULL;
	size_t count = 0;

	*n = 0;
	if (read_all(db, &all, &count, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < count && self == NULL; i++)
		if (all[i].track == track)
			self = &all[i];
	if (self == NULL)
		goto out;
	list = malloc(count * sizeof *list);
	if (list == NULL) {
		err_memory(e);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = (struct sound_near){ all[i].track, apart(self, &all[i]) };
	*ret = list;
	*n = count;
out:
	free(all);
	return e->code;
}
