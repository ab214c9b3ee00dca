/* SPDX-License-Identifier: MIT */
/* The groups of many tracks: from packed columns and, for artists, credits. */
#include <stdlib.h>
#include <string.h>

#include "store/listing/groups_priv.h"
#include "store/packed/packed.h"
#include "store/sql.h"

/* What a group is made of, of one track. */
struct facts {
	uint32_t release, duration;
	uint16_t year;
};

/* What is known of each track, by its id. */
struct known {
	uint32_t *place;     /* 1 + where it is in the list; 0: it is none of it */
	struct facts *facts; /* for artists */
	struct mark *albums; /* for albums, by release */
	int64_t n;
	int64_t releases; /* all ids are below this */
};

/* A group while it is made. */
struct mark {
	uint32_t place; /* of the first track that names it */
	uint16_t seq;   /* where in that one */
	struct group group;
};

static void
known_free(struct known *k)
{
	free(k->place);
	free(k->facts);
	free(k->albums);
}

/* The list gives way to the places in it. */
static enum err_code
read_places(struct known *k, int64_t **tracks, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if ((*tracks)[i] >= k->n)
			k->n = (*tracks)[i] + 1;
	k->place = calloc((size_t)k->n + 1, sizeof *k->place);
	if (k->place == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		k->place[(*tracks)[i]] = (uint32_t)i + 1;
	free(*tracks);
	*tracks = NULL;
	return ERR_NONE;
}

static enum err_code
make_room(struct db *db, enum group_by by, struct known *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT max(id) FROM release", e);

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) > 0)
		k->releases = sqlite3_column_int64(st, 0) + 1;
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	if (by == GROUP_ALBUMS)
		k->albums = calloc((size_t)k->releases + 1, sizeof *k->albums);
	else
		k->facts = calloc((size_t)k->n + 1, sizeof *k->facts);
	return k->albums != NULL || k->facts != NULL ? ERR_NONE : err_memory(e);
}

static void
add_track(struct mark *m, const struct known *k, int64_t track, const struct facts *f, uint16_t seq)
{
	struct group *g = &m->group;

	if (m->place == 0 || k->place[track] < m->place) {
		m->place = k->place[track];
		m->seq = seq;
	}
	g->latest = track;
	g->tracks++;
	g->duration_ms += f->duration;
	if (f->year != 0 && (g->first_year == 0 || f->year < g->first_year))
		g->first_year = f->year;
	if (f->year > g->last_year)
		g->last_year = f->year;
}

/* A number that a code does not tell. */
static enum err_code
ask_track(struct db *db, int64_t id, struct facts *f, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT year, duration_ms FROM track WHERE id = ?", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) > 0) {
		int64_t year = sqlite3_column_int64(st, 0), length = sqlite3_column_int64(st, 1);

		f->year = (uint16_t)(year > 0 && year <= UINT16_MAX ? year : 0);
		f->duration = (uint32_t)(length > 0 ? length < UINT32_MAX ? length : UINT32_MAX : 0);
	}
	sql_done(st);
	return e->code;
}

static uint64_t
value(enum packed_column column, uint64_t code)
{
	return code > 0 ? (uint64_t)packed_value(column, code) : 0;
}

static enum err_code
read_chunk(struct db *db, struct packed *p, int64_t chunk, struct known *k, struct err *e)
{
	static const enum packed_column columns[] = { PACKED_TRACK, PACKED_RELEASE, PACKED_YEAR,
		PACKED_DURATION };
	static uint64_t code[4][PACKED_CHUNK];
	uint16_t place[PACKED_CHUNK];
	const uint8_t *codes;

	for (size_t i = 0; i < PACKED_CHUNK; i++)
		place[i] = (uint16_t)i;
	for (int i = 0; i < 4; i++) {
		if (packed_whole(p, columns[i], chunk, &codes, e) < 0)
			return e->code;
		packed_read(columns[i], codes, place, PACKED_CHUNK, code[i]);
	}
	for (size_t i = 0; i < PACKED_CHUNK && e->code == ERR_NONE; i++) {
		int64_t id = (int64_t)value(PACKED_TRACK, code[0][i]);
		struct facts f;

		if (id == 0 || id >= k->n || k->place[id] == 0)
			continue;
		f = (struct facts){ .release = (uint32_t)value(PACKED_RELEASE, code[1][i]),
			.year = (uint16_t)value(PACKED_YEAR, code[2][i]),
			.duration = (uint32_t)value(PACKED_DURATION, code[3][i]) };
		if ((code[2][i] > 0 && !packed_is_exact(PACKED_YEAR, code[2][i])) ||
		    (code[3][i] > 0 && !packed_is_exact(PACKED_DURATION, code[3][i])))
			ask_track(db, id, &f, e);
		if (k->facts != NULL) {
			k->facts[id] = f;
		} else if (f.release < k->releases) {
			k->albums[f.release].group.id = f.release;
			add_track(&k->albums[f.release], k, id, &f, 0);
		}
	}
	return e->code;
}

static enum err_code
read_columns(struct db *db, struct known *k, struct err *e)
{
	struct packed p;

	if (packed_open(&p, db, e) != ERR_NONE)
		return e->code;
	for (int64_t i = 0; i < p.chunks && e->code == ERR_NONE; i++)
		read_chunk(db, &p, i, k, e);
	packed_close(&p);
	return e->code;
}

static int
compare(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->seq - y->seq;
}

/* In the order in which the tracks name them. */
static enum err_code
hand_over(struct mark *list, size_t n, struct groups *g, struct err *e)
{
	qsort(list, n, sizeof *list, compare);
	g->list = malloc((n + 1) * sizeof *g->list);
	if (g->list == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		g->list[i] = list[i].group;
	g->n = n;
	return ERR_NONE;
}

/* What has no title is no album. */
static enum err_code
drop_untitled(struct db *db, struct mark *list, int64_t n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM release WHERE album IS NULL", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0)
		if (sqlite3_column_int64(st, 0) < n)
			list[sqlite3_column_int64(st, 0)].place = 0;
	sql_done(st);
	return e->code;
}

static enum err_code
make_albums(struct db *db, struct known *k, struct groups *g, struct err *e)
{
	size_t n = 0;

	if (drop_untitled(db, k->albums, k->releases, e) != ERR_NONE)
		return e->code;
	free(k->place);
	k->place = NULL;
	for (int64_t i = 0; i < k->releases; i++)
		if (k->albums[i].place != 0)
			k->albums[n++] = k->albums[i];
	return hand_over(k->albums, n, g, e);
}

/* All credits of an artist follow each other. */
struct artists {
	struct mark *list;
	size_t n, cap;
	uint32_t *seen; /* by release: 1 + the artist who had it last */
};

static enum err_code
add_credit(
    struct artists *a, const struct known *k, int64_t artist, int64_t track, uint16_t seq, struct err *e)
{
	struct mark *m = a->n > 0 ? &a->list[a->n - 1] : NULL;

	if (m == NULL || m->group.id != artist) {
		if (a->n == a->cap) {
			size_t cap = a->cap > 0 ? 2 * a->cap : 1024;
			struct mark *more = realloc(a->list, cap * sizeof *more);

			if (more == NULL)
				return err_memory(e);
			a->list = more;
			a->cap = cap;
		}
		m = &a->list[a->n++];
		*m = (struct mark){ .group = { .id = artist } };
	}
	if (m->group.latest == track) /* somebody is credited twice */
		return ERR_NONE;
	add_track(m, k, track, &k->facts[track], seq);
	if (a->seen[k->facts[track].release] != a->n) {
		a->seen[k->facts[track].release] = (uint32_t)a->n;
		m->group.albums++;
	}
	return ERR_NONE;
}

_Static_assert(F_ARTISTS + 1 == 4, "the statements name the role by this number");

/* As they lie, artist by artist. */
static enum err_code
all_credits(struct artists *a, struct db *db, const struct known *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT artist_id, track_id, seq FROM credit INDEXED BY credit_artist WHERE role = 4"
	    " ORDER BY artist_id, track_id, seq",
	    e);

	while (e->code == ERR_NONE && st != NULL && sql_step(db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 1);

		if (track > 0 && track < k->n && k->place[track] != 0)
			add_credit(
			    a, k, sqlite3_column_int64(st, 0), track, (uint16_t)sqlite3_column_int(st, 2), e);
	}
	sql_done(st);
	return e->code;
}

struct credit {
	int64_t artist;
	uint32_t track;
	uint16_t seq;
};

static int
by_artist(const void *a, const void *b)
{
	const struct credit *x = a, *y = b;

	if (x->artist != y->artist)
		return x->artist < y->artist ? -1 : 1;
	if (x->track != y->track)
		return x->track < y->track ? -1 : 1;
	return x->seq - y->seq;
}

/* Track by track, in the order of their table. */
static enum err_code
read_credits(struct db *db, const struct known *k, struct buf *list, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT artist_id, seq FROM credit WHERE track_id = ? AND role = 4", e);

	for (int64_t id = 0; st != NULL && id < k->n && e->code == ERR_NONE; id++) {
		if (k->place[id] == 0)
			continue;
		sqlite3_reset(st);
		sql_int(st, 1, id);
		while (sql_step(db, st, e) > 0) {
			struct credit c = { .artist = sqlite3_column_int64(st, 0),
				.track = (uint32_t)id,
				.seq = (uint16_t)sqlite3_column_int(st, 1) };

			buf_add(list, &c, sizeof c);
		}
	}
	sql_done(st);
	return e->code == ERR_NONE ? buf_ok(list, e) : e->code;
}

static enum err_code
some_credits(struct artists *a, struct db *db, const struct known *k, struct err *e)
{
	struct buf list = { 0 };
	struct credit *c;
	size_t n;

	if (read_credits(db, k, &list, e) == ERR_NONE && list.len > 0) {
		c = (struct credit *)(void *)list.data;
		n = list.len / sizeof *c;
		qsort(c, n, sizeof *c, by_artist);
		for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
			add_credit(a, k, c[i].artist, c[i].track, c[i].seq, e);
	}
	buf_free(&list);
	return e->code;
}

/* To ask one track takes as long as to read the credits of so many. */
enum { ASKED = 8 };

static enum err_code
make_artists(struct db *db, const struct known *k, size_t n, struct groups *g, struct err *e)
{
	struct artists a = { .seen = calloc((size_t)k->releases + 1, sizeof *a.seen) };

	if (a.seen == NULL)
		err_memory(e);
	else if ((int64_t)n < k->n / ASKED)
		some_credits(&a, db, k, e);
	else
		all_credits(&a, db, k, e);
	if (e->code == ERR_NONE)
		hand_over(a.list, a.n, g, e);
	free(a.list);
	free(a.seen);
	return e->code;
}

enum err_code
groups_many(struct db *db, enum group_by by, int64_t **tracks, size_t n, struct groups *g, struct err *e)
{
	struct known k = { .n = 0 };

	if (read_places(&k, tracks, n, e) == ERR_NONE && make_room(db, by, &k, e) == ERR_NONE &&
	    read_columns(db, &k, e) == ERR_NONE) {
		if (by == GROUP_ALBUMS)
			make_albums(db, &k, g, e);
		else
			make_artists(db, &k, n, g, e);
	}
	known_free(&k);
	return e->code;
}
