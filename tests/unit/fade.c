/* SPDX-License-Identifier: MIT */
/* Tracks that are faded into each other: what comes out has the length and the samples that it should. */
#include "intake/render/mix.h"

#include <math.h>
#include <stdlib.h>

#include "unit.h"

enum { ROOM = 100000 };

static float out[ROOM];
static size_t nout;

static enum err_code
sink(void *context, const float *frames, size_t n, struct err *e)
{
	(void)context;
	(void)e;
	for (size_t i = 0; i < 2 * n; i++)
		out[nout++] = frames[i];
	return ERR_NONE;
}

/* Tracks of these lengths, each of one value, in pieces of `piece` frames; where they begin. */
static int64_t
play(size_t fade, const size_t *lengths, const float *values, size_t n, size_t piece, int64_t *begins)
{
	struct err e = { 0 };
	struct mix *m = NULL;
	int64_t frames = -1;
	float *room = calloc(2 * piece, sizeof *room);

	nout = 0;
	CHECK(mix_new(&m, 2, fade, sink, NULL, &e) == ERR_NONE);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 2 * piece; k++)
			room[k] = k % 2 == 0 ? values[i] : -values[i];
		for (size_t left = lengths[i]; left > 0;) {
			size_t now = left < piece ? left : piece;

			CHECK(mix_add(m, room, now, &e) == ERR_NONE);
			left -= now;
		}
		CHECK(mix_next(m, &begins[i], &e) == ERR_NONE);
	}
	CHECK(mix_finish(m, &frames, &e) == ERR_NONE);
	CHECK(nout == 2 * (size_t)frames);
	mix_free(m);
	free(room);
	return frames;
}

int
main(void)
{
	const size_t lengths[] = { 1000, 300, 0, 50, 7, 2000 };
	const float values[] = { 0.5F, 0.25F, 0, 0.125F, 0.0625F, 0.5F };
	int64_t begins[6];

	for (size_t piece = 1; piece < 3000; piece = 3 * piece + 1) {
		/* none: every sample as it was */
		CHECK(play(0, lengths, values, 6, piece, begins) == 3357);
		CHECK(begins[0] == 0 && begins[1] == 1000 && begins[2] == -1 && begins[3] == 1300);
		CHECK(begins[4] == 1350 && begins[5] == 1357);
		CHECK(out[0] == 0.5F && out[1] == -0.5F && out[2 * 999] == 0.5F && out[2 * 1000] == 0.25F);
		/* 100, but of 50 frames only 25, of 7 only 3 */
		CHECK(play(100, lengths, values, 6, piece, begins) == 3357 - 100 - 25 - 3 - 3);
		CHECK(begins[1] == 900 && begins[3] == 1175 && begins[4] == 1222 && begins[5] == 1226);
		CHECK(out[2 * 899] == 0.5F && out[2 * 1000] == 0.25F && out[2 * 1174] == 0.25F);
		CHECK(out[2 * 950] > 0.5F && out[2 * 950] < 0.56F); /* the power stays */
	}
	/* two that are loud never go beyond full scale */
	CHECK(play(100, (const size_t[]){ 1000, 1000 }, (const float[]){ 1, 1 }, 2, 64, begins) == 1900);
	for (size_t i = 0; i < nout; i++)
		CHECK(fabsf(out[i]) <= 1.000001F);
	return unit_end("fade");
}
