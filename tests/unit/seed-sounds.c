/* SPDX-License-Identifier: MIT */
/*
 * seed-sounds DIR - made-up sounds for all tracks of a library that seed-library made, without any audio
 *
 * Tempo, key, vector and fingerprint of each are drawn by numbers that are the same in every run: vectors lie
 * about fifty styles; fingerprints change as those of music do, have passages that many share, and every
 * hundredth is that of the one before in another encoding.  It prints how many it made, the seconds of
 * processor that keeping and comparing them took, and how many recordings it found that there are several of.
 * Without DIR it is a test of a few.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/sound/near.h"
#include "store/sound/sound.h"
#include "store/sql.h"
#include "number.h"
#include "unit.h"

enum { STYLES = 50, WORDS = 948, BATCH = 1000, TWIN = 100, COMMON = 400 };

static uint64_t seed = 88172645463325252U;

/* Marsaglia's xorshift. */
static uint32_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32);
}

static double
chance(void)
{
	return draw() / 4294967296.0;
}

/* Sixteen measures of four steps, of which a few change from one word to the next; now and then a run of what
 * silence and drums alone give, which very many have. */
static void
make_print(struct sound *s)
{
	uint32_t word = draw();

	s->nprint = WORDS;
	for (size_t i = 0; i < WORDS; i++) {
		for (int bit = 0; bit < 32; bit += 2)
			if (draw() % 6 == 0)
				word ^= 1U << (bit + (int)(draw() & 1));
		s->print[i] = word;
		if (draw() % 40 == 0)
			word = (draw() % COMMON) * 2654435761U;
		else if (draw() % 20 == 0)
			word = draw();
	}
}

/* One bit of a hundred differs. */
static void
spoil_print(struct sound *s)
{
	for (size_t i = 0; i < 32 * s->nprint; i++)
		if (draw() % 100 == 0)
			s->print[i / 32] ^= 1U << i % 32;
}

static void
make_sound(struct sound *s, size_t number)
{
	int style = (int)(number * 7919 % STYLES);

	if (number % TWIN == TWIN - 1) {
		spoil_print(s);
		return;
	}
	memset(s, 0, sizeof *s);
	s->kinds = SOUND_ALL;
	s->duration_ms = 180000 + (int64_t)(chance() * 120000);
	s->bpm = 60 + 140 * chance();
	s->bpm_other = s->bpm / 2;
	s->pitch = (int32_t)(draw() % 12);
	s->minor = (int32_t)(draw() & 1);
	s->lufs = -14;
	s->has_loudness = 1;
	s->true_peak = 1;
	for (int i = 0; i < SOUND_VECTOR; i++)
		s->vector[i] = (float)(sin(style * 12.9898 + i * 78.233) + 0.5 * (chance() + chance() - 1));
	make_print(s);
}

static double spent; /* seconds of processor, keeping and comparing */

static enum err_code
keep(struct db *db, const struct sound_result *batch, size_t n, struct err *e)
{
	struct timespec from = { 0 }, to = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	sound_keep(db, batch, n, e);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	spent += (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	return e->code;
}

/* A sound for each of the jobs. */
static enum err_code
fill(struct db *db, const struct sound_job *jobs, size_t n, struct err *e)
{
	struct sound_result *batch = calloc(BATCH, sizeof *batch);
	struct sound *last = calloc(1, sizeof *last);
	size_t filled = 0;

	if (batch == NULL || last == NULL)
		err_memory(e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		make_sound(last, i);
		batch[filled++] = (struct sound_result){ .job = jobs[i], .sound = *last };
		if (filled == BATCH || i == n - 1) {
			keep(db, batch, filled, e);
			filled = 0;
		}
	}
	if (e->code == ERR_NONE)
		sound_pack(db, e);
	free(last);
	free(batch);
	return e->code;
}

/* Only the copies are found to be of one recording, and once more they are the same. */
static int
self_test(void)
{
	enum { SOUNDS = 3 * TWIN };
	static struct sound_job jobs[SOUNDS];
	static char dir[4096], path[8192];
	struct err e = { 0 };
	struct db *db = NULL;

	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	CHECK(db_open(&db, path, DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	for (size_t i = 0; i < SOUNDS; i++) {
		memcpy(jobs[i].hash, &(uint32_t){ draw() }, sizeof(uint32_t));
		jobs[i].task.kinds = SOUND_ALL;
	}
	for (int again = 0; again < 2; again++) {
		seed = 88172645463325252U;
		CHECK(fill(db, jobs, SOUNDS, &e) == ERR_NONE);
		CHECK(number_of(db, "SELECT count(*) FROM sound") == SOUNDS);
		CHECK(number_of(db, "SELECT count(DISTINCT twin) FROM sound") == SOUNDS / TWIN);
		CHECK(number_of(db, "SELECT count(twin) FROM sound") == 2 * (SOUNDS / TWIN));
	}
	if (e.code != ERR_NONE)
		fprintf(stderr, "%s\n", e.msg);
	db_close(db);
	return unit_end("sounds");
}

int
main(int argc, char **argv)
{
	const struct sound_wish wish = { .kinds = SOUND_ALL };
	struct sound_job *jobs = NULL;
	struct err e = { 0 };
	struct db *db = NULL;
	size_t n = 0;

	if (argc < 2)
		return self_test();
	if (db_open(&db, argv[1], DB_WRITE, NULL, NULL, &e) == ERR_NONE &&
	    sound_todo(db, &wish, &jobs, &n, &e) == ERR_NONE && fill(db, jobs, n, &e) == ERR_NONE)
		printf("%zu %.2f %lld\n", n, spent,
		    (long long)number_of(db, "SELECT count(DISTINCT twin) FROM sound"));
	free(jobs);
	db_close(db);
	if (e.code != ERR_NONE)
		fprintf(stderr, "seed-sounds: %s\n", e.msg);
	return err_status(e.code);
}
