/* SPDX-License-Identifier: MIT */
/* What is known of the tracks that others are compared with. */
#include <stdlib.h>
#include <string.h>

#include "store/commit/similar.h"
#include "store/likeness/priv.h"

/* A value, and how many of the tracks have it. */
struct tally {
	int64_t id;
	int name;
	char *text;
	int tracks;
	size_t last; /* the track that had it last */
};

struct tallies {
	struct tally *list;
	size_t n, room;
	size_t track; /* the number of the one that is read */
	int values;   /* of all of them */
};

static enum err_code
count_value(void *context, int64_t id, int name, const char *text, struct err *e)
{
	struct tallies *t = context;
	struct tally *v = t->list;

	for (; v < t->list + t->n && v->id != id; v++)
		;
	if (v < t->list + t->n) {
		v->tracks += v->last != t->track;
		t->values += v->last != t->track;
		v->last = t->track;
		return ERR_NONE;
	}
	if (t->n == t->room) {
		struct tally *more = realloc(t->list, (t->room = 2 * t->room + 16) * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		t->list = more;
	}
	t->values++;
	t->list[t->n] = (struct tally){ id, name, text != NULL ? strdup(text) : NULL, 1, t->track };
	if (text != NULL && t->list[t->n].text == NULL)
		return err_memory(e);
	t->n++;
	return ERR_NONE;
}

static bool
has_value(const struct value_set *s, int64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->value[i].id == id)
			return true;
	return false;
}

/* The tally that the most tracks have, the first of them; it is left with none. */
static struct tally *
commonest(struct tallies *t)
{
	struct tally *best = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].tracks > (best != NULL ? best->tracks : 0))
			best = &t->list[i];
	return best;
}

/* What the most tracks have, each a group of its own. */
static void
take_groups(struct value_set *s, struct tallies *t, size_t tracks)
{
	struct tally *v;

	s->typical = tracks > 0 ? (t->values + (int)tracks - 1) / (int)tracks : 0;
	while (s->groups < VALUES_MAX && (v = commonest(t)) != NULL) {
		s->part[s->groups] = (double)v->tracks;
		s->value[s->n++] = (struct value){ v->id, v->name, v->text, s->groups++ };
		v->tracks = 0;
		v->text = NULL;
	}
	for (int g = s->groups - 1; g >= 0; g--)
		s->part[g] /= s->part[0];
	for (size_t i = 0; i < t->n; i++)
		free(t->list[i].text);
	free(t->list);
}

/* The other rows whose names fold to the same: Beyoncé, Beyonce.  Names that stand for nobody go. */
static enum err_code
add_spellings(struct db *db, enum like_reason set, struct value_set *s, struct err *e)
{
	static const char genres[] =
	    "SELECT o.id, o.key FROM genre g JOIN genre o ON o.key = g.key WHERE g.id = ?";
	static const char artists[] =
	    "SELECT o.id, o.key FROM artist a JOIN artist o ON o.key = a.key WHERE a.id = ?";
	static const char *const nobody[] = { "various artists", "various", "unknown artist", "unknown",
		"va" };
	size_t own = s->n;

	for (size_t i = 0; i < own && e->code == ERR_NONE; i++) {
		sqlite3_stmt *st = sql_get(db, set == LIKE_GENRE ? genres : artists, e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, s->value[i].id);
		while (e->code == ERR_NONE && sql_step(db, st, e) > 0) {
			const char *key = (const char *)sqlite3_column_text(st, 1);
			int64_t id = sqlite3_column_int64(st, 0);

			for (size_t k = 0; set != LIKE_GENRE && k < sizeof nobody / sizeof nobody[0]; k++)
				if (strcmp(key, nobody[k]) == 0)
					s->value[i].id = 0;
			if (s->value[i].id != 0 && s->n < SPELLINGS_MAX && !has_value(s, id))
				s->value[s->n++] = (struct value){ id, 0, NULL, s->value[i].group };
		}
		sql_done(st);
	}
	return e->code;
}

static enum err_code
load_set(struct db *db, enum like_reason r, struct profile *p, struct err *e)
{
	struct value_set *s = &p->set[r];
	struct tallies t = { 0 };

	for (; t.track < p->n && e->code == ERR_NONE; t.track++)
		values_each(db, r, p->track[t.track].id, count_value, &t, e);
	for (size_t i = 0; r == LIKE_PLAYLISTS && i < t.n; i++)
		if (t.list[i].id == p->playlist) /* that the others are not in it says nothing */
			t.list[i].tracks = 0;
	take_groups(s, &t, p->n);
	if (r == LIKE_ARTISTS || r == LIKE_PEOPLE || r == LIKE_GENRE)
		add_spellings(db, r, s, e);
	return e->code;
}

static int
compare_songs(const void *a, const void *b)
{
	return strcmp(((const struct song *)a)->title, ((const struct song *)b)->title);
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

enum err_code
song_load(struct db *db, int64_t id, struct song *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT title_key, artist_key FROM track WHERE id = ?", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) == 1) {
		const char *artist = (const char *)sqlite3_column_text(st, 1);

		s->title = similar(similar_title, (const char *)sqlite3_column_text(st, 0));
		s->artist = strndup(artist, similar_artist_len(artist));
	}
	sql_done(st);
	if (e->code == ERR_NONE && (s->title == NULL || s->artist == NULL))
		err_memory(e);
	return e->code;
}

void
song_free(struct song *s)
{
	free(s->title);
	free(s->artist);
}

/* What is not to be among the results: recordings, and songs by title; of all tracks that are named. */
static enum err_code
load_own(struct db *db, const struct likeness_to *to, struct profile *p, struct err *e)
{
	p->recording = calloc(to->n + 1, sizeof *p->recording);
	p->song = calloc(to->n + 1, sizeof *p->song);
	if (p->recording == NULL || p->song == NULL)
		return err_memory(e);
	for (; p->nown < to->n; p->nown++) {
		struct candidate c;
		int step = candidate_row(db, to->id[p->nown], &c, e);

		if (step == 0)
			err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)to->id[p->nown]);
		if (step <= 0 || song_load(db, c.id, &p->song[p->nown], e) != ERR_NONE) {
			song_free(&p->song[p->nown]);
			return e->code;
		}
		p->recording[p->nown] = c.recording;
	}
	qsort(p->recording, p->nown, sizeof *p->recording, compare_ids);
	qsort(p->song, p->nown, sizeof *p->song, compare_songs);
	return ERR_NONE;
}

bool
profile_has(const struct profile *p, int64_t recording)
{
	return bsearch(&recording, p->recording, p->nown, sizeof recording, compare_ids) != NULL;
}

const struct song *
profile_songs(const struct profile *p, const char *title, size_t *n)
{
	struct song wanted = { .title = (char *)(uintptr_t)title };
	const struct song *s = bsearch(&wanted, p->song, p->nown, sizeof wanted, compare_songs), *end;

	*n = 0;
	if (s == NULL)
		return NULL;
	for (end = s; end < p->song + p->nown && strcmp(end->title, title) == 0; end++)
		;
	for (; s > p->song && strcmp(s[-1].title, title) == 0; s--)
		;
	*n = (size_t)(end - s);
	return s;
}

size_t
likeness_sample(const struct likeness_to *to, int64_t id[LIKENESS_SAMPLE])
{
	size_t n = to->n < LIKENESS_SAMPLE ? to->n : LIKENESS_SAMPLE;

	for (size_t i = 0; i < n; i++)
		id[i] = to->id[i * to->n / n];
	return n;
}

static enum err_code
load_tracks(struct db *db, const struct likeness_to *to, struct profile *p, struct err *e)
{
	int64_t id[LIKENESS_SAMPLE];
	size_t n = likeness_sample(to, id);
	sqlite3_stmt *st;

	for (; p->n < n; p->n++)
		if (candidate_row(db, id[p->n], &p->track[p->n], e) <= 0)
			return e->code;
	st = sql_get(db, "SELECT max(id) FROM track", e);
	if (st != NULL && sql_step(db, st, e) == 1)
		p->library = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code != ERR_NONE ? e->code : sound_near(db, id, n, &p->near, &p->nnear, e);
}

enum err_code
profile_load(struct db *db, const struct likeness_to *to, struct profile *p, struct err *e)
{
	p->playlist = to->playlist;
	if (load_own(db, to, p, e) != ERR_NONE || load_tracks(db, to, p, e) != ERR_NONE)
		return e->code;
	for (enum like_reason r = 0; r < LIKE_SETS; r++)
		if (load_set(db, r, p, e) != ERR_NONE)
			return e->code;
	profile_settle(p);
	return coplays_load(db, p, e);
}

void
profile_free(struct profile *p)
{
	for (int r = 0; r < LIKE_SETS; r++)
		for (size_t i = 0; i < p->set[r].n; i++)
			free(p->set[r].value[i].text);
	for (size_t i = 0; i < p->nown; i++)
		song_free(&p->song[i]);
	free(p->recording);
	free(p->song);
	free(p->near);
	*p = (struct profile){ 0 };
}
