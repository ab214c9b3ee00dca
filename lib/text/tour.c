/* SPDX-License-Identifier: MIT */
#include "text/tour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	NEAR = 10,    /* places that are looked at from each */
	STARTS = 8,   /* ways that are improved */
	SEGMENT = 3,  /* the longest stretch that Or-opt moves */
	STRETCH = 30, /* ... that a kick swaps */
	KICKS = 50,   /* for each place */
	KICKS_MAX = 50000
};
static const double little = 1e-9;

/* A round trip over the places and one more, the gate, from where the way begins and to where it ends. */
struct tour {
	uint32_t n;    /* with the gate */
	uint32_t gate; /* n - 1 */
	uint32_t first;
	tour_cost *cost;
	const void *context;
	uint32_t *order, *pos;
	uint32_t *near;  /* NEAR of each place but the gate */
	uint32_t nnear;  /* at most NEAR */
	uint32_t *queue; /* places whose surroundings changed: a ring of n */
	uint32_t head, waiting;
	bool *queued;
	uint32_t *scratch, *best;
};

static double
distance(const struct tour *t, uint32_t a, uint32_t b)
{
	if (a != t->gate && b != t->gate)
		return t->cost(t->context, a, b);
	return a == t->first || b == t->first ? -1e6 : 0; /* nothing pays more than to begin there */
}

static uint32_t
next(const struct tour *t, uint32_t place)
{
	uint32_t at = t->pos[place] + 1;

	return t->order[at == t->n ? 0 : at];
}

static uint32_t
previous(const struct tour *t, uint32_t place)
{
	uint32_t at = t->pos[place];

	return t->order[at == 0 ? t->n - 1 : at - 1];
}

static void
put(struct tour *t, uint32_t at, uint32_t place)
{
	t->order[at] = place;
	t->pos[place] = at;
}

static void
wake(struct tour *t, uint32_t place)
{
	if (t->queued[place])
		return;
	t->queued[place] = true;
	t->queue[(t->head + t->waiting++) % t->n] = place;
}

/* Turn round what lies from place a on to place b; or all the rest, which is the same on a round trip. */
static void
turn(struct tour *t, uint32_t a, uint32_t b)
{
	uint32_t i = t->pos[a], j = t->pos[b], length = (j + t->n - i) % t->n + 1;

	if (2 * length > t->n) {
		uint32_t inner = i;

		i = (j + 1) % t->n;
		j = (inner + t->n - 1) % t->n;
		length = t->n - length;
	}
	for (uint32_t k = length / 2; k > 0; k--) {
		uint32_t x = t->order[i], y = t->order[j];

		put(t, i, y);
		put(t, j, x);
		i = i + 1 == t->n ? 0 : i + 1;
		j = j == 0 ? t->n - 1 : j - 1;
	}
}

/* 2-opt: let c be beside one that is nearer than the next (or, backwards, the previous) place. */
static double
try_turn(struct tour *t, uint32_t c, bool forward)
{
	uint32_t beside = forward ? next(t, c) : previous(t, c);
	double old = distance(t, c, beside);

	for (uint32_t k = 0; k < t->nnear && c != t->gate; k++) {
		uint32_t other = t->near[c * NEAR + k];
		uint32_t after = forward ? next(t, other) : previous(t, other);
		double new = distance(t, c, other), change;

		if (new >= old)
			break;
		change = new + distance(t, beside, after) - old - distance(t, other, after);
		if (change >= -little)
			continue;
		if (forward)
			turn(t, beside, other);
		else
			turn(t, other, beside);
		wake(t, c);
		wake(t, beside);
		wake(t, other);
		wake(t, after);
		return change;
	}
	return 0;
}

/* A stretch that begins with c and goes on forward or backward. */
struct segment {
	uint32_t place[SEGMENT];
	uint32_t n;
	uint32_t before, behind; /* its neighbours at place[0] and at the end */
	bool forward;
};

static bool
is_in(const struct segment *s, uint32_t place)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->place[i] == place)
			return true;
	return false;
}

/* Walk the trip without the segment, and put that between x and y, its first place beside x. */
static void
move(struct tour *t, const struct segment *s, uint32_t x, uint32_t y)
{
	uint32_t at = t->pos[s->forward ? s->behind : s->before], n = 0;

	for (uint32_t k = t->n - s->n; k > 0; k--) {
		uint32_t place = t->order[at], following;

		t->scratch[n++] = place;
		at = at + 1 == t->n ? 0 : at + 1;
		following = t->order[at];
		if (place == x && following == y)
			for (uint32_t i = 0; i < s->n; i++)
				t->scratch[n++] = s->place[i];
		else if (place == y && following == x)
			for (uint32_t i = s->n; i > 0; i--)
				t->scratch[n++] = s->place[i - 1];
	}
	for (uint32_t i = 0; i < t->n; i++)
		put(t, i, t->scratch[i]);
}

/* Or-opt: let the segment lie elsewhere, its first place beside one that is near to it. */
static double
try_move(struct tour *t, const struct segment *s)
{
	uint32_t c = s->place[0], end = s->place[s->n - 1];
	double gain =
	    distance(t, s->before, c) + distance(t, end, s->behind) - distance(t, s->before, s->behind);

	for (uint32_t k = 0; k < t->nnear; k++) {
		uint32_t x = t->near[c * NEAR + k];

		if (distance(t, c, x) >= gain)
			break;
		if (is_in(s, x))
			continue;
		for (int side = 0; side < 2; side++) {
			uint32_t y = side == 0 ? next(t, x) : previous(t, x);
			double change = distance(t, c, x) + distance(t, end, y) - distance(t, x, y) - gain;

			if (is_in(s, y) || change >= -little)
				continue;
			move(t, s, x, y);
			wake(t, c);
			wake(t, end);
			wake(t, x);
			wake(t, y);
			wake(t, s->before);
			wake(t, s->behind);
			return change;
		}
	}
	return 0;
}

static double
try_moves(struct tour *t, uint32_t c, bool forward)
{
	struct segment s = { .forward = forward };
	uint32_t place = c;

	if (c == t->gate)
		return 0;
	s.before = forward ? previous(t, c) : next(t, c);
	while (s.n < SEGMENT && s.n + 3 < t->n) {
		double change;

		s.place[s.n++] = place;
		place = forward ? next(t, place) : previous(t, place);
		s.behind = place;
		change = try_move(t, &s);
		if (change < 0)
			return change;
	}
	return 0;
}

/* Until nothing near the waiting places helps any more; how much cheaper it became. */
static double
improve(struct tour *t)
{
	double sum = 0;

	while (t->waiting > 0) {
		uint32_t c = t->queue[t->head];
		double change;

		t->head = (t->head + 1) % t->n;
		t->waiting--;
		t->queued[c] = false;
		do {
			change = try_turn(t, c, true);
			if (change == 0)
				change = try_turn(t, c, false);
			if (change == 0)
				change = try_moves(t, c, true);
			if (change == 0)
				change = try_moves(t, c, false);
			sum += change;
		} while (change < 0);
	}
	return sum;
}

static uint32_t
draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % below;
}

/* Swap two short stretches that lie side by side; how much that costs. */
static double
kick(struct tour *t, uint64_t *state)
{
	uint32_t most = t->n / 3 < STRETCH ? t->n / 3 : STRETCH;
	uint32_t at = draw(state, t->n), a = 1 + draw(state, most), b = 1 + draw(state, most);
	uint32_t p = t->order[at], a1 = t->order[(at + 1) % t->n], a2 = t->order[(at + a) % t->n];
	uint32_t b1 = t->order[(at + a + 1) % t->n], b2 = t->order[(at + a + b) % t->n];
	uint32_t q = t->order[(at + a + b + 1) % t->n];
	const uint32_t ends[] = { p, a1, a2, b1, b2, q };
	double change = distance(t, p, b1) + distance(t, b2, a1) + distance(t, a2, q) - distance(t, p, a1) -
	    distance(t, a2, b1) - distance(t, b2, q);

	for (uint32_t i = 0; i < a + b; i++)
		t->scratch[i] = t->order[(at + 1 + (i < b ? a + i : i - b)) % t->n];
	for (uint32_t i = 0; i < a + b; i++)
		put(t, (at + 1 + i) % t->n, t->scratch[i]);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		wake(t, ends[i]);
	return change;
}

static void
keep(struct tour *t)
{
	memcpy(t->best, t->order, t->n * sizeof *t->order);
}

static void
restore(struct tour *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		put(t, i, t->best[i]);
}

static void
kick_on(struct tour *t)
{
	uint64_t state = 88172645463325252U, kicks = (uint64_t)t->n * KICKS;

	if (t->n < 8)
		return;
	keep(t);
	for (uint64_t i = 0; i < kicks && i < KICKS_MAX; i++) {
		double change = kick(t, &state);

		if (change + improve(t) < -little)
			keep(t);
		else
			restore(t);
	}
}

/* Always on to the nearest place that is left. */
static void
greedy(struct tour *t, uint32_t from)
{
	bool *left = t->queued; /* not needed yet */
	uint32_t at = 0;

	memset(left, 1, t->n);
	put(t, at++, t->gate);
	left[t->gate] = false;
	for (uint32_t here = from;;) {
		uint32_t nearest = t->n;
		double least = 0;

		put(t, at++, here);
		left[here] = false;
		for (uint32_t k = 0; k < t->n; k++) {
			double d;

			if (!left[k])
				continue;
			d = t->cost(t->context, here, k);
			if (nearest == t->n || d < least) {
				nearest = k;
				least = d;
			}
		}
		if (nearest == t->n)
			break;
		here = nearest;
	}
	memset(t->queued, 0, t->n);
	for (uint32_t i = 0; i < t->n; i++)
		wake(t, t->order[i]);
}

static double
length_of(const struct tour *t)
{
	double sum = 0;

	for (uint32_t i = 0; i < t->n; i++)
		sum += distance(t, t->order[i], next(t, t->order[i]));
	return sum;
}

/* The best of several beginnings, improved. */
static void
begin(struct tour *t)
{
	uint32_t places = t->n - 1, starts = places < STARTS ? places : STARTS;
	double least = 0;

	if (t->first < places)
		starts = 1;
	for (uint32_t s = 0; s < starts; s++) {
		double length;

		greedy(t, t->first < places ? t->first : s * (places / starts));
		improve(t);
		length = length_of(t);
		if (s == 0 || length < least) {
			least = length;
			keep(t);
		}
	}
	restore(t);
}

/* The nearest places of each, by insertion. */
static void
find_near(struct tour *t)
{
	uint32_t places = t->n - 1;

	t->nnear = places - 1 < NEAR ? places - 1 : NEAR;
	for (uint32_t c = 0; c < places; c++) {
		uint32_t *list = &t->near[c * NEAR], n = 0;
		double at[NEAR];

		for (uint32_t k = 0; k < places; k++) {
			double d = k != c ? t->cost(t->context, c, k) : 0;
			uint32_t i = n < t->nnear ? n++ : n;

			if (k == c || (i == t->nnear && d >= at[i - 1])) {
				n -= k == c && i < t->nnear;
				continue;
			}
			if (i == t->nnear)
				i--;
			for (; i > 0 && at[i - 1] > d; i--) {
				at[i] = at[i - 1];
				list[i] = list[i - 1];
			}
			at[i] = d;
			list[i] = k;
		}
	}
}

/* The way out of the round trip: from the gate on, and from `first` where that is given. */
static void
unroll(const struct tour *t, uint32_t *order)
{
	bool back = t->first < t->gate && next(t, t->gate) != t->first;
	uint32_t place = t->gate;

	for (uint32_t i = 0; i + 1 < t->n; i++) {
		place = back ? previous(t, place) : next(t, place);
		order[i] = place;
	}
}

static void
search(struct tour *t, uint32_t *order)
{
	find_near(t);
	begin(t);
	kick_on(t);
	restore(t);
	unroll(t, order);
}

/* Cheapest ways over each set of places that end at each of them. */
static enum err_code
exact(size_t n, tour_cost *cost, const void *context, size_t first, uint32_t *order, struct err *e)
{
	size_t sets = (size_t)1 << n, all = sets - 1;
	double *least = calloc(sets * n, sizeof *least);
	uint8_t *from = calloc(sets * n, 1);
	size_t last = 0;

	if (least == NULL || from == NULL) {
		free(least);
		free(from);
		return err_memory(e);
	}
	for (size_t set = 1; set < sets; set++) {
		for (size_t k = 0; k < n; k++) {
			double *here = &least[set * n + k];
			size_t rest = set & ~((size_t)1 << k);

			*here = (set >> k & 1) != 0 && rest == 0 && (first >= n || first == k) ? 0 : 1e9;
			for (size_t j = 0; j < n && (set >> k & 1) != 0; j++) {
				double d =
				    (rest >> j & 1) != 0 ? least[rest * n + j] + cost(context, j, k) : 1e9;

				if (d < *here) {
					*here = d;
					from[set * n + k] = (uint8_t)j;
				}
			}
		}
	}
	for (size_t k = 1; k < n; k++)
		if (least[all * n + k] < least[all * n + last])
			last = k;
	for (size_t i = n; i > 0; i--) {
		size_t before = from[all * n + last];

		order[i - 1] = (uint32_t)last;
		all &= ~((size_t)1 << last);
		last = before;
	}
	free(least);
	free(from);
	return ERR_NONE;
}

enum err_code
tour_find(size_t n, tour_cost *cost, const void *context, size_t first, uint32_t *order, struct err *e)
{
	struct tour t = { .n = (uint32_t)n + 1,
		.gate = (uint32_t)n,
		.first = (uint32_t)(first < n ? first : n + 1),
		.cost = cost,
		.context = context };

	if (n <= TOUR_EXACT)
		return n > 0 ? exact(n, cost, context, first, order, e) : ERR_NONE;
	t.order = calloc(t.n, sizeof *t.order);
	t.pos = calloc(t.n, sizeof *t.pos);
	t.near = calloc(t.n, NEAR * sizeof *t.near);
	t.queue = calloc(t.n, sizeof *t.queue);
	t.queued = calloc(t.n, sizeof *t.queued);
	t.scratch = calloc(t.n, sizeof *t.scratch);
	t.best = calloc(t.n, sizeof *t.best);
	if (t.order == NULL || t.pos == NULL || t.near == NULL || t.queue == NULL || t.queued == NULL ||
	    t.scratch == NULL || t.best == NULL)
		err_memory(e);
	else
		search(&t, order);
	free(t.order);
	free(t.pos);
	free(t.near);
	free(t.queue);
	free(t.queued);
	free(t.scratch);
	free(t.best);
	return e->code;
}

double
tour_length(size_t n, tour_cost *cost, const void *context, const uint32_t *order)
{
	double sum = 0;

	for (size_t i = 1; i < n; i++)
		sum += cost(context, order[i - 1], order[i]);
	return sum;
}
