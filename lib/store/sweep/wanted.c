/* SPDX-License-Identifier: MIT */
/* The blobs that have to be found again (repair.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "store/sweep/repair.h"

static enum err_code
add(struct repair *p, const struct wanted *w, struct err *e)
{
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 64 : 2 * p->cap;
		struct wanted *more = realloc(p->v, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		p->v = more;
		p->cap = cap;
	}
	p->v[p->n++] = *w;
	return ERR_NONE;
}

/* Is there anything wrong with it, as far as a look at its name tells? */
static bool
is_wanted(struct repair *p, struct wanted *w)
{
	char path[BLOB_PATH];
	struct stat st;

	blob_path(path, w->sha256, w->suffix);
	w->there = below_stat(p->db->dirfd, path, &st) == 0 && S_ISREG(st.st_mode);
	return w->marked || !w->there || st.st_size != w->size;
}

static int
compare_sizes(const void *a, const void *b, void *context)
{
	const struct repair *p = context;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int64_t x = p->v[i].size, y = p->v[k].size;

	return x != y ? (x > y) - (x < y) : (i > k) - (i < k);
}

static enum err_code
sort_sizes(struct repair *p, struct err *e)
{
	p->by_size = malloc((p->n + 1) * sizeof *p->by_size);
	if (p->by_size == NULL)
		return err_memory(e);
	for (size_t i = 0; i < p->n; i++)
		p->by_size[i] = i;
	if (p->n > 0)
		qsort_r(p->by_size, p->n, sizeof *p->by_size, compare_sizes, p);
	return ERR_NONE;
}

enum err_code
wanted_list(struct repair *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT b.id, b.sha256, b.suffix, b.size, b.damaged OR EXISTS (SELECT 1 FROM file f WHERE"
	    " f.blob_id = b.id AND f.state IN ('missing', 'damaged')),"
	    " NOT EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id AND f.state <> 'removed')"
	    " FROM blob b WHERE" BLOB_IS_NAMED " ORDER BY b.sha256",
	    e);
	int64_t seen = 0;

	if (st == NULL)
		return e->code;
	while (!sweep_stopped(p->s) && sql_step(p->db, st, e) == 1) {
		struct wanted w = { .blob = sqlite3_column_int64(st, 0),
			.size = sqlite3_column_int64(st, 3),
			.marked = sqlite3_column_int(st, 4) != 0,
			.cover = sqlite3_column_int(st, 5) != 0 };

		memcpy(w.sha256, sqlite3_column_blob(st, 1), sizeof w.sha256);
		snprintf(w.suffix, sizeof w.suffix, "%s", (const char *)sqlite3_column_text(st, 2));
		if (is_wanted(p, &w) && add(p, &w, e) != ERR_NONE)
			break;
		if (++seen % 1024 == 0 && p->s->progress != NULL)
			p->s->progress(NULL, "looking", seen, 0, 0);
	}
	sql_done(st);
	p->left = p->n;
	return e->code == ERR_NONE ? sort_sizes(p, e) : e->code;
}

struct wanted *
wanted_by_hash(struct repair *p, const uint8_t sha256[32])
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (memcmp(p->v[mid].sha256, sha256, 32) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n && memcmp(p->v[lo].sha256, sha256, 32) == 0 ? &p->v[lo] : NULL;
}

struct wanted *
wanted_by_size(struct repair *p, int64_t size, size_t *at)
{
	size_t lo = *at, hi = p->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (p->v[p->by_size[mid]].size < size)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo < p->n && p->v[p->by_size[lo]].size == size && p->v[p->by_size[lo]].done)
		lo++;
	*at = lo;
	return lo < p->n && p->v[p->by_size[lo]].size == size ? &p->v[p->by_size[lo]] : NULL;
}
