/* SPDX-License-Identifier: MIT */
#include "text/mix.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/tour.h"

static const double of_semitone = 3, tempo_most = 10, unknown = 2, again = 20;

void
mix_tempo(struct mix_song *s, double bpm)
{
	s->timed = bpm > 0;
	s->semitones = s->timed ? tempo_semitones(tempo_factor(bpm, 120)) : 0;
}

/* By how many semitones b sounds higher at the tempo of a, from -6 to 6. */
static double
shift(const struct mix_song *a, const struct mix_song *b)
{
	double s = a->semitones - b->semitones;

	if (!a->timed || !b->timed)
		return 0;
	return s >= 6 ? s - 12 : s < -6 ? s + 12 : s;
}

/* Steps between keys that lie so many hours apart; a semitone is seven hours. */
static int
steps(int hours, bool other_mode)
{
	hours = (hours % 12 + 12) % 12;
	return (hours <= 6 ? hours : 12 - hours) + other_mode;
}

static double
key_cost(const struct mix_song *a, const struct mix_song *b, double semitones)
{
	int below = (int)(semitones + 12) - 12; /* rounded down */
	double part = semitones - below, blend = part * part * (3 - 2 * part);
	int apart = key_hour(&b->key) - key_hour(&a->key) + 7 * below;
	bool other_mode = a->key.minor != b->key.minor;

	return (1 - blend) * steps(apart, other_mode) + blend * steps(apart + 7, other_mode);
}

double
mix_cost(const struct mix_song *a, const struct mix_song *b)
{
	double semitones = shift(a, b), tempo = of_semitone * (semitones < 0 ? -semitones : semitones), cost;

	cost = !a->timed || !b->timed ? unknown : tempo < tempo_most ? tempo : tempo_most;
	cost += !a->keyed || !b->keyed ? unknown : key_cost(a, b, semitones);
	return cost + (a->recording == b->recording ? again : 0);
}

/* Some of the songs, by their places in the list. */
struct run {
	const struct mix_song *songs;
	const uint32_t *which;
};

static double
cost_in_run(const void *context, size_t a, size_t b)
{
	const struct run *r = context;

	return mix_cost(&r->songs[r->which[a]], &r->songs[r->which[b]]);
}

/* Put one run in order: which[0 .. n - 1] is rearranged; last: the song before it, or NULL. */
static enum err_code
order_run(const struct mix_song *songs, uint32_t *which, size_t n, size_t first, const struct mix_song *last,
    struct err *e)
{
	struct run r = { songs, which };
	uint32_t *order = calloc(n + 1, sizeof *order), *result = calloc(n + 1, sizeof *result);

	if (order == NULL || result == NULL) {
		err_memory(e);
	} else if (tour_find(n, cost_in_run, &r, first, order, e) == ERR_NONE) {
		bool back = last != NULL &&
		    mix_cost(last, &songs[which[order[n - 1]]]) < mix_cost(last, &songs[which[order[0]]]);

		for (size_t i = 0; i < n; i++)
			result[i] = which[order[back ? n - 1 - i : i]];
		memcpy(which, result, n * sizeof *which);
	}
	free(order);
	free(result);
	return e->code;
}

static int
compare_songs(const void *a, const void *b, void *context)
{
	const struct mix_song *songs = context;
	const struct mix_song *x = &songs[*(const uint32_t *)a], *y = &songs[*(const uint32_t *)b];

	if (x->recording != y->recording)
		return x->recording < y->recording ? -1 : 1;
	if (x->semitones != y->semitones)
		return x->semitones < y->semitones ? -1 : 1;
	return x->keyed && y->keyed ? key_hour(&x->key) - key_hour(&y->key) : x->keyed - y->keyed;
}

static int
compare_tempi(const void *a, const void *b, void *context)
{
	const struct mix_song *songs = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (songs[x].semitones != songs[y].semitones)
		return songs[x].semitones < songs[y].semitones ? -1 : 1;
	return (x > y) - (x < y);
}

/* What can be mixed in front, `first` before all, and the rest behind; how many can. */
static size_t
divide(const struct mix_song *songs, size_t n, size_t first, uint32_t *order)
{
	size_t known = 0, last = n;

	if (first < n)
		order[known++] = (uint32_t)first;
	for (size_t i = 0; i < n; i++)
		if (i != first && (songs[i].timed || songs[i].keyed))
			order[known++] = (uint32_t)i;
	for (size_t i = n; i > 0; i--)
		if (i - 1 != first && !songs[i - 1].timed && !songs[i - 1].keyed)
			order[--last] = (uint32_t)(i - 1);
	return known;
}

enum err_code
mix_order(const struct mix_song *songs, size_t n, size_t first, uint32_t *order, struct err *e)
{
	size_t known = divide(songs, n, first, order), kept = first < n;

	/* What is found depends on where it begins: the same for the same songs, however they lay. */
	qsort_r(order + kept, known - kept, sizeof *order, compare_songs, (void *)songs);
	if (known > MIX_MAX)
		qsort_r(order + kept, known - kept, sizeof *order, compare_tempi, (void *)songs);
	for (size_t i = 0; i < known && e->code == ERR_NONE; i += MIX_MAX) {
		size_t run = known - i < MIX_MAX ? known - i : MIX_MAX;

		order_run(
		    songs, order + i, run, i == 0 && kept ? 0 : run, i > 0 ? &songs[order[i - 1]] : NULL, e);
	}
	return e->code;
}
