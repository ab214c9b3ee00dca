/* SPDX-License-Identifier: MIT */
/* How well tempo and key are heard in music that was made for it (band.h); `sound-score all` has more of it,
 * `sound-score write STYLE BPM PITCH SECONDS FILE` makes a WAV file of it. */
#include <stdio.h>

#include "sound/fft.h"
#include "sound/fingerprint.h"
#include "sound/key.h"
#include "sound/tempo.h"
#include "store/sound/print.h"

#include "tests/unit/band.h"
#include "tests/unit/unit.h"

static void
take_tempo(void *context, const float *power)
{
	tempo_add(context, power);
}

static void
take_key(void *context, const float *power)
{
	key_add(context, power);
}

static struct tempo_found
hear_tempo(const float *x, size_t n)
{
	struct tempo_found found = { 0 };
	struct frames *f = NULL;
	struct tempo *t = NULL;
	struct err e = { 0 };

	CHECK(tempo_new(&t, &e) == ERR_NONE);
	CHECK(frames_new(&f, TEMPO_FRAME, TEMPO_HOP, take_tempo, t, &e) == ERR_NONE);
	frames_add(f, x, n);
	CHECK(tempo_find(t, &found, &e) == ERR_NONE);
	frames_free(f);
	tempo_free(t);
	return found;
}

static struct key_found
hear_key(const float *x, size_t n)
{
	struct key_found found = { 0 };
	struct frames *f = NULL;
	struct key *k = NULL;
	struct err e = { 0 };

	CHECK(key_new(&k, &e) == ERR_NONE);
	CHECK(frames_new(&f, KEY_FRAME, KEY_HOP, take_key, k, &e) == ERR_NONE);
	frames_add(f, x, n);
	key_find(k, &found);
	frames_free(f);
	key_free(k);
	return found;
}

/* Is it the tempo, its half or its double, so exactly? */
static bool
near(double bpm, double heard, double reach)
{
	for (int i = -1; i <= 1; i++)
		if (heard > 0 && fabs(heard / (bpm * pow(2, i)) - 1) <= reach)
			return true;
	return false;
}

static void
score_tempi(bool all)
{
	int n = 0, plain = 0, octaves = 0, exact = 0;
	double step = all ? 1.03 : 1.4;

	for (int style = 0; style < STYLES; style++) {
		double from = style == DRUM_AND_BASS ? 150 : style == HOUSE ? 105 : 60;
		double to = style == HOUSE ? 140 : style == STRINGS ? 140 : 200;

		for (double bpm = from * 1.003; bpm <= to;
		     bpm *= style == HOUSE || style == DRUM_AND_BASS ? sqrt(step) : step) {
			struct song s = { (enum style)style, bpm, n * 5 % 12, n % 2 == 1, n % PROGRESSIONS,
				true, true, false };
			float *x = play_song(&s, all ? 30 : 20, TEMPO_RATE, 440, (uint32_t)n + 1);
			struct tempo_found f = hear_tempo(x, (size_t)(all ? 30 : 20) * TEMPO_RATE);

			n++;
			plain += fabs(f.bpm / bpm - 1) <= 0.04;
			octaves += near(bpm, f.bpm, 0.04);
			exact += near(bpm, f.bpm, 0.005);
			if (!near(bpm, f.bpm, 0.005))
				printf("  %s of %.1f was heard as %.1f\n", style_names[style], bpm, f.bpm);
			free(x);
		}
	}
	printf("tempo: of %d songs %.0f %% within 4 %%, %.0f %% with half and double, %.0f %% so within 0.5 "
	       "%%\n",
	    n, 100.0 * plain / n, 100.0 * octaves / n, 100.0 * exact / n);
	CHECK(octaves >= 0.95 * n);
	CHECK(exact >= 0.90 * n);
}

/* As MIREX counts: the key 1, a fifth off 0.5, its relative 0.3, its parallel 0.2. */
static double
mirex(int pitch, bool minor, const struct key_found *f)
{
	int up = (f->pitch - pitch + 12) % 12;

	if (f->pitch < 0)
		return 0;
	if (f->minor == minor)
		return up == 0 ? 1 : up == 7 || up == 5 ? 0.5 : 0;
	return up == 0 ? 0.2 : up == (minor ? 3 : 9) ? 0.3 : 0;
}

static double
score_keys(double cents, bool all)
{
	double sum = 0, a4 = 440 * pow(2, cents / 1200), tuning = 0;
	int n = 0, exact = 0;

	for (int key = 0; key < 24; key++) {
		for (int p = 0; p < (all ? PROGRESSIONS : 1); p++) {
			struct song s = { n % 3 == 0 ? STRINGS : ROCK, 110, key % 12, key >= 12,
				(p + (all ? 0 : key)) % PROGRESSIONS, n % 2 == 0, true, false };
			float *x = play_song(&s, all ? 20 : 12, KEY_RATE, a4, (uint32_t)n + 7);
			struct key_found f = hear_key(x, (size_t)(all ? 20 : 12) * KEY_RATE);
			double score = mirex(s.pitch, s.minor, &f);

			n++;
			sum += score;
			exact += score >= 1;
			tuning += fabs(f.tuning - cents);
			free(x);
		}
	}
	printf("key: of %d songs, detuned by %+.0f cents, %.1f by MIREX, %.0f %% exact, tuning off by %.1f "
	       "cents\n",
	    n, cents, 100 * sum / n, 100.0 * exact / n, tuning / n);
	return 100 * sum / n;
}

struct print {
	uint32_t word[SOUND_PRINT_MAX];
	size_t n;
};

static struct print
hear_print(const float *x, int n, int rate)
{
	static struct sound s;
	struct fingerprint *f = NULL;
	struct err e = { 0 };
	struct print p = { .n = 0 };

	CHECK(fingerprint_new(&f, rate, 1, &e) == ERR_NONE);
	CHECK(fingerprint_add(f, x, n, &e) == ERR_NONE && fingerprint_find(f, &s, &e) == ERR_NONE);
	fingerprint_free(f);
	p.n = s.nprint;
	memcpy(p.word, s.print, sizeof p.word);
	return p;
}

/* Different songs are never one; each is one with itself when it is soft, noisy and begins later. */
static void
score_prints(size_t songs)
{
	enum { SECONDS = 12, RATE = 11025, N = SECONDS * RATE, LATER = RATE * 17 / 10 };
	struct print *print = calloc(songs, sizeof *print);
	struct band luck = { .seed = 99 };
	size_t alike = 0, found = 0;
	double closest = 1, farthest = 0;

	for (size_t i = 0; print != NULL && i < songs; i++) {
		struct song s = { (enum style)(chance(&luck) * STYLES), 60 + 140 * chance(&luck),
			(int)(12 * chance(&luck)), chance(&luck) < 0.5, (int)(PROGRESSIONS * chance(&luck)),
			true, true, true };
		float *x = play_song(&s, SECONDS, RATE, 440, (uint32_t)i + 100);
		struct print again;
		double d;

		print[i] = hear_print(x, N, RATE);
		for (size_t k = 0; k < N; k++)
			x[k] = 0.2F * x[k] + 0.002F * (float)(chance(&luck) - 0.5);
		again = hear_print(x + LATER, N - LATER, RATE);
		d = print_difference(print[i].word, print[i].n, again.word, again.n);
		farthest = d > farthest ? d : farthest;
		found += print_same(print[i].word, print[i].n, again.word, again.n);
		free(x);
		for (size_t k = 0; k < i; k++) {
			d = print_difference(print[i].word, print[i].n, print[k].word, print[k].n);
			closest = d < closest ? d : closest;
			alike += print_same(print[i].word, print[i].n, print[k].word, print[k].n);
		}
	}
	printf("fingerprint: of %zu songs %zu known again, soft and cut (%.3f differ at most); %zu of %zu "
	       "pairs taken for one "
	       "(%.3f differ at least)\n",
	    songs, found, farthest, alike, songs * (songs - 1) / 2, closest);
	CHECK(found >= songs - songs / 100);
	CHECK(alike == 0);
	free(print);
}

static int
write_song(char **arg)
{
	struct song s = { (enum style)atoi(arg[0]), atof(arg[1]), atoi(arg[2]) % 12, atoi(arg[2]) >= 12, 1,
		true, true, false };
	int rate = 44100;
	size_t n = (size_t)(atof(arg[3]) * rate);
	float *x = play_song(&s, atof(arg[3]), rate, 440, (uint32_t)atoi(arg[1]));
	uint32_t bytes = (uint32_t)n * 2,
		 head[11] = { 0x46464952, bytes + 36, 0x45564157, 0x20746d66, 16, 0x10001, 44100, 88200,
			 0x100002, 0x61746164, bytes };
	FILE *f = fopen(arg[4], "wb");

	if (f == NULL || x == NULL)
		return 1;
	fwrite(head, sizeof head, 1, f);
	for (size_t i = 0; i < n; i++) {
		int16_t v = (int16_t)(32767 * fmaxf(-1, fminf(1, x[i] * 0.6F)));

		fwrite(&v, 2, 1, f);
	}
	free(x);
	return fclose(f) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	bool all = argc == 2 && strcmp(argv[1], "all") == 0;

	if (argc == 7 && strcmp(argv[1], "write") == 0)
		return write_song(argv + 2);
	score_tempi(all);
	score_prints(all ? 1000 : 30);
	CHECK(score_keys(0, all) >= 80);
	CHECK(score_keys(35, all) >= 75);
	return unit_end("sound-score");
}
