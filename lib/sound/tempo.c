/* SPDX-License-Identifier: MIT */
#include "sound/tempo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sound/fft.h"

enum {
	BANDS = 24,
	SECONDS_MAX = 600,
	FRAMES_MAX = SECONDS_MAX * TEMPO_RATE / TEMPO_HOP,
	LEAST_SECONDS = 5,
	SLOWEST = 40, /* beats a minute that are looked for */
	FASTEST = 240,
	BEATS_MAX = 96 /* the longest distance looked at */
};
#define LEAST_LEVEL      0.2  /* below it nothing begins */
#define LEAST_CONFIDENCE 0.05 /* below it nothing comes again: noise */
#define FRAMES_A_SECOND  ((double)TEMPO_RATE / TEMPO_HOP)

struct tempo {
	int edge[BANDS + 1]; /* bins where bands begin */
	float last[BANDS];
	size_t n;
	float *flux; /* of each frame */
};

static double
mel(double hz)
{
	return 1127 * log(1 + hz / 700);
}

enum err_code
tempo_new(struct tempo **out, struct err *e)
{
	struct tempo *t = calloc(1, sizeof *t);
	double low = mel(30), high = mel(10000);

	if (t == NULL)
		return err_memory(e);
	t->flux = malloc(FRAMES_MAX * sizeof *t->flux);
	if (t->flux == NULL) {
		free(t);
		return err_memory(e);
	}
	for (int i = 0; i <= BANDS; i++) {
		double hz = 700 * (exp((low + (high - low) * i / BANDS) / 1127) - 1);

		t->edge[i] = (int)(hz * TEMPO_FRAME / TEMPO_RATE + 0.5);
		if (i > 0 && t->edge[i] <= t->edge[i - 1])
			t->edge[i] = t->edge[i - 1] + 1;
	}
	*out = t;
	return ERR_NONE;
}

void
tempo_free(struct tempo *t)
{
	if (t == NULL)
		return;
	free(t->flux);
	free(t);
}

void
tempo_add(struct tempo *t, const float *power)
{
	float rise = 0;

	if (t->n >= FRAMES_MAX)
		return;
	for (int i = 0; i < BANDS; i++) {
		float sum = 0, level;

		for (int k = t->edge[i]; k < t->edge[i + 1]; k++)
			sum += power[k];
		level = logf(1e-2F + sum / (float)(t->edge[i + 1] - t->edge[i]));
		if (t->n > 0 && level > t->last[i])
			rise += level - t->last[i];
		t->last[i] = level;
	}
	t->flux[t->n++] = rise;
}

/* What stands out from the second around it. */
static void
stand_out(const float *flux, size_t n, float *out)
{
	size_t reach = (size_t)(FRAMES_A_SECOND / 2);
	double sum = 0;

	for (size_t i = 0; i < n && i < reach; i++)
		sum += (double)flux[i];
	for (size_t i = 0; i < n; i++) {
		size_t from = i > reach ? i - reach : 0, to = i + reach < n ? i + reach : n - 1;

		if (i + reach < n)
			sum += (double)flux[i + reach];
		if (i > reach)
			sum -= (double)flux[i - reach - 1];
		out[i] = flux[i] - (float)(sum / (double)(to - from + 1));
	}
}

/* How much happens: 5 to 13 in music, 1 in noise, 0.1 and less in a tone that stands. */
static double
level_of(const float *x, size_t n)
{
	double square = 0;

	for (size_t i = 0; i < n; i++)
		square += (double)x[i] * (double)x[i];
	return sqrt(square / (double)n);
}

static double
rate_of_onsets(const float *x, size_t n, double level)
{
	size_t count = 0;

	for (size_t i = 1; i + 1 < n; i++)
		count += (double)x[i] > level && x[i] > x[i - 1] && x[i] >= x[i + 1];
	return (double)count * FRAMES_A_SECOND / (double)n;
}

/* How much a signal resembles itself i frames later, for each i below n; 1 for i = 0. */
static enum err_code
autocorrelation(const float *x, size_t n, float *out, struct err *e)
{
	struct fft *f = NULL;
	float *a = NULL, *power = NULL;
	size_t size = 1024;

	while (size < 2 * n)
		size *= 2;
	a = calloc(size, sizeof *a);
	power = calloc(size / 2 + 1, sizeof *power);
	if (a == NULL || power == NULL)
		err_memory(e);
	if (e->code == ERR_NONE && fft_new(&f, size, e) == ERR_NONE) {
		memcpy(a, x, n * sizeof *x);
		fft_power(f, a, power);
		fft_cosines(f, power, a);
		for (size_t i = 0; i < n; i++)
			out[i] = a[0] > 0 ? a[i] / a[0] * (float)((double)n / (double)(n - i)) : 0;
	}
	fft_free(f);
	free(a);
	free(power);
	return e->code;
}

struct rhythm {
	const float *alike;
	size_t n; /* distances that can be trusted */
};

static double
at(const struct rhythm *r, double distance)
{
	size_t i = (size_t)distance;
	double part = distance - (double)i;

	if (i + 1 >= r->n)
		return 0;
	return (double)r->alike[i] * (1 - part) + (double)r->alike[i + 1] * part;
}

/* The mean likeness after 1, 2, ... `beats` beats of so many frames. */
static double
comb(const struct rhythm *r, double beat, int beats)
{
	double sum = 0;
	int n = 0;

	for (int k = 1; k <= beats && (double)k * beat + 1 < (double)r->n; k++, n++)
		sum += at(r, k * beat);
	return n > 0 ? sum / n : 0;
}

static double
frames_of(double bpm)
{
	return 60 * FRAMES_A_SECOND / bpm;
}

static double
preference(double bpm)
{
	double octaves = log2(bpm / 120) / 0.9;

	return exp(-octaves * octaves / 2);
}

static double
worth(const struct rhythm *r, double bpm)
{
	double c = comb(r, frames_of(bpm), 4);

	return c > 0 ? c * preference(bpm) : 0;
}

/* The best tempo by steps of 1/200, and then by ever longer distances exactly. */
static double
search(const struct rhythm *r)
{
	double best = 0, most = 0;

	for (double bpm = SLOWEST; bpm <= FASTEST; bpm *= 1.005) {
		double w = worth(r, bpm);

		if (w > most) {
			most = w;
			best = bpm;
		}
	}
	for (int beats = 4; most > 0 && beats <= BEATS_MAX; beats *= 2) {
		double middle = best, reach = 0.02 * 4 / beats;

		most = -1;
		for (int i = -20; i <= 20; i++) {
			double bpm = middle * (1 + reach * i / 20), c = comb(r, frames_of(bpm), beats);

			if (c > most) {
				most = c;
				best = bpm;
			}
		}
	}
	return best;
}

enum err_code
tempo_find(struct tempo *t, struct tempo_found *found, struct err *e)
{
	float *x, *alike;
	struct rhythm r;
	double level, c;

	*found = (struct tempo_found){ 0 };
	if ((double)t->n < LEAST_SECONDS * FRAMES_A_SECOND)
		return ERR_NONE;
	x = malloc(t->n * sizeof *x);
	alike = malloc(t->n * sizeof *alike);
	if (x == NULL || alike == NULL) {
		err_memory(e);
		goto out;
	}
	stand_out(t->flux, t->n, x);
	level = level_of(x, t->n);
	found->onsets = rate_of_onsets(x, t->n, level);
	if (level < LEAST_LEVEL)
		goto out;
	if (autocorrelation(x, t->n, alike, e) != ERR_NONE)
		goto out;
	r = (struct rhythm){ alike, t->n * 3 / 4 };
	found->bpm = search(&r);
	if (found->bpm <= 0)
		goto out;
	c = comb(&r, frames_of(found->bpm), 8);
	if (c < LEAST_CONFIDENCE) {
		found->bpm = 0;
		goto out;
	}
	found->confidence = c > 1 ? 1 : c;
	found->other =
	    worth(&r, found->bpm * 2) > worth(&r, found->bpm / 2) ? found->bpm * 2 : found->bpm / 2;
out:
	free(x);
	free(alike);
	return e->code;
}
