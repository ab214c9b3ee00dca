/* SPDX-License-Identifier: MIT */
/* mix: what transitions cost, and orders of songs that cost little */
#include "text/mix.h"

#include <time.h>

#include "text/tour.h"
#include "unit.h"

enum { MOST = 1200 };

static struct mix_song songs[MOST];
static uint32_t order[MOST];

static double
cost(const void *context, size_t a, size_t b)
{
	(void)context;
	return mix_cost(&songs[a], &songs[b]);
}

static uint32_t
draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33) % below;
}

/* A library as they are: some tempi are common, some keys and tempi unknown, a recording comes twice. */
static void
make_songs(size_t n, uint64_t seed)
{
	uint64_t state = seed;

	for (size_t i = 0; i < n; i++) {
		songs[i] = (struct mix_song){ .recording = draw(&state, 30) > 0 ? (int64_t)i + 1 : 1 };
		mix_tempo(&songs[i], draw(&state, 10) > 0 ? 60 + draw(&state, 1200) / 10.0 : 0);
		songs[i].keyed = draw(&state, 10) > 0;
		songs[i].key = key_of((int)draw(&state, 12), draw(&state, 2) == 1);
	}
}

static bool
is_order(size_t n)
{
	bool seen[MOST] = { false };

	for (size_t i = 0; i < n; i++) {
		if (order[i] >= n || seen[order[i]])
			return false;
		seen[order[i]] = true;
	}
	return true;
}

static double
greedy(size_t n, size_t from)
{
	bool used[MOST] = { false };
	double sum = 0;

	used[from] = true;
	for (size_t i = 1; i < n; i++) {
		size_t best = n;

		for (size_t k = 0; k < n; k++)
			if (!used[k] && (best == n || cost(NULL, from, k) < cost(NULL, from, best)))
				best = k;
		sum += cost(NULL, from, best);
		used[best] = true;
		from = best;
	}
	return sum;
}

static double
brute_force(uint32_t *rest, size_t done, size_t n, double so_far, double least)
{
	if (done == n)
		return so_far < least ? so_far : least;
	for (size_t i = done; i < n && so_far < least; i++) {
		uint32_t place = rest[i];
		double step;

		rest[i] = rest[done];
		rest[done] = place;
		step = done > 0 ? cost(NULL, rest[done - 1], place) : 0;
		least = brute_force(rest, done + 1, n, so_far + step, least);
		rest[done] = rest[i];
		rest[i] = place;
	}
	return least;
}

static bool
near(double a, double b)
{
	return a - b < 1e-4 && b - a < 1e-4;
}

static struct mix_song
song(const char *key, double bpm)
{
	static int64_t recording;
	struct mix_song s = { .recording = ++recording };

	s.keyed = key != NULL && key_read(key, &s.key);
	mix_tempo(&s, bpm);
	return s;
}

static double
between(const char *key, double bpm, const char *other_key, double other_bpm)
{
	struct mix_song a = song(key, bpm), b = song(other_key, other_bpm);

	CHECK(near(mix_cost(&a, &b), mix_cost(&b, &a)));
	return mix_cost(&a, &b);
}

static void
transitions_cost_what_the_manual_says(void)
{
	struct mix_song a = song("8A", 120);

	CHECK(near(between("8A", 120, "8A", 120), 0));
	CHECK(near(between("8A", 120, "8A", 60), 0));
	CHECK(near(between("8A", 87, "8A", 174), 0));
	CHECK(near(between("8A", 120, "9A", 120), 1));
	CHECK(near(between("8A", 120, "8B", 120), 1));
	CHECK(near(between("8A", 120, "9B", 240), 2));
	/* a semitone faster: C#m sounds where Cm would, and Cm a semitone up is C#m */
	CHECK(near(between("C#m", 127.135569, "Cm", 120), 3));
	CHECK(near(between("Cm", 127.135569, "Cm", 120), 3 + 5));
	CHECK(near(between("Cm", 123.516268, "Cm", 120), 1.5 + 2.5)); /* half a semitone: between two keys */
	CHECK(between("8A", 120, "8A", 121) < 1);
	CHECK(near(between("8A", 0, "8A", 120), 2));
	CHECK(near(between(NULL, 120, "8A", 120), 2));
	CHECK(near(between(NULL, 0, NULL, 0), 4));
	CHECK(between("8A", 120, "2B", 168) <= 10 + 7);
	CHECK(near(mix_cost(&a, &a), 20));
}

static void
small_sets_are_put_in_the_best_order(void)
{
	for (size_t n = 0; n <= 8; n++) {
		for (uint64_t seed = 1; seed <= 12; seed++) {
			uint32_t rest[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
			struct err e = { 0 };

			make_songs(n, seed);
			CHECK(tour_find(n, cost, NULL, n, order, &e) == ERR_NONE && is_order(n));
			CHECK(n == 0 ||
			    near(tour_length(n, cost, NULL, order), brute_force(rest, 0, n, 0, 1e9)));
			for (size_t first = 0; first < n; first++) {
				CHECK(tour_find(n, cost, NULL, first, order, &e) == ERR_NONE && is_order(n));
				CHECK(order[0] == first);
			}
		}
	}
}

/* Beyond what is tried in full the search still finds the best of eleven. */
static void
the_search_finds_what_force_finds(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		uint32_t rest[11] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
		struct err e = { 0 };

		make_songs(11, seed);
		CHECK(tour_find(11, cost, NULL, 11, order, &e) == ERR_NONE && is_order(11));
		CHECK(near(tour_length(11, cost, NULL, order), brute_force(rest, 0, 11, 0, 1e9)));
	}
}

static void
larger_sets_cost_less_than_greedy_ones(void)
{
	static const size_t sizes[] = { 10, 12, 15, 20, 33, 60, 150, 400, MOST };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t n = sizes[i];
		double length, least = 1e9;
		clock_t before;
		struct err e = { 0 };

		make_songs(n, n);
		before = clock();
		CHECK(tour_find(n, cost, NULL, n, order, &e) == ERR_NONE && is_order(n));
		if (getenv("VERBOSE") != NULL)
			fprintf(stderr, "%zu: %.1f s", n, (double)(clock() - before) / CLOCKS_PER_SEC);
		length = tour_length(n, cost, NULL, order);
		for (size_t from = 0; from < n; from += n / 10) {
			double d = greedy(n, from);

			least = d < least ? d : least;
		}
		if (getenv("VERBOSE") != NULL)
			fprintf(stderr, ", %.1f, greedy %.1f\n", length, least);
		CHECK(n >= 20 ? length < least - 0.01 : length <= least + 1e-9);
		if (n > 60)
			continue;
		for (size_t first = 0; first < n; first += n / 3) {
			CHECK(tour_find(n, cost, NULL, first, order, &e) == ERR_NONE && is_order(n));
			CHECK(order[0] == first &&
			    tour_length(n, cost, NULL, order) <= greedy(n, first) + 1e-9);
			CHECK(tour_length(n, cost, NULL, order) >= length - 0.35 * length);
		}
	}
}

static void
the_unknown_come_last(void)
{
	struct err e = { 0 };

	make_songs(40, 7);
	for (size_t i = 0; i < 40; i += 4)
		songs[i].timed = songs[i].keyed = false;
	CHECK(mix_order(songs, 40, 40, order, &e) == ERR_NONE && is_order(40));
	for (size_t i = 0, known = 0; i < 40; i++) {
		bool is_known = songs[order[i]].timed || songs[order[i]].keyed;

		CHECK(known == i || !is_known);
		CHECK(is_known || i == 0 || songs[order[i - 1]].timed || songs[order[i - 1]].keyed ||
		    order[i - 1] < order[i]);
		known += is_known;
	}
	CHECK(mix_order(songs, 40, 8, order, &e) == ERR_NONE && is_order(40) && order[0] == 8);
	CHECK(mix_order(songs, 40, 9, order, &e) == ERR_NONE && is_order(40) && order[0] == 9);
	CHECK(mix_order(songs, 0, 0, order, &e) == ERR_NONE);
	CHECK(mix_order(songs, 1, 0, order, &e) == ERR_NONE && is_order(1));
}

int
main(void)
{
	transitions_cost_what_the_manual_says();
	small_sets_are_put_in_the_best_order();
	the_search_finds_what_force_finds();
	larger_sets_cost_less_than_greedy_ones();
	the_unknown_come_last();
	return unit_end("mix");
}
