/* SPDX-License-Identifier: MIT */
#include "sound/timbre.h"

#include <math.h>

#define PI     3.14159265358979323846
#define BIN_HZ ((double)TEMPO_RATE / TEMPO_FRAME)

enum { BINS = TEMPO_FRAME / 2, CENTROID = 0, ROLLOFF, FLATNESS, LEVEL, CHANGE, LOW, HIGH, MEASURES };

static double
octaves(double hz)
{
	return log2(fmax(hz, BIN_HZ) / 440);
}

void
timbre_add(struct timbre *t, const float *power)
{
	double measure[MEASURES], logs = 0, below = 0;
	float sum = 0, weighted = 0, low = 0, high = 0;
	int edge = 1;

	for (int i = 1; i < BINS; i++) {
		sum += power[i];
		weighted += power[i] * (float)i;
		low += i < 200 / BIN_HZ ? power[i] : 0;
		high += i > 2000 / BIN_HZ ? power[i] : 0;
	}
	if (!(sum > 1e-2F))
		return;                     /* silence */
	for (int i = 1; i < BINS; i += 8) { /* the logarithm of a product instead of eight */
		double product = 1;

		for (int k = i; k < i + 8 && k < BINS; k++)
			product *= (double)power[k] + 1e-9;
		logs += log(product);
	}
	while (edge < BINS && below < 0.85 * (double)sum)
		below += (double)power[edge++];
	measure[CENTROID] = octaves((double)(weighted / sum) * BIN_HZ);
	measure[ROLLOFF] = octaves(edge * BIN_HZ);
	measure[FLATNESS] = logs / (BINS - 1) - log((double)sum / (BINS - 1));
	measure[LEVEL] = 10 * log10((double)sum);
	measure[CHANGE] = t->n > 0 ? fabs(measure[LEVEL] - (double)t->last) : 0;
	measure[LOW] = log((double)low / (double)sum + 1e-4);
	measure[HIGH] = log((double)high / (double)sum + 1e-4);
	t->last = (float)measure[LEVEL];
	t->n++;
	for (int i = 0; i < MEASURES; i++) {
		t->sum[i] += measure[i];
		t->square[i] += measure[i] * measure[i];
	}
}

static void
harmony(const struct key_found *key, float *v)
{
	double entropy = 0;

	for (int i = 0; i < KEY_CLASSES; i++) {
		for (int apart = 1; apart <= 6; apart++)
			v[15 + apart] += (float)(key->class[i] * key -> class[(i + apart) % 12]);
		entropy -= key->class[i] > 0 ? key->class[i] * log(key->class[i]) : 0;
	}
	v[22] = key->pitch < 0 ? 0 : (float)(key->minor ? -key->confidence : key->confidence);
	v[23] = (float)entropy;
}

void
timbre_find(
    const struct timbre *t, const struct tempo_found *tempo, const struct key_found *key, struct sound *s)
{
	float *v = s->vector;
	double place = tempo->bpm > 0 ? log2(tempo->bpm / 120) * 2 * PI : 0;

	for (int i = 0; i < MEASURES && t->n > 0; i++) {
		double mean = t->sum[i] / t->n, variance = t->square[i] / t->n - mean * mean;

		v[i < LOW ? 2 * i : 10 + i - LOW] = (float)mean;
		if (i < LOW)
			v[2 * i + 1] = (float)sqrt(fmax(0, variance));
	}
	v[12] = (float)tempo->onsets;
	v[13] = (float)tempo->confidence;
	v[14] = tempo->bpm > 0 ? (float)cos(place) : 0;
	v[15] = tempo->bpm > 0 ? (float)sin(place) : 0;
	harmony(key, v);
}
