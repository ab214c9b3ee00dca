/* SPDX-License-Identifier: MIT */
/*
 * harmony.h - keys and tempi: how they are written, and how well two go together
 *
 * The only reader of keys.  The Camelot wheel puts the 24 keys on the hours of a
 * clock, minor ones as 8A, major ones as 8B: neighbours are a fifth apart, and a
 * minor key stands on the hour of its relative major.  A step is an hour, or the
 * change between A and B on one hour.
 *
 * A tempo is as good as its half and its double, so what tells is the factor
 * between two tempi folded by 2 into [1/sqrt 2, sqrt 2).  Played faster by a
 * factor, without anything that holds the pitch, music also sounds higher:
 * by 12 semitones for a factor of 2, by one for 6 %.
 */
#ifndef TEXT_HARMONY_H
#define TEXT_HARMONY_H

#include <stdbool.h>

enum { KEY_TEXT = 4, KEY_SPELLINGS = 2, KEY_STEPS_MAX = 7 };

struct music_key {
	int pitch; /* 0 = C, 1 = C#, ... 11 = B */
	bool minor;
	char name[KEY_TEXT]; /* as it was spelt: "C#m", "Dbm" */
};

/* The whole of s: C#m, Eb, B♭ minor, "F sharp major", "A min", "A-"; with "dur" and "moll" also German names
 * (H, Cis, Es; B is Bb then); Camelot 8A; Open Key 1m, 1d.  False where it is no key. */
bool key_read(const char *s, struct music_key *k);

/* The key of a pitch (any whole number) by its usual name. */
struct music_key key_of(int pitch, bool minor);

/* Every way in which its name may be spelt ("C#m", "Dbm"); how many. */
int key_spellings(const struct music_key *k, char name[KEY_SPELLINGS][KEY_TEXT]);

/* The hour on the wheel, 1 to 12; and as "8A". */
int key_hour(const struct music_key *k);
void key_camelot(const struct music_key *k, char text[KEY_TEXT]);

/* The key `hours` further on the wheel, or back. */
struct music_key key_on_wheel(const struct music_key *k, int hours);

/* The key of the same hour in the other mode: Am and C. */
struct music_key key_relative(const struct music_key *k);

/* The key when everything sounds so many semitones higher. */
struct music_key key_transposed(const struct music_key *k, int semitones);

/* Steps from one to the other, 0 to KEY_STEPS_MAX.  0 and 1 go together. */
int key_steps(const struct music_key *a, const struct music_key *b);

/* The smallest shift of b, in semitones from -6 to 6, after which it goes together with a; the better one of
 * two as small, upwards if there is no better. */
int key_shift_to_fit(const struct music_key *a, const struct music_key *b);

/* The factor by which music of tempo b is to be played faster to run with a, its half, or its double; both
 * above 0. */
double tempo_factor(double a, double b);

/* By how many semitones it sounds higher when played faster by that factor. */
double tempo_semitones(double factor);

/* How far a factor is from 1, the same up and down: 0.06 for 1.06 and for 1/1.06. */
double tempo_change(double factor);

#endif
