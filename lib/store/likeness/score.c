/* SPDX-License-Identifier: MIT */
/* How much two tracks have in common. */
#include <stdlib.h>
#include <string.h>

#include "store/likeness/priv.h"

/* What a reason counts of 100, as lib-search(1) says. */
static const double points[LIKE_REASONS] = {
	[LIKE_ARTISTS] = 22,
	[LIKE_GENRE] = 20,
	[LIKE_PEOPLE] = 11,
	[LIKE_TAGS] = 11,
	[LIKE_WORK] = 7,
	[LIKE_PLAYLISTS] = 5,
	[LIKE_PLAYS] = 10,
	[LIKE_LABEL] = 3,
	[LIKE_SOUND] = 12,
	[LIKE_YEAR] = 5,
	[LIKE_TEMPO] = 4,
	[LIKE_KEY] = 2,
};
enum { YEARS = 10 };
static const double reach = 0.08; /* of tempi */
static const double least = 2;    /* points that something other than year, tempo and key must give */

int
candidate_row(struct db *db, int64_t id, struct candidate *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT recording_id, release_id, year, tempo, tone, removed FROM track WHERE id = ?", e);
	const char *key;
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	if (step == 1) {
		*c = (struct candidate){ .id = id };
		c->recording = sqlite3_column_int64(st, 0);
		c->release = sqlite3_column_int64(st, 1);
		c->year = sqlite3_column_int(st, 2);
		c->bpm = sqlite3_column_double(st, 3);
		key = (const char *)sqlite3_column_text(st, 4);
		c->keyed = key != NULL && key_read(key, &c->key);
		c->removed = sqlite3_column_type(st, 5) != SQLITE_NULL;
	}
	sql_done(st);
	return step;
}

struct comparison {
	const struct value_set *set;
	uint32_t *shared;
	uint16_t *others;
};

static enum err_code
compare_value(void *context, int64_t id, int name, const char *text, struct err *e)
{
	struct comparison *c = context;

	(void)name;
	(void)text;
	(void)e;
	for (size_t i = 0; i < c->set->n; i++) {
		if (c->set->value[i].id != id)
			continue;
		*c->shared |= 1U << c->set->value[i].group;
		return ERR_NONE;
	}
	if (*c->others < UINT16_MAX)
		++*c->others;
	return ERR_NONE;
}

static enum err_code
compare_sets(struct db *db, const struct profile *p, struct candidate *c, struct err *e)
{
	for (enum like_reason r = 0; r < LIKE_SETS && e->code == ERR_NONE; r++) {
		struct comparison x = { &p->set[r], &c->shared[r], &c->others[r] };

		if (p->set[r].n > 0)
			values_each(db, r, c->id, compare_value, &x, e);
	}
	return e->code;
}

/* 0 to 1: how much of a set's weight the candidate has, less for what it has besides; and values that all
 * have say less even where they are all there is. */
static double
of_set(const struct value_set *s, uint32_t shared, unsigned others)
{
	double common = 0, weight = 0, part;
	int n = 0;

	for (int g = 0; g < s->groups; g++) {
		if ((shared >> g & 1) != 0 && s->weight[g] > 0) {
			common += s->weight[g] * s->part[g];
			weight += s->weight[g];
			n++;
		}
	}
	if (n == 0)
		return 0;
	part = common / (s->all + 0.5 * others * s->all / s->typical) * (weight / n);
	return part < 1 ? part : 1;
}

/* With the weights: what the values that say most, of as many as one of the tracks has, say together. */
static void
settle_set(struct value_set *s)
{
	double left[VALUES_MAX] = { 0 };
	int counted = 0;

	for (int g = 0; g < s->groups; g++) {
		left[g] = s->weight[g] * s->part[g];
		counted += left[g] > 0;
	}
	s->typical = s->typical < counted ? s->typical : counted;
	s->all = 0;
	for (int i = 0; i < s->typical; i++) {
		int most = 0;

		for (int g = 1; g < s->groups; g++)
			most = left[g] > left[most] ? g : most;
		s->all += left[most];
		left[most] = 0;
	}
}

/* Whole where it was heard beside half of the plays; once may be by chance. */
static double
of_plays(const struct profile *p, const struct candidate *c)
{
	int times = coplays_of(p, c->recording);
	double part = times > 0 ? 2.0 * times / p->plays : 0;

	return (part < 1 ? part : 1) * times / (times + 1);
}

static int
by_track(const void *track, const void *near)
{
	int64_t a = *(const int64_t *)track, b = ((const struct sound_near *)near)->track;

	return (a > b) - (a < b);
}

/* Nothing from well before where tracks are by chance. */
static double
of_sound(const struct profile *p, const struct candidate *c)
{
	const struct sound_near *s =
	    p->nnear > 0 ? bsearch(&c->id, p->near, p->nnear, sizeof *p->near, by_track) : NULL;

	return s == NULL || s->apart >= 1 ? 0 : 1 - (double)s->apart;
}

static double
near_year(const struct candidate *a, const struct candidate *b)
{
	int apart = abs(a->year - b->year);

	return a->year == 0 || b->year == 0 || apart >= YEARS ? 0 : 1 - (double)apart / YEARS;
}

static double
near_tempo(const struct candidate *a, const struct candidate *b)
{
	double change;

	if (a->bpm <= 0 || b->bpm <= 0)
		return 0;
	change = tempo_change(tempo_factor(a->bpm, b->bpm));
	return change >= reach ? 0 : 1 - change / reach;
}

static double
near_key(const struct candidate *a, const struct candidate *b)
{
	int steps = a->keyed && b->keyed ? key_steps(&a->key, &b->key) : KEY_STEPS_MAX;

	return steps == 0 ? 1 : steps == 1 ? 0.75 : 0;
}

/* To each of the tracks, together. */
static double
to_all(const struct profile *p, enum like_reason r, const struct candidate *c)
{
	double sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += r == LIKE_YEAR ? near_year(&p->track[i], c)
		    : r == LIKE_TEMPO ? near_tempo(&p->track[i], c)
				      : near_key(&p->track[i], c);
	return sum;
}

void
profile_settle(struct profile *p)
{
	for (int r = LIKE_YEAR; r < LIKE_REASONS; r++)
		for (size_t i = 0; i < p->n; i++) {
			double sum = to_all(p, (enum like_reason)r, &p->track[i]);

			p->best[r] = sum > p->best[r] ? sum : p->best[r];
		}
}

/* As near to them as the track of theirs is that is nearest to the others: 1. */
static double
of_number(const struct profile *p, enum like_reason r, const struct candidate *c)
{
	double sum = p->best[r] > 0 ? to_all(p, r, c) / p->best[r] : 0;

	return sum < 1 ? sum : 1;
}

/* What could be reached: all reasons of which the tracks know something. */
static double
attainable(const struct profile *p)
{
	double sum = 0;

	for (int r = 0; r < LIKE_SETS; r++)
		sum += p->set[r].n > 0 ? points[r] : 0;
	sum += p->plays > 0 ? points[LIKE_PLAYS] : 0;
	sum += p->nnear > 0 ? points[LIKE_SOUND] : 0;
	for (int r = LIKE_YEAR; r < LIKE_REASONS; r++)
		sum += p->best[r] > 0 ? points[r] : 0;
	return sum;
}

/* Fills in score and shares; false where the two are not alike. */
static bool
score(const struct profile *p, struct candidate *c)
{
	double sum = 0;

	for (int r = 0; r < LIKE_SETS; r++)
		sum += c->share[r] = points[r] * of_set(&p->set[r], c->shared[r], c->others[r]);
	sum += c->share[LIKE_PLAYS] = points[LIKE_PLAYS] * of_plays(p, c);
	sum += c->share[LIKE_SOUND] = points[LIKE_SOUND] * of_sound(p, c);
	for (int r = LIKE_YEAR; r < LIKE_REASONS; r++)
		c->share[r] = points[r] * of_number(p, (enum like_reason)r, c);
	if (sum < least && (c->share[LIKE_TEMPO] <= 0 || c->share[LIKE_KEY] <= 0))
		return false;
	for (int r = LIKE_YEAR; r < LIKE_REASONS && sum < least; r++)
		c->share[r] /= 2;
	sum += c->share[LIKE_YEAR] + c->share[LIKE_TEMPO] + c->share[LIKE_KEY];
	c->score = sum / attainable(p);
	for (int r = 0; r < LIKE_REASONS; r++)
		c->share[r] /= sum;
	return true;
}

static int
compare_scores(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static enum err_code
read_candidates(struct db *db, const struct profile *p, const struct pool *pool, struct candidate *list,
    size_t *n, struct err *e)
{
	size_t count = 0;

	for (size_t i = 0; i < pool->n && e->code == ERR_NONE; i++) {
		struct candidate *c = &list[count];

		if (candidate_row(db, pool->id[i], c, e) <= 0 || c->removed || profile_has(p, c->recording))
			continue;
		compare_sets(db, p, c, e);
		count++;
	}
	*n = count;
	return e->code;
}

enum err_code
candidates_score(struct db *db, struct profile *p, const struct pool *pool, struct candidate **ret, size_t *n,
    struct err *e)
{
	struct candidate *list = calloc(pool->n + 1, sizeof *list);
	size_t count = 0, kept = 0;

	if (list == NULL)
		return err_memory(e);
	if (like_weigh(db, p, e) != ERR_NONE || read_candidates(db, p, pool, list, &count, e) != ERR_NONE) {
		free(list);
		return e->code;
	}
	like_weigh_rest(p, list, count);
	for (int r = 0; r < LIKE_SETS; r++)
		settle_set(&p->set[r]);
	for (size_t i = 0; i < count; i++)
		if (like_is_asked(pool, list[i].id) && score(p, &list[i]))
			list[kept++] = list[i];
	qsort(list, kept, sizeof *list, compare_scores);
	*ret = list;
	*n = kept;
	return ERR_NONE;
}
