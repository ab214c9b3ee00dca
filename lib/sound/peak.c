/* SPDX-License-Identifier: MIT */
#include "sound/peak.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { TAPS = 12, BLOCK = 64, PHASES_MAX = 3 };

struct peak {
	int channels, phases; /* places between two samples */
	float tap[PHASES_MAX][TAPS];
	float bound; /* the largest absolute sum of a phase */
	float highest;
	int filled;
	float *line; /* for each channel TAPS - 1 samples of before, and a block */
};

enum err_code
peak_new(struct peak **out, int rate, int channels, struct err *e)
{
	struct peak *p = calloc(1, sizeof *p);
	int times = rate < 96000 ? 4 : rate < 192000 ? 2 : 1;

	if (p == NULL)
		return err_memory(e);
	p->channels = channels;
	p->phases = times - 1;
	p->line = calloc((size_t)channels * (TAPS - 1 + BLOCK), sizeof *p->line);
	if (p->line == NULL) {
		free(p);
		return err_memory(e);
	}
	p->bound = 1;
	for (int i = 0; i < p->phases; i++) {
		float sum = 0;

		for (int k = 0; k < TAPS; k++) {
			double x = k - TAPS / 2 + (i + 1.0) / times;

			p->tap[i][k] = (float)(sin(PI * x) / (PI * x) * (0.5 + 0.5 * cos(2 * PI * x / TAPS)));
			sum += fabsf(p->tap[i][k]);
		}
		p->bound = fmaxf(p->bound, sum);
	}
	*out = p;
	return ERR_NONE;
}

void
peak_free(struct peak *p)
{
	if (p == NULL)
		return;
	free(p->line);
	free(p);
}

static float
highest(const float *x, int n)
{
	float high = 0;

	for (int i = 0; i < n; i++) {
		float a = fabsf(x[i]);

		high = a > high ? a : high;
	}
	return high;
}

/* A block of one channel, with what came before it in front. */
static void
look(struct peak *p, const float *line)
{
	float high = highest(line, TAPS - 1 + BLOCK);

	if (high * p->bound <= p->highest)
		return;
	p->highest = high > p->highest ? high : p->highest;
	for (int i = 0; i < p->phases; i++) {
		float between[BLOCK] = { 0 };

		for (int k = 0; k < TAPS; k++)
			for (int n = 0; n < BLOCK; n++)
				between[n] += p->tap[i][k] * line[n + k];
		high = highest(between, BLOCK);
		p->highest = high > p->highest ? high : p->highest;
	}
}

static void
look_at_all(struct peak *p)
{
	for (int c = 0; c < p->channels; c++) {
		float *line = p->line + c * (TAPS - 1 + BLOCK);

		look(p, line);
		memmove(line, line + BLOCK, (TAPS - 1) * sizeof *line);
	}
	p->filled = 0;
}

void
peak_add(struct peak *p, const float *samples, int frames)
{
	while (frames > 0) {
		int n = BLOCK - p->filled < frames ? BLOCK - p->filled : frames;

		for (int c = 0; c < p->channels; c++) {
			float *line = p->line + c * (TAPS - 1 + BLOCK) + TAPS - 1 + p->filled;

			for (int i = 0; i < n; i++)
				line[i] = samples[i * p->channels + c];
		}
		samples += n * p->channels;
		frames -= n;
		p->filled += n;
		if (p->filled == BLOCK)
			look_at_all(p);
	}
}

double
peak_find(struct peak *p)
{
	float silence[64] = { 0 };

	for (int left = 2 * BLOCK; left > 0 && p->channels <= 64; left--) /* what is in the lines yet */
		peak_add(p, silence, 1);
	return (double)p->highest;
}
