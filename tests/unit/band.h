/* SPDX-License-Identifier: MIT */
/*
 * band.h - music of known tempo and key, made up note by note: for tests of what lib/sound hears
 *
 * Five styles: rock, swing, house, drum and bass, and soft strings without any drum; drums are noise and
 * falling sines, notes are a handful of harmonics. Everything is a little uneven in time and
 * strength, by numbers that are the same in every run.
 */
#ifndef UNIT_BAND_H
#define UNIT_BAND_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BAND_PI 3.14159265358979323846

enum style { ROCK, SWING, HOUSE, DRUM_AND_BASS, STRINGS, STYLES };
static const char *const style_names[STYLES] = { "rock", "swing", "house", "drum and bass", "strings" };

struct band {
	float *out;
	size_t n;
	int rate;
	uint32_t seed;
	double a4; /* Hz */
};

static double
chance(struct band *b)
{
	b->seed = b->seed * 1664525U + 1013904223U;
	return (double)(b->seed >> 8) / (1 << 24);
}

/* A note: harmonics that fall off, rising for `attack` seconds and fading. midi 69 is A4. */
static void
play_note(struct band *b, double at, double length, double midi, double level, double attack)
{
	double hz = b->a4 * pow(2, (midi - 69) / 12);
	size_t from = at < 0 ? 0 : (size_t)(at * b->rate), count = (size_t)(length * b->rate);

	for (int h = 1; h <= 5 && hz * h < b->rate / 2.2; h++) {
		double step = 2 * BAND_PI * hz * h / b->rate, phase = 2 * BAND_PI * chance(b);
		double gain = level / (h * sqrt(h)), fade = exp(-(attack > 0.1 ? 0.3 : 1.5) / b->rate),
		       shape = 1;
		double x = sin(phase), y = cos(phase), c = cos(step), s = sin(step);

		for (size_t i = 0; i < count && from + i < b->n;
		     i++) { /* a turn by `step` is one multiplication */
			double t = (double)i / b->rate, end = (length - t) * 50, turned = x * c + y * s;

			b->out[from + i] +=
			    (float)(gain * shape * (t < attack ? t / attack : 1) * (end < 1 ? end : 1) * x);
			y = y * c - x * s;
			x = turned;
			shape *= t < attack ? 1 : fade;
		}
	}
}

/* Noise that dies away in `length` seconds, of high sounds only, or with a body. */
static void
play_noise(struct band *b, double at, double length, double level, double body)
{
	size_t from = at < 0 ? 0 : (size_t)(at * b->rate), count = (size_t)(4 * length * b->rate);
	double last = 0;

	for (size_t i = 0; i < count && from + i < b->n; i++) {
		double t = (double)i / b->rate, x = 2 * chance(b) - 1;

		b->out[from + i] += (float)(level * exp(-t / length) *
		    (x - (1 - body) * last + body * sin(2 * BAND_PI * 190 * t)));
		last = x;
	}
}

static void
play_kick(struct band *b, double at, double level)
{
	size_t from = at < 0 ? 0 : (size_t)(at * b->rate), count = (size_t)(0.25 * b->rate);
	double phase = 0;

	for (size_t i = 0; i < count && from + i < b->n; i++) {
		double t = (double)i / b->rate;

		phase += 2 * BAND_PI * (48 + 90 * exp(-t * 40)) / b->rate;
		b->out[from + i] += (float)(level * exp(-t * 14) * sin(phase));
	}
}

/* Four chords of three notes above a root, in semitones from the key's first note; major and minor keys. */
enum { PROGRESSIONS = 4 };
static const struct {
	int root[4];
	bool minor[4];
} progressions[2][PROGRESSIONS] = {
	{ { { 0, 7, 9, 5 }, { 0, 0, 1, 0 } }, { { 0, 5, 7, 0 }, { 0, 0, 0, 0 } },
	    { { 2, 7, 0, 0 }, { 1, 0, 0, 0 } }, { { 0, 9, 2, 7 }, { 0, 1, 1, 0 } } },
	{ { { 0, 8, 3, 10 }, { 1, 0, 0, 0 } }, { { 0, 5, 7, 0 }, { 1, 1, 0, 1 } },
	    { { 0, 5, 10, 0 }, { 1, 1, 0, 1 } }, { { 0, 8, 5, 7 }, { 1, 0, 1, 0 } } },
};

struct song {
	enum style style;
	double bpm;
	int pitch; /* 0 = C */
	bool minor;
	int progression;
	bool drums, notes, lead; /* lead: a tune above it that no other song has */
};

static void
play_bar_of_drums(struct band *b, const struct song *s, double at, double beat)
{
	static const double break_kick[] = { 0, 2.5 }, break_snare[] = { 1, 3 };

	for (int i = 0; i < 4; i++) {
		double t = at + i * beat + (chance(b) - 0.5) * 0.006, level = 0.8 + 0.2 * chance(b);

		switch (s->style) {
		case ROCK:
			if (i % 2 == 0)
				play_kick(b, t, 0.7 * level);
			else
				play_noise(b, t, 0.06, 0.35 * level, 0.5);
			play_noise(b, t, 0.02, 0.12 * level, 0);
			play_noise(b, t + beat / 2, 0.02, 0.08 * level, 0);
			break;
		case SWING:
			play_noise(b, t, 0.08, 0.12 * level, 0);
			if (i % 2 == 1) {
				play_noise(b, t, 0.02, 0.2 * level, 0);
				play_noise(b, t + beat * 2 / 3, 0.06, 0.09 * level, 0);
			}
			break;
		case HOUSE:
			play_kick(b, t, 0.8 * level);
			play_noise(b, t + beat / 2, 0.04, 0.15 * level, 0);
			if (i % 2 == 1)
				play_noise(b, t, 0.05, 0.25 * level, 0.2);
			break;
		case DRUM_AND_BASS:
			if (i < 2) {
				play_kick(b, at + break_kick[i] * beat, 0.8 * level);
				play_noise(b, at + break_snare[i] * beat, 0.06, 0.4 * level, 0.4);
			}
			play_noise(b, t, 0.015, 0.1 * level, 0);
			play_noise(b, t + beat / 2, 0.015, 0.08 * level, 0);
			break;
		default:
			break;
		}
	}
}

static void
play_bar_of_notes(struct band *b, const struct song *s, int bar, double at, double beat)
{
	int root = (s->pitch + progressions[s->minor][s->progression].root[bar % 4]) % 12;
	bool minor = progressions[s->minor][s->progression].minor[bar % 4];
	int chord[3] = { 60 + root, 60 + root + (minor ? 3 : 4), 60 + root + 7 };
	bool soft = s->style == STRINGS;

	for (int i = 0; i < 3; i++) {
		int note = chord[i] > 67 ? chord[i] - 12 : chord[i];

		if (soft)
			play_note(b, at, 4 * beat, note, 0.1, 0.12);
		else
			for (int k = 0; k < 4; k++)
				play_note(b, at + (k + (s->style == HOUSE ? 0.5 : 0)) * beat, 0.9 * beat,
				    note, 0.06, 0.005);
	}
	for (int k = 0; k < 4; k++) {
		int walk = s->style == SWING ? (int[]){ 0, minor ? 3 : 4, 7, 9 }[k] : k == 2 ? 7 : 0;
		double late = (chance(b) - 0.5) * 0.01;

		if (soft) /* a melody of the chord's notes, bowed */
			play_note(b, at + k * beat + late, beat, chord[(k + bar) % 3] + 12, 0.1, 0.07);
		else
			play_note(b, at + k * beat + late, 0.8 * beat, 36 + (root + walk) % 12, 0.2, 0.004);
	}
}

/* Eight notes of the scale, by chance. */
static void
play_bar_of_lead(struct band *b, const struct song *s, double at, double beat)
{
	static const int scale[2][7] = { { 0, 2, 4, 5, 7, 9, 11 }, { 0, 2, 3, 5, 7, 8, 10 } };

	for (int k = 0; k < 8; k++)
		if (chance(b) < 0.8)
			play_note(b, at + k * beat / 2, beat * (0.4 + chance(b)),
			    72 + s->pitch + scale[s->minor][(int)(7 * chance(b))], 0.25, 0.01);
}

/* Mono samples of so many seconds; free() them. */
static float *
play_song(const struct song *s, double seconds, int rate, double a4, uint32_t seed)
{
	struct band b = { NULL, (size_t)(seconds * rate), rate, seed, a4 };
	double beat = 60 / s->bpm, from = 0.3;

	b.out = calloc(b.n, sizeof *b.out);
	for (int bar = 0; b.out != NULL && from + bar * 4 * beat < seconds; bar++) {
		if (s->drums)
			play_bar_of_drums(&b, s, from + bar * 4 * beat, beat);
		if (s->notes)
			play_bar_of_notes(&b, s, bar, from + bar * 4 * beat, beat);
		if (s->lead)
			play_bar_of_lead(&b, s, from + bar * 4 * beat, beat);
	}
	return b.out;
}

#endif
