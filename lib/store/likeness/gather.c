/* SPDX-License-Identifier: MIT */
/* Candidates: a bounded number of tracks from each index that knows of something in common. */
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "store/index.h"
#include "store/likeness/priv.h"
#include "text/fold.h"

enum {
	WINDOWS = 16,    /* of a sample that is spread over the library */
	OF_ARTIST = 600, /* tracks for each value */
	OF_PERSON = 250,
	OF_TEXT = 300,
	OF_PLAYLIST = 100, /* about the places of the tracks */
	SHARED = 4,        /* values, of whatever set, that get so many; of more values each gets less */
	OF_YEAR = 500,
	OF_SOUND = 500
};

/* Who asks the indexes for the tracks of a value. */
struct source {
	struct db *db;
	struct profile *profile;
	struct pool *pool;
	int64_t *found; /* POOL_MAX + 1 */
	struct err *e;
};

/* Tracks of value ?3 (in role ?4) in the order of the index, from ?1 on, at most ?2. */
static const char by_credit[] =
    "SELECT track_id FROM credit WHERE artist_id = ?3 AND role = ?4 AND track_id >= ?1"
    " ORDER BY track_id LIMIT ?2";
static const char by_genre[] = "SELECT track_id FROM track_genre WHERE genre_id = ?3 AND track_id >= ?1"
			       " ORDER BY track_id LIMIT ?2";
static const char by_words[] = "SELECT d.track_id FROM fts CROSS JOIN doc d ON d.doc = fts.rowid"
			       " WHERE fts MATCH ?3 AND fts.rowid >= ?1 LIMIT ?2";
static const char by_year[] = "SELECT id FROM track WHERE year = ?3 AND id >= ?1 ORDER BY id LIMIT ?2";
static const char by_playlist[] =
    "SELECT o.track_id FROM entry x JOIN entry o ON o.playlist_id = x.playlist_id"
    " AND o.position BETWEEN x.position - ?2 / 2 AND x.position + ?2 / 2"
    " WHERE x.playlist_id = ?3 AND x.track_id = ?1 AND o.track_id IS NOT NULL LIMIT ?2";

static size_t
read_list(struct source *s, sqlite3_stmt *st, int64_t from, size_t most)
{
	size_t n = 0;

	sql_int(st, 1, from);
	sql_int(st, 2, (int64_t)most);
	while (n < most && sql_step(s->db, st, s->e) > 0)
		s->found[n++] = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return n;
}

static void
add_found(struct source *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		like_pool_add(s->pool, s->found[i]);
}

/* All of a list where it is short, else a sample from windows that are spread over it. */
static enum err_code
take(struct source *s, sqlite3_stmt *st, size_t most)
{
	size_t n;

	if (st == NULL || most == 0)
		goto out;
	n = read_list(s, st, 0, most + 1);
	if (n > most) {
		n = most / WINDOWS + 1;
		for (int i = 1; i < WINDOWS && s->e->code == ERR_NONE; i++) {
			add_found(s, n);
			n = read_list(s, st, s->profile->library / WINDOWS * i, most / WINDOWS + 1);
		}
	}
	add_found(s, n);
out:
	sql_done(st);
	return s->e->code;
}

static enum err_code
take_credits(struct source *s, int64_t artist, enum field low, enum field high, size_t most)
{
	for (enum field f = low; f <= high && s->e->code == ERR_NONE; f++) {
		sqlite3_stmt *st = sql_get(s->db, by_credit, s->e);

		if (st != NULL) {
			sql_int(st, 3, artist);
			sql_int(st, 4, f + 1);
		}
		take(s, st, most);
	}
	return s->e->code;
}

static enum err_code
take_rows(struct source *s, sqlite3_stmt *st, int64_t value, size_t most)
{
	if (st != NULL)
		sql_int(st, 3, value);
	return take(s, st, most);
}

/* The index of words knows labels, works and moods; other texts only count among what was found. */
bool
value_words(const struct value *v, struct buf *match, struct err *e)
{
	const char *column =
	    v->name > 0 && v->name <= F_COUNT ? index_column((enum field)(v->name - 1)) : NULL;
	struct buf words = { 0 };
	bool ok = column != NULL && strchr(v->text, '"') == NULL &&
	    fold_index(&words, v->text, strlen(v->text), e) == ERR_NONE && words.len > 0;

	if (ok)
		buf_printf(match, "%s : \"%s\"", column, words.data);
	match->failed |= words.failed;
	buf_free(&words);
	return ok;
}

static enum err_code
take_text(struct source *s, const struct value *v, size_t most)
{
	struct buf match = { 0 };

	if (value_words(v, &match, s->e) && buf_ok(&match, s->e) == ERR_NONE) {
		sqlite3_stmt *st = sql_get(s->db, by_words, s->e);

		if (st != NULL)
			sql_text(st, 3, match.data);
		take(s, st, most);
	}
	buf_free(&match);
	return s->e->code;
}

static enum err_code
take_playlist(struct source *s, int64_t playlist)
{
	sqlite3_stmt *st = sql_get(s->db, by_playlist, s->e);

	if (st == NULL)
		return s->e->code;
	for (size_t i = 0; i < s->profile->n && s->e->code == ERR_NONE; i++) {
		sql_int(st, 3, playlist);
		add_found(s, read_list(s, st, s->profile->track[i].id, OF_PLAYLIST / s->profile->n + 2));
	}
	sql_done(st);
	return s->e->code;
}

/* So many of each value, fewer where there are many. */
static size_t
share(size_t most, const struct value_set *set)
{
	return set->groups <= SHARED ? most : most * SHARED / (size_t)set->groups;
}

static enum err_code
take_value(struct source *s, enum like_reason r, const struct value *v, size_t most)
{
	const struct value_set *set = &s->profile->set[r];

	switch (r) {
	case LIKE_ARTISTS:
		return take_credits(s, v->id, F_ARTISTS, F_ARTISTS, share(OF_ARTIST, set));
	case LIKE_PEOPLE:
		return take_credits(s, v->id, F_COMPOSER, F_REMIXER, share(OF_PERSON, set));
	case LIKE_GENRE:
		return take_rows(s, sql_get(s->db, by_genre, s->e), v->id, most);
	case LIKE_PLAYLISTS:
		return take_playlist(s, v->id);
	default:
		return take_text(s, v, share(OF_TEXT, set));
	}
}

static int
by_distance(const void *a, const void *b)
{
	const struct sound_near *x = a, *y = b;

	return x->apart != y->apart ? (x->apart > y->apart) - (x->apart < y->apart)
				    : (x->track > y->track) - (x->track < y->track);
}

/* Those that sound nearest: of the near ones only, so that little is sorted. */
static enum err_code
take_sound(struct source *s)
{
	static const float steps[] = { 0.15F, 0.3F, 0.6F, 1 };
	const struct profile *p = s->profile;
	struct sound_near *close = calloc(p->nnear + 1, sizeof *close);
	size_t n = 0;

	if (close == NULL)
		return err_memory(s->e);
	for (size_t k = 0; k < sizeof steps / sizeof steps[0] && n < OF_SOUND; k++) {
		n = 0;
		for (size_t i = 0; i < p->nnear; i++)
			if (p->near[i].apart < steps[k])
				close[n++] = p->near[i];
	}
	qsort(close, n, sizeof *close, by_distance);
	for (size_t i = 0; i < n && i < OF_SOUND; i++)
		like_pool_add(s->pool, close[i].track);
	free(close);
	return s->e->code;
}

/* The rare first: a genre may fill what is left. */
static enum err_code
take_sets(struct source *s)
{
	static const enum like_reason order[] = { LIKE_PLAYLISTS, LIKE_WORK, LIKE_PEOPLE, LIKE_ARTISTS,
		LIKE_LABEL, LIKE_TAGS, LIKE_GENRE };

	for (size_t i = 0; i < s->profile->ncoplays; i++)
		like_pool_add(s->pool, s->profile->coplay[i].track);
	if (take_sound(s) != ERR_NONE)
		return s->e->code;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		const struct value_set *set = &s->profile->set[order[i]];

		for (size_t k = 0; k < set->n && s->e->code == ERR_NONE; k++)
			take_value(s, order[i], &set->value[k], (POOL_MAX - s->pool->n) / (set->n - k));
	}
	for (size_t i = 0; i < s->profile->n && s->e->code == ERR_NONE; i++)
		if (s->profile->track[i].year > 0)
			take_rows(s, sql_get(s->db, by_year, s->e), s->profile->track[i].year,
			    OF_YEAR / s->profile->n + 1);
	return s->e->code;
}

/* Every n-th of the ids that are asked for, as many as there is room. */
static void
take_among(struct pool *p)
{
	size_t room = POOL_MAX - p->n, step = room > 0 ? p->namong / room + 1 : 1;

	for (size_t i = 0; i < p->namong; i += step)
		like_pool_add(p, p->among[i]);
}

static enum err_code
take_all(struct source *s)
{
	sqlite3_stmt *st = sql_get(s->db, "SELECT id FROM track WHERE id >= ?1 ORDER BY id LIMIT ?2", s->e);

	if (st != NULL)
		add_found(s, read_list(s, st, 0, POOL_MAX));
	sql_done(st);
	return s->e->code;
}

enum err_code
like_gather(
    struct db *db, struct profile *p, const int64_t *among, size_t namong, struct pool *pool, struct err *e)
{
	struct source s = { .db = db, .profile = p, .pool = pool, .e = e };

	if (like_pool_make(pool, among, namong, e) != ERR_NONE)
		return e->code;
	s.found = calloc(POOL_MAX + 1, sizeof *s.found);
	if (s.found == NULL)
		return err_memory(e);
	pool->whole = p->library <= POOL_MAX;
	if (pool->whole)
		take_all(&s);
	else if (among == NULL || namong > POOL_MAX)
		take_sets(&s);
	if (among != NULL && !pool->whole)
		take_among(pool);
	free(s.found);
	return e->code;
}
