/* SPDX-License-Identifier: MIT */
#include "sound/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct fft {
	size_t n, half;   /* real samples; complex ones */
	float *re, *im;   /* half of them */
	float *cos, *sin; /* of 2 pi i / n, n / 2 of them */
	size_t *from;     /* where in the signal the place's number comes from: its bits turned round */
};

void
fft_free(struct fft *f)
{
	if (f == NULL)
		return;
	free(f->re);
	free(f->im);
	free(f->cos);
	free(f->sin);
	free(f->from);
	free(f);
}

enum err_code
fft_new(struct fft **out, size_t n, struct err *e)
{
	struct fft *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_memory(e);
	f->n = n;
	f->half = n / 2;
	f->re = calloc(f->half, sizeof *f->re);
	f->im = calloc(f->half, sizeof *f->im);
	f->cos = calloc(f->half, sizeof *f->cos);
	f->sin = calloc(f->half, sizeof *f->sin);
	f->from = calloc(f->half, sizeof *f->from);
	if (f->re == NULL || f->im == NULL || f->cos == NULL || f->sin == NULL || f->from == NULL) {
		fft_free(f);
		return err_memory(e);
	}
	for (size_t i = 0; i < f->half; i++) {
		f->cos[i] = (float)cos(2 * PI * (double)i / (double)n);
		f->sin[i] = (float)sin(2 * PI * (double)i / (double)n);
		for (size_t bit = 1, top = f->half >> 1; bit < f->half; bit <<= 1, top >>= 1)
			f->from[i] |= (i & bit) != 0 ? top : 0;
	}
	*out = f;
	return ERR_NONE;
}

/* Two halves of a stage become its whole; apart, so that the compiler can take several at once. */
static void
butterflies(float *restrict are, float *restrict aim, float *restrict bre, float *restrict bim,
    const float *restrict c, const float *restrict s, size_t count, size_t stride)
{
	for (size_t i = 0; i < count; i++) {
		float wr = c[i * stride], wi = s[i * stride];
		float xr = bre[i] * wr + bim[i] * wi, xi = bim[i] * wr - bre[i] * wi;

		bre[i] = are[i] - xr;
		bim[i] = aim[i] - xi;
		are[i] += xr;
		aim[i] += xi;
	}
}

static void
transform(struct fft *f)
{
	for (size_t i = 0; i < f->half; i += 2) { /* the first stage has nothing to multiply */
		float re = f->re[i + 1], im = f->im[i + 1];

		f->re[i + 1] = f->re[i] - re;
		f->im[i + 1] = f->im[i] - im;
		f->re[i] += re;
		f->im[i] += im;
	}
	for (size_t size = 4; size <= f->half; size *= 2)
		for (size_t at = 0; at < f->half; at += size)
			butterflies(f->re + at, f->im + at, f->re + at + size / 2, f->im + at + size / 2,
			    f->cos, f->sin, size / 2, f->n / size);
}

/* A coefficient of the real signal, from those of its even and odd samples that were transformed together. */
static float
real_part(const struct fft *f, size_t i, float *im)
{
	size_t k = f->half - i;
	float er = (f->re[i] + f->re[k]) / 2, ei = (f->im[i] - f->im[k]) / 2;
	float or = (f->im[i] + f->im[k]) / 2, oi = (f->re[k] - f->re[i]) / 2;

	*im = ei + oi * f->cos[i] - or *f->sin[i];
	return er + or *f->cos[i] + oi * f->sin[i];
}

void
fft_power(struct fft *f, const float *samples, float *power)
{
	for (size_t i = 0; i < f->half; i++) {
		f->re[i] = samples[2 * f->from[i]];
		f->im[i] = samples[2 * f->from[i] + 1];
	}
	transform(f);
	power[0] = (f->re[0] + f->im[0]) * (f->re[0] + f->im[0]);
	power[f->half] = (f->re[0] - f->im[0]) * (f->re[0] - f->im[0]);
	for (size_t i = 1; i < f->half; i++) {
		float im, re = real_part(f, i, &im);

		power[i] = re * re + im * im;
	}
}

/* A number of the whole spectrum, of which the second half mirrors the first. */
static float
mirrored(const struct fft *f, const float *power, size_t i)
{
	return power[i <= f->half ? i : f->n - i];
}

void
fft_cosines(struct fft *f, const float *power, float *out)
{
	float im;

	for (size_t i = 0; i < f->half; i++) {
		f->re[i] = mirrored(f, power, 2 * f->from[i]);
		f->im[i] = mirrored(f, power, 2 * f->from[i] + 1);
	}
	transform(f);
	out[0] = f->re[0] + f->im[0];
	out[f->half] = f->re[0] - f->im[0];
	for (size_t i = 1; i < f->half; i++)
		out[i] = real_part(f, i, &im);
}

struct frames {
	struct fft *fft;
	size_t n, hop, filled;
	float *window, *samples, *weighted, *power;
	void (*take)(void *context, const float *power);
	void *context;
};

void
frames_free(struct frames *f)
{
	if (f == NULL)
		return;
	fft_free(f->fft);
	free(f->window);
	free(f->samples);
	free(f->weighted);
	free(f->power);
	free(f);
}

enum err_code
frames_new(struct frames **out, size_t n, size_t hop, void (*take)(void *context, const float *power),
    void *context, struct err *e)
{
	struct frames *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_memory(e);
	*f = (struct frames){ .n = n, .hop = hop, .take = take, .context = context };
	f->window = calloc(n, sizeof *f->window);
	f->samples = calloc(n, sizeof *f->samples);
	f->weighted = calloc(n, sizeof *f->weighted);
	f->power = calloc(n / 2 + 1, sizeof *f->power);
	if (f->window == NULL || f->samples == NULL || f->weighted == NULL || f->power == NULL)
		err_memory(e);
	if (e->code != ERR_NONE || fft_new(&f->fft, n, e) != ERR_NONE) {
		frames_free(f);
		return e->code;
	}
	for (size_t i = 0; i < n; i++)
		f->window[i] = (float)(0.5 - 0.5 * cos(2 * PI * ((double)i + 0.5) / (double)n));
	*out = f;
	return ERR_NONE;
}

void
frames_add(struct frames *f, const float *samples, size_t count)
{
	while (count > 0) {
		size_t take = f->n - f->filled < count ? f->n - f->filled : count;

		memcpy(f->samples + f->filled, samples, take * sizeof *samples);
		f->filled += take;
		samples += take;
		count -= take;
		if (f->filled < f->n)
			break;
		for (size_t i = 0; i < f->n; i++)
			f->weighted[i] = f->samples[i] * f->window[i];
		fft_power(f->fft, f->weighted, f->power);
		f->take(f->context, f->power);
		f->filled = f->n - f->hop;
		memmove(f->samples, f->samples + f->hop, f->filled * sizeof *f->samples);
	}
}
