/* SPDX-License-Identifier: MIT */
/*
 * fft.h - Fourier transforms of real signals, and signals cut into frames for them
 *
 * A radix-2 transform by Cooley and Tukey (1965), with a real signal of n samples packed as n / 2 complex
 * ones: small, in single precision, and quick enough to hear an hour in a few seconds.
 */
#ifndef SOUND_FFT_H
#define SOUND_FFT_H

#include <stddef.h>

#include "base/err.h"

struct fft;

/* For n samples, a power of two from 8 on. */
enum err_code fft_new(struct fft **f, size_t n, struct err *e);
void fft_free(struct fft *f); /* NULL is allowed */

/* The squared magnitudes of n samples: n / 2 + 1 of them. */
void fft_power(struct fft *f, const float *samples, float *power);

/* From n / 2 + 1 of them back: how much a signal of that spectrum resembles itself i samples later, n / 2 + 1
 * numbers, of no scale. */
void fft_cosines(struct fft *f, const float *power, float *out);

/* Frames of n samples, each `hop` after the one before, under a Hann window; what is fed is cut and handed
 * over as squared magnitudes. */
struct frames;
enum err_code frames_new(struct frames **f, size_t n, size_t hop,
    void (*take)(void *context, const float *power), void *context, struct err *e);
void frames_add(struct frames *f, const float *samples, size_t count);
void frames_free(struct frames *f); /* NULL is allowed */

#endif
