/* SPDX-License-Identifier: MIT */
/* harmony: keys as people spell them, the Camelot wheel, tempi folded by two */
#include "text/harmony.h"
#include "unit.h"

static void
is(const char *text, const char *name, const char *camelot)
{
	struct music_key k;
	char hour[KEY_TEXT];
	bool found = key_read(text, &k);

	CHECK(found == (name != NULL));
	if (!found || name == NULL) {
		if (found != (name != NULL))
			fprintf(stderr, "  '%s'\n", text);
		return;
	}
	key_camelot(&k, hour);
	CHECK(strcmp(k.name, name) == 0 && strcmp(hour, camelot) == 0);
	if (strcmp(k.name, name) != 0 || strcmp(hour, camelot) != 0)
		fprintf(stderr, "  '%s' is %s, %s\n", text, k.name, hour);
}

static void
keys_are_read(void)
{
	static const char *const none[] = { "", " ", "H", "Hm", "Allegro", "13A", "0A", "8C", "8", "8AB",
		"A#b", "Am7", "A minor blues", "o", "minor", "Amm", "-", "A--", "Xdur", "dur", "moll", "C##",
		"99999999999999999999A" };

	is("C", "C", "8B");
	is("Am", "Am", "8A");
	is("am", "Am", "8A");
	is("A-", "Am", "8A");
	is("A min", "Am", "8A");
	is("A-Minor", "Am", "8A");
	is("C#m", "C#m", "12A");
	is("Dbm", "Dbm", "12A");
	is("F sharp major", "F#", "2B");
	is("f-sharp minor", "F#m", "11A");
	is("E flat", "Eb", "5B");
	is("B\xe2\x99\xadm", "Bbm", "3A");
	is("A\xe2\x99\xaf", "A#", "6B");
	is("CM", "C", "8B");
	is("Cmaj", "C", "8B");
	is("8A", "Am", "8A");
	is("08b", "C", "8B");
	is("1A", "G#m", "1A");
	is("12B", "E", "12B");
	is("1m", "Am", "8A");
	is("1d", "C", "8B");
	is("6m", "G#m", "1A");
	is("12d", "F", "7B");
	is("Cb", "Cb", "1B");
	is("B#m", "B#m", "5A");
	is("E#", "E#", "7B");
	is("H-Dur", "B", "1B");
	is("h moll", "Bm", "10A");
	is("B-Dur", "Bb", "6B");
	is("cis-Moll", "C#m", "12A");
	is("Es-Dur", "Eb", "5B");
	is("as-moll", "Abm", "1A");
	is("Des-Dur", "Db", "3B");
	is("F#-Dur", "F#", "2B");
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		is(none[i], NULL, NULL);
}

/* A key is known again by each of its names, and by its place on the wheel. */
static void
spellings_agree(void)
{
	for (int i = 0; i < 24; i++) {
		struct music_key k = key_of(i / 2, i % 2 == 1), again;
		char name[KEY_SPELLINGS][KEY_TEXT], hour[KEY_TEXT];
		int n = key_spellings(&k, name);

		CHECK(n == 1 || n == 2);
		for (int j = 0; j < n; j++)
			CHECK(key_read(name[j], &again) && again.pitch == k.pitch && again.minor == k.minor);
		key_camelot(&k, hour);
		CHECK(key_read(hour, &again) && strcmp(again.name, k.name) == 0);
	}
}

/* What the wheel promises: neighbours a fifth apart, relatives of the same notes, all of it both ways. */
static void
the_wheel_turns(void)
{
	struct music_key am = key_of(9, true), next = key_on_wheel(&am, 1), back = key_on_wheel(&am, -1);

	CHECK(strcmp(next.name, "Em") == 0 && strcmp(back.name, "Dm") == 0);
	for (int i = 0; i < 24; i++) {
		struct music_key a = key_of(i / 2, i % 2 == 1), relative = key_relative(&a);
		struct music_key fifth = key_transposed(&a, 7), round = key_on_wheel(&a, 12);

		CHECK(key_steps(&a, &relative) == 1 && relative.minor != a.minor);
		CHECK(relative.pitch == (a.pitch + (a.minor ? 3 : 9)) % 12);
		CHECK(key_steps(&a, &fifth) == 1 && key_steps(&a, &round) == 0);
		for (int j = 0; j < 24; j++) {
			struct music_key b = key_of(j / 2, j % 2 == 1), moved;
			int shift = key_shift_to_fit(&a, &b);

			CHECK(key_steps(&a, &b) == key_steps(&b, &a) && key_steps(&a, &b) <= KEY_STEPS_MAX);
			CHECK((key_steps(&a, &b) == 0) == (i == j));
			moved = key_transposed(&b, shift);
			CHECK(shift >= -6 && shift <= 6 && key_steps(&a, &moved) <= 1);
			CHECK((shift == 0) == (key_steps(&a, &b) <= 1));
		}
	}
}

static bool
near(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

static void
tempi_fold(void)
{
	CHECK(near(tempo_factor(120, 120), 1) && near(tempo_factor(120, 60), 1) &&
	    near(tempo_factor(87, 174), 1));
	CHECK(near(tempo_factor(128, 125), 1.024) && near(tempo_factor(64, 125), 1.024));
	CHECK(near(tempo_factor(0.5, 512), 1));
	for (double bpm = 20; bpm < 400; bpm += 7.3) {
		double factor = tempo_factor(120, bpm);

		CHECK(factor < 1.4142135623731 && factor >= 0.7071067811865);
		CHECK(near(tempo_change(factor), tempo_change(1 / factor)));
	}
	CHECK(near(tempo_semitones(1), 0) && near(tempo_semitones(1.0594630943592953), 1));
	CHECK(
	    near(tempo_semitones(1 / 1.122462048309373), -2) && near(tempo_semitones(1.4142135623730951), 6));
	CHECK(near(tempo_change(1.06), 0.06) && near(tempo_change(1 / 1.06), 0.06));
}

int
main(void)
{
	keys_are_read();
	spellings_agree();
	the_wheel_turns();
	tempi_fold();
	return unit_end("harmony");
}
