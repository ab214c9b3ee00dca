/* SPDX-License-Identifier: MIT */
#include "sound/key.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

enum {
	FRAMES_MAX = 600 * KEY_RATE / KEY_HOP,
	STEPS = 120, /* ten to a semitone: peaks are put there until the tuning is known */
	LOWEST = 65, /* Hz */
	HIGHEST = 2100
};
#define BIN_HZ ((double)KEY_RATE / KEY_FRAME)

struct key {
	int frames;
	double step[STEPS];
	double cosine, sine; /* of the tuning, as an angle */
};

static const double temperley[2][12] = {
	{ 0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400 },
	{ 0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330 },
};
static const double faraldo[2][12] = {
	{ 1.00, 0.00, 0.42, 0.00, 0.53, 0.37, 0.00, 0.77, 0.00, 0.38, 0.21, 0.30 },
	{ 1.00, 0.00, 0.36, 0.39, 0.00, 0.38, 0.00, 0.74, 0.27, 0.00, 0.42, 0.23 },
};

enum err_code
key_new(struct key **out, struct err *e)
{
	struct key *k = calloc(1, sizeof *k);

	if (k == NULL)
		return err_memory(e);
	*out = k;
	return ERR_NONE;
}

void
key_free(struct key *k)
{
	free(k);
}

/* A peak of so many semitones above C. */
static void
note(struct key *k, double semitones, double weight)
{
	double angle = 2 * PI * (semitones - floor(semitones));
	int step = (int)floor(semitones * STEPS / 12 + 0.5) % STEPS;

	k->step[step < 0 ? step + STEPS : step] += weight;
	k->cosine += weight * cos(angle);
	k->sine += weight * sin(angle);
}

void
key_add(struct key *k, const float *power)
{
	int from = (int)(LOWEST / BIN_HZ), to = (int)(HIGHEST / BIN_HZ);
	double loudest = 0;

	if (k->frames >= FRAMES_MAX)
		return;
	k->frames++;
	for (int i = from; i <= to; i++)
		loudest = fmax(loudest, (double)power[i]);
	if (loudest < 1)
		return; /* next to silence */
	for (int i = from; i <= to; i++) {
		double a, b, c, shift;

		if (power[i] <= power[i - 1] || power[i] < power[i + 1] || (double)power[i] < loudest * 1e-4)
			continue;
		a = log(
		    (double)power[i - 1] + 1e-9); /* a parabola through the logarithms has the peak's place */
		b = log((double)power[i] + 1e-9);
		c = log((double)power[i + 1] + 1e-9);
		shift = a - 2 * b + c < 0 ? (a - c) / (2 * (a - 2 * b + c)) : 0;
		note(k, 12 * log2((i + shift) * BIN_HZ / 440) + 9 + 120,
		    sqrt(sqrt((double)power[i] / loudest)));
	}
}

/* How alike the sounds and a profile are, when the key's first note is `pitch`: their correlation. */
static double
correlation(const double *sounds, const double *profile, int pitch)
{
	double xs = 0, ys = 0, xx = 0, yy = 0, xy = 0;

	for (int i = 0; i < 12; i++) {
		double x = sounds[(i + pitch) % 12], y = profile[i];

		xs += x;
		ys += y;
		xx += x * x;
		yy += y * y;
		xy += x * y;
	}
	xx -= xs * xs / 12;
	yy -= ys * ys / 12;
	return xx > 0 && yy > 0 ? (xy - xs * ys / 12) / sqrt(xx * yy) : 0;
}

/* Sort the steps into semitones of the tuning. */
static bool
classes(const struct key *k, struct key_found *found)
{
	double sum = 0;

	found->tuning = k->cosine == 0 && k->sine == 0 ? 0 : atan2(k->sine, k->cosine) / (2 * PI) * 100;
	for (int i = 0; i < STEPS; i++) {
		int class = (int)floor((i * 12.0 / STEPS) - found->tuning / 100 + 0.5);

		found->class[(class + 12) % 12] += k->step[i];
		sum += k->step[i];
	}
	for (int i = 0; i < KEY_CLASSES && sum > 0; i++)
		found->class[i] /= sum;
	return sum > 0;
}

void
key_find(const struct key *k, struct key_found *found)
{
	double best = -2, next = -2;

	*found = (struct key_found){ .pitch = -1 };
	if (!classes(k, found))
		return;
	for (int i = 0; i < 24; i++) {
		double c = (correlation(found->class, temperley[i / 12], i % 12) +
			       correlation(found->class, faraldo[i / 12], i % 12)) /
		    2;

		if (c > best) {
			next = best;
			best = c;
			found->pitch = i % 12;
			found->minor = i >= 12;
		} else if (c > next) {
			next = c;
		}
	}
	found->confidence = fmin(1, fmax(0, (best - next) * 5)) * fmax(0, best);
}
