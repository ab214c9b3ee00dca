/* SPDX-License-Identifier: MIT */
#include "store/listing/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "store/listing/groups_priv.h"
#include "store/sql.h"

/* Pairs of numbers to places in a list. */
struct map {
	struct slot {
		int64_t a, b;
		size_t place; /* 1 + index; 0: empty */
	} * slot;
	size_t n, size;
};

static size_t
slot_of(const struct map *m, int64_t a, int64_t b)
{
	uint64_t h = (uint64_t)a * 0x9e3779b97f4a7c15u ^ (uint64_t)b * 0xc2b2ae3d27d4eb4fu;
	size_t at = (size_t)(h ^ h >> 32) & (m->size - 1);

	while (m->slot[at].place != 0 && (m->slot[at].a != a || m->slot[at].b != b))
		at = (at + 1) & (m->size - 1);
	return at;
}

/* The place of a pair: *place, or the one that it has had since. */
static enum err_code
map_place(struct map *m, int64_t a, int64_t b, size_t *place, struct err *e)
{
	size_t at;

	if (2 * (m->n + 1) > m->size) {
		struct map more = { .n = m->n, .size = m->size > 0 ? 2 * m->size : 1024 };

		more.slot = calloc(more.size, sizeof *more.slot);
		if (more.slot == NULL)
			return err_memory(e);
		for (size_t i = 0; i < m->size; i++)
			if (m->slot[i].place != 0)
				more.slot[slot_of(&more, m->slot[i].a, m->slot[i].b)] = m->slot[i];
		free(m->slot);
		*m = more;
	}
	at = slot_of(m, a, b);
	if (m->slot[at].place == 0) {
		m->slot[at] = (struct slot){ a, b, *place + 1 };
		m->n++;
	}
	*place = m->slot[at].place - 1;
	return ERR_NONE;
}

struct making {
	struct db *db;
	enum group_by by;
	struct map groups, albums;
	struct group *list;
	size_t n, cap;
};

/* A row (track, group, release, year, duration) joins its group. */
static enum err_code
add_row(struct making *m, sqlite3_stmt *st, struct err *e)
{
	int64_t track = sqlite3_column_int64(st, 0), id = sqlite3_column_int64(st, 1);
	int64_t release = sqlite3_column_int64(st, 2), year = sqlite3_column_int64(st, 3);
	size_t place = m->n, pair = m->albums.n, pairs = m->albums.n;
	struct group *g;

	if (map_place(&m->groups, id, 0, &place, e) != ERR_NONE ||
	    (m->by == GROUP_ARTISTS && map_place(&m->albums, id, release, &pair, e) != ERR_NONE))
		return e->code;
	if (place == m->n) {
		if (m->n == m->cap) {
			size_t cap = m->cap > 0 ? 2 * m->cap : 256;
			struct group *more = realloc(m->list, cap * sizeof *more);

			if (more == NULL)
				return err_memory(e);
			m->list = more;
			m->cap = cap;
		}
		m->list[m->n++] = (struct group){ .id = id };
	}
	g = &m->list[place];
	if (g->latest == track) /* somebody is credited twice */
		return ERR_NONE;
	g->latest = track;
	g->tracks++;
	g->albums += m->albums.n > pairs;
	g->duration_ms += sqlite3_column_int64(st, 4);
	if (year != 0 && (g->first_year == 0 || year < g->first_year))
		g->first_year = year;
	if (year > g->last_year)
		g->last_year = year;
	return ERR_NONE;
}

#define ALBUM_ROWS "SELECT t.id, t.release_id, 0, t.year, t.duration_ms FROM track t"
#define ARTIST_ROWS                                                                                          \
	"SELECT t.id, c.artist_id, t.release_id, t.year, t.duration_ms FROM track t"                         \
	" CROSS JOIN credit c ON c.track_id = t.id AND c.role = 4"

static enum err_code
add_track(struct making *m, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(m->db,
	    m->by == GROUP_ALBUMS ? ALBUM_ROWS " WHERE t.id = ?"
				  : ARTIST_ROWS " WHERE t.id = ? ORDER BY c.seq",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	while (sql_step(m->db, st, e) > 0)
		if (add_row(m, st, e) != ERR_NONE)
			break;
	sql_done(st);
	return e->code;
}

_Static_assert(F_ARTISTS + 1 == 4, "the statement names the role by this number");

/* What has no title is no album. */
static enum err_code
drop_untitled(struct making *m, struct err *e)
{
	sqlite3_stmt *st = sql_get(m->db, "SELECT album IS NOT NULL FROM release WHERE id = ?", e);
	size_t kept = 0;

	for (size_t i = 0; st != NULL && i < m->n && e->code == ERR_NONE; i++) {
		sqlite3_reset(st);
		sql_int(st, 1, m->list[i].id);
		if (sql_step(m->db, st, e) > 0 && sqlite3_column_int(st, 0) != 0)
			m->list[kept++] = m->list[i];
	}
	sql_done(st);
	m->n = kept;
	return e->code;
}

/* Track by track: of few tracks. */
static enum err_code
make_few(struct db *db, enum group_by by, const int64_t *tracks, size_t n, struct groups *g, struct err *e)
{
	struct making m = { .db = db, .by = by };

	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		add_track(&m, tracks[i], e);
	if (e->code == ERR_NONE && by == GROUP_ALBUMS)
		drop_untitled(&m, e);
	free(m.groups.slot);
	free(m.albums.slot);
	*g = (struct groups){ m.list, m.n };
	return e->code;
}

/* Of more tracks than this, and than this part of all, columns are read rather than rows. */
enum { FEW = 1500, ONE_IN = 256 };

static enum err_code
make(struct db *db, enum group_by by, int64_t **tracks, size_t n, struct groups *g, struct err *e)
{
	int64_t all = 0;

	if (n > FEW && sql_number(db, "SELECT max(id) FROM track", NULL, 0, &all, e) < 0)
		return e->code;
	return n <= FEW || (int64_t)n < all / ONE_IN ? make_few(db, by, *tracks, n, g, e)
						     : groups_many(db, by, tracks, n, g, e);
}

enum err_code
groups_make(struct db *db, enum group_by by, int64_t **tracks, size_t n, int64_t by_name, struct group **list,
    size_t *count, struct err *e)
{
	struct groups g = { NULL, 0 };
	struct err ignored = { 0 };

	if (sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	make(db, by, tracks, n, &g, e);
	if (e->code == ERR_NONE && by_name != 0)
		groups_sort(db, by, &g, by_name, e);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	if (e->code != ERR_NONE) {
		free(g.list);
		return e->code;
	}
	*list = g.list;
	*count = g.n;
	return ERR_NONE;
}
