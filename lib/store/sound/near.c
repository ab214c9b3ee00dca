/* SPDX-License-Identifier: MIT */
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
apart(const int8_t *a, const int8_t *b)
{
	int sum = 0;

	for (int i = 0; i < SOUND_VECTOR; i++) {
		int off = a[i] - b[i];

		sum += off * off;
	}
	return (float)sum / (SOUND_VECTOR * NEAR_UNIT * NEAR_UNIT);
}

/* Tracks that sound alike, and their middle. */
struct groups {
	struct group {
		int n, sum[SOUND_VECTOR];
		int8_t v[SOUND_VECTOR];
	} of[NEAR_GROUPS];
	int n, largest;
};

static void
join(struct groups *g, const int8_t *v)
{
	int nearest = 0;

	for (int i = 1; i < g->n; i++)
		if (apart(g->of[i].v, v) < apart(g->of[nearest].v, v))
			nearest = i;
	if (g->n == 0 || (g->n < NEAR_GROUPS && apart(g->of[nearest].v, v) >= 1))
		nearest = g->n++;
	g->of[nearest].n++;
	g->largest = g->of[nearest].n > g->largest ? g->of[nearest].n : g->largest;
	for (int i = 0; i < SOUND_VECTOR; i++) {
		g->of[nearest].sum[i] += v[i];
		g->of[nearest].v[i] = (int8_t)(g->of[nearest].sum[i] / g->of[nearest].n);
	}
}

static int
by_track(const void *track, const void *packed)
{
	int64_t a = *(const int64_t *)track, b = ((const struct packed_sound *)packed)->track;

	return (a > b) - (a < b);
}

static float
distance(const struct groups *g, const int8_t *v)
{
	float least = 2 * INT8_MAX;

	for (int i = 0; i < g->n; i++) {
		float far = apart(g->of[i].v, v);

		if (far < 1)
			far = 1 - (1 - far) * (float)g->of[i].n / (float)g->largest;
		least = far < least ? far : least;
	}
	return least;
}

enum err_code
sound_near(
    struct db *db, const int64_t *tracks, size_t ntracks, struct sound_near **ret, size_t *n, struct err *e)
{
	struct packed_sound *all = NULL;
	struct sound_near *list = NULL;
	struct groups g = { .n = 0 };
	size_t count = 0;

	*n = 0;
	if (read_all(db, &all, &count, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < ntracks && count > 0; i++) {
		const struct packed_sound *own = bsearch(&tracks[i], all, count, sizeof *all, by_track);

		if (own != NULL)
			join(&g, own->v);
	}
	if (g.n == 0)
		goto out;
	list = malloc(count * sizeof *list);
	if (list == NULL) {
		err_memory(e);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = (struct sound_near){ all[i].track, distance(&g, all[i].v) };
	*ret = list;
	*n = count;
out:
	free(all);
	return e->code;
}
