#include "store/listing/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/listing/priv.h"
#include "store/sql.h"
#include "text/table.h"

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

/* In the order of ids, and hardly any left out? */
static bool
is_dense(const int64_t *tracks, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (tracks[i] <= tracks[i - 1])
			return false;
	return n > 1 && (uint64_t)(tracks[n - 1] - tracks[0]) / n < 8;
}

/* All rows once are then faster than those of one track after the other. */
static enum err_code
add_dense(struct making *m, const int64_t *tracks, size_t n, struct err *e)
{
	sqlite3_stmt *st = sql_get(m->db,
	    m->by == GROUP_ALBUMS ? ALBUM_ROWS " WHERE t.id BETWEEN ? AND ? ORDER BY t.id"
				  : ARTIST_ROWS " WHERE t.id BETWEEN ? AND ? ORDER BY t.id, c.seq",
	    e);
	size_t i = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, tracks[0]);
	sql_int(st, 2, tracks[n - 1]);
	while (sql_step(m->db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 0);

		while (i < n && tracks[i] < track)
			i++;
		if (i < n && tracks[i] == track && add_row(m, st, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

_Static_assert(F_ARTISTS + 1 == 4, "the statement names the role by this number");

/* Where each group stands by name: its id -> 1, 2, 3, ...; 0 where it is no album. */
static enum err_code
read_order(struct db *db, enum group_by by, struct map *order, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    by == GROUP_ALBUMS
		? "SELECT id FROM release WHERE album IS NOT NULL ORDER BY albumartist_key, album_key, id"
		: "SELECT id FROM artist ORDER BY key, name",
	    e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		size_t place = order->n;

		if (map_place(order, sqlite3_column_int64(st, 0), 0, &place, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

struct ordered {
	struct group group;
	size_t place;
};

static int
compare(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

static enum err_code
sort_by_name(struct making *m, struct err *e)
{
	struct ordered *all = calloc(m->n + 1, sizeof *all);
	struct map order = { 0 };

	if (all == NULL || read_order(m->db, m->by, &order, e) != ERR_NONE) {
		free(all);
		free(order.slot);
		return all == NULL ? err_memory(e) : e->code;
	}
	for (size_t i = 0; i < m->n; i++) {
		size_t at = order.size > 0 ? slot_of(&order, m->list[i].id, 0) : 0;

		all[i] = (struct ordered){ m->list[i], order.size > 0 ? order.slot[at].place : 0 };
	}
	qsort(all, m->n, sizeof *all, compare);
	for (size_t i = 0; i < m->n; i++)
		m->list[i] = all[i].group;
	free(all);
	free(order.slot);
	return ERR_NONE;
}

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

enum err_code
groups_make(struct db *db, enum group_by by, const int64_t *tracks, size_t n, bool by_name,
    struct group **list, size_t *count, struct err *e)
{
	struct making m = { .db = db, .by = by };
	struct err ignored = { 0 };

	if (sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	if (is_dense(tracks, n))
		add_dense(&m, tracks, n, e);
	else
		for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
			add_track(&m, tracks[i], e);
	if (e->code == ERR_NONE && by == GROUP_ALBUMS)
		drop_untitled(&m, e);
	if (e->code == ERR_NONE && by_name)
		sort_by_name(&m, e);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	free(m.groups.slot);
	free(m.albums.slot);
	if (e->code != ERR_NONE) {
		free(m.list);
		return e->code;
	}
	*list = m.list;
	*count = m.n;
	return ERR_NONE;
}

static void
add_json(enum group_by by, const struct group *g, sqlite3_stmt *st, struct buf *out)
{
	static const char *const names[] = { "album", "albumartist", "mb_albumid" };

	json_open(out, by == GROUP_ALBUMS ? "album" : "artist");
	if (by == GROUP_ARTISTS)
		json_text(out, "artist", (const char *)sqlite3_column_text(st, 0));
	for (int i = 0; by == GROUP_ALBUMS && i < 3; i++)
		if (sqlite3_column_type(st, i) != SQLITE_NULL)
			json_text(out, names[i], (const char *)sqlite3_column_text(st, i));
	if (by == GROUP_ALBUMS && sqlite3_column_int(st, 3) != 0)
		json_bool(out, "compilation", true);
	json_int(out, "tracks", g->tracks);
	if (by == GROUP_ARTISTS)
		json_int(out, "albums", g->albums);
	json_int(out, "duration_ms", g->duration_ms);
	if (g->first_year != 0) {
		json_int(out, "first_year", g->first_year);
		json_int(out, "last_year", g->last_year);
	}
	json_close(out);
}

static void
add_cells(enum group_by by, const struct group *g, sqlite3_stmt *st, struct table *t)
{
	struct buf text = { 0 };

	if (by == GROUP_ALBUMS)
		table_text(t, (const char *)sqlite3_column_text(st, 1));
	table_text(t, (const char *)sqlite3_column_text(st, 0));
	if (g->first_year != 0)
		buf_printf(&text, g->last_year > g->first_year ? "%lld-%lld" : "%lld",
		    (long long)g->first_year, (long long)g->last_year);
	table_cell(t, text.data != NULL ? text.data : "", text.len);
	if (by == GROUP_ARTISTS)
		table_int(t, g->albums);
	table_int(t, g->tracks);
	buf_clear(&text);
	add_length(&text, g->duration_ms);
	table_cell(t, text.data != NULL ? text.data : "", text.len);
	table_row(t);
	t->out->failed |= text.failed;
	buf_free(&text);
}

static void
add_head(enum group_by by, struct table *t)
{
	static const char *const heads[][5] = { { "albumartist", "album", "year", "tracks", "length" },
		{ "artist", "year", "albums", "tracks", "length" } };

	for (int i = 0; i < 5; i++)
		table_text(t, heads[by][i]);
	table_row(t);
}

enum err_code
groups_print(struct db *db, enum group_by by, const struct group *list, size_t n,
    const struct groups_form *form, struct buf *out, struct err *e)
{
	struct table t = { .out = out,
		.separator = form->end,
		.aligned = form->columns > 0,
		.fit = form->columns,
		.head = form->columns > 0,
		.color = form->color,
		.right = by == GROUP_ALBUMS ? 1u << 3 | 1u << 4 : 1u << 2 | 1u << 3 | 1u << 4 };
	sqlite3_stmt *st = sql_get(db,
	    by == GROUP_ALBUMS
		? "SELECT album, coalesce(albumartist, (SELECT t.artist FROM track t WHERE t.release_id ="
		  " r.id AND t.removed IS NULL ORDER BY t.disc, t.track LIMIT 1)),"
		  " mb_albumid, compilation FROM release r WHERE id = ?"
		: "SELECT name FROM artist WHERE id = ?",
	    e);

	if (st == NULL)
		return e->code;
	if (t.head && !form->json)
		add_head(by, &t);
	for (size_t i = 0; i < n; i++) {
		sqlite3_reset(st);
		sql_int(st, 1, list[i].id);
		if (sql_step(db, st, e) <= 0)
			continue; /* gone since, or *e says what */
		if (form->json) {
			add_json(by, &list[i], st, out);
			buf_putc(out, form->end);
		} else {
			add_cells(by, &list[i], st, &t);
		}
	}
	sql_done(st);
	table_end(&t);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
