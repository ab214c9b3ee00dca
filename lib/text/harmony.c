/* SPDX-License-Identifier: MIT */
#include "text/harmony.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Semitones above C of A to G. */
static const int naturals[] = { 9, 11, 0, 2, 4, 5, 7 };

static int
wrap(int n, int size)
{
	return (n % size + size) % size;
}

struct music_key
key_of(int pitch, bool minor)
{
	static const char *const major[] = { "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb",
		"B" };
	static const char *const minors[] = { "Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am",
		"Bbm", "Bm" };
	struct music_key k = { wrap(pitch, 12), minor, "" };

	strcpy(k.name, minor ? minors[k.pitch] : major[k.pitch]);
	return k;
}

int
key_hour(const struct music_key *k)
{
	return wrap(7 * k->pitch + (k->minor ? 4 : 7), 12) + 1;
}

/* 7 is its own inverse among twelve. */
static struct music_key
at_hour(int hour, bool minor)
{
	return key_of(7 * (hour - 1 - (minor ? 4 : 7)), minor);
}

/* Camelot: 8A, 08b.  Open Key, the same wheel seven hours on: 1m, 1d. */
static bool
read_wheel(const char *s, struct music_key *k)
{
	char *end;
	long hour = strtol(s, &end, 10);
	bool open = *end == 'm' || *end == 'd';

	if (!isdigit((unsigned char)*s) || hour < 1 || hour > 12 || *end == '\0' || end[1] != '\0' ||
	    strchr("AaBbmd", *end) == NULL)
		return false;
	*k = at_hour((int)hour + (open ? 7 : 0), *end == 'm' || *end == 'A' || *end == 'a');
	return true;
}

/* Is the word at *s, case ignored?  Then *s moves behind it. */
static bool
take(const char **s, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(*s, word, len) != 0)
		return false;
	*s += len;
	return true;
}

static void
skip_gap(const char **s)
{
	*s += strspn(*s, " ");
	if (**s == '-' && isalpha((unsigned char)(*s)[1])) /* alone it is a sign of minor keys */
		(*s)++;
	*s += strspn(*s, " ");
}

/* Signs behind the letter: 1 sharp, -1 flat. */
static int
read_sign(const char **s)
{
	const char *word = *s;

	if (take(s, "#") || take(s, "\xe2\x99\xaf"))
		return 1;
	if (**s == 'b' || strncmp(*s, "\xe2\x99\xad", 3) == 0) {
		*s += **s == 'b' ? 1 : 3;
		return -1;
	}
	skip_gap(&word);
	if (take(&word, "sharp")) {
		*s = word;
		return 1;
	}
	if (take(&word, "flat")) {
		*s = word;
		return -1;
	}
	return 0;
}

/* The whole of what is left: 1 minor, 0 major, -1 neither. */
static int
read_mode(const char *s)
{
	static const char *const minor[] = { "m", "min", "minor", "-" };
	static const char *const major[] = { "", "maj", "major" };

	skip_gap(&s);
	if (strcmp(s, "M") == 0)
		return 0;
	for (size_t i = 0; i < sizeof minor / sizeof minor[0]; i++)
		if (strcasecmp(s, minor[i]) == 0)
			return 1;
	for (size_t i = 0; i < sizeof major / sizeof major[0]; i++)
		if (strcasecmp(s, major[i]) == 0)
			return 0;
	return -1;
}

static bool
set_key(struct music_key *k, char letter, int sign, bool minor)
{
	k->pitch = wrap(naturals[letter - 'A'] + sign, 12);
	k->minor = minor;
	snprintf(k->name, sizeof k->name, "%c%s%s", letter,
	    sign > 0       ? "#"
		: sign < 0 ? "b"
			   : "",
	    minor ? "m" : "");
	return true;
}

/* H-Dur, cis-Moll, Es-Dur, B-Dur; with signs, too. */
static bool
read_german(const char *s, struct music_key *k)
{
	size_t len = strlen(s), mode = 0;
	char name[16], letter = (char)toupper((unsigned char)*s);
	const char *rest = name + 1;
	int sign;

	if (len > 4 && strcasecmp(s + len - 4, "moll") == 0)
		mode = 4;
	else if (len > 3 && strcasecmp(s + len - 3, "dur") == 0)
		mode = 3;
	if (mode == 0 || len - mode >= sizeof name || letter < 'A' || letter > 'H')
		return false;
	memcpy(name, s, len - mode);
	name[len - mode] = '\0';
	name[strcspn(name, " -")] = '\0';
	sign = read_sign(&rest);
	if (sign == 0 && take(&rest, "is"))
		sign = 1;
	else if (sign == 0 && (take(&rest, "es") || ((letter == 'A' || letter == 'E') && take(&rest, "s"))))
		sign = -1;
	if (*rest != '\0')
		return false;
	if (letter == 'B' && sign == 0)
		sign = -1;
	return set_key(k, letter == 'H' ? 'B' : letter, sign, mode == 4);
}

bool
key_read(const char *s, struct music_key *k)
{
	char letter = (char)toupper((unsigned char)*s);
	struct music_key found;
	int sign, mode;

	if (read_wheel(s, k) || read_german(s, k))
		return true;
	if (letter < 'A' || letter > 'G')
		return false;
	s++;
	sign = read_sign(&s);
	mode = read_mode(s);
	if (mode < 0 || !set_key(&found, letter, sign, mode == 1))
		return false;
	*k = found;
	return true;
}

int
key_spellings(const struct music_key *k, char name[KEY_SPELLINGS][KEY_TEXT])
{
	int n = 0;

	for (char letter = 'A'; letter <= 'G'; letter++) {
		for (int sign = -1; sign <= 1; sign++) {
			struct music_key other;

			set_key(&other, letter, sign, k->minor);
			if (other.pitch == k->pitch && n < KEY_SPELLINGS)
				strcpy(name[n++], other.name);
		}
	}
	return n;
}

void
key_camelot(const struct music_key *k, char text[KEY_TEXT])
{
	snprintf(text, KEY_TEXT, "%u%c", (unsigned)key_hour(k) % 100, k->minor ? 'A' : 'B');
}

struct music_key
key_on_wheel(const struct music_key *k, int hours)
{
	return at_hour(key_hour(k) + hours, k->minor);
}

struct music_key
key_relative(const struct music_key *k)
{
	return at_hour(key_hour(k), !k->minor);
}

struct music_key
key_transposed(const struct music_key *k, int semitones)
{
	return semitones == 0 ? *k : key_of(k->pitch + semitones, k->minor);
}

int
key_steps(const struct music_key *a, const struct music_key *b)
{
	int hours = wrap(key_hour(a) - key_hour(b), 12);

	return (hours <= 6 ? hours : 12 - hours) + (a->minor != b->minor);
}

int
key_shift_to_fit(const struct music_key *a, const struct music_key *b)
{
	for (int shift = 0; shift <= 6; shift++) {
		struct music_key up = key_transposed(b, shift), down = key_transposed(b, -shift);
		int steps_up = key_steps(a, &up), steps_down = key_steps(a, &down);

		if (steps_down <= 1 && steps_down < steps_up)
			return -shift;
		if (steps_up <= 1)
			return shift;
	}
	return 0; /* one of twelve shifts gives the same pitch */
}

double
tempo_factor(double a, double b)
{
	static const double root = 1.4142135623730951;
	double factor = a / b;

	while (factor >= root)
		factor /= 2;
	while (factor < 1 / root)
		factor *= 2;
	return factor;
}

/* The series of the logarithm: z is small for every folded factor. */
double
tempo_semitones(double factor)
{
	static const double two_by_ln_2 = 2.8853900817779268;
	double z = (factor - 1) / (factor + 1), power = z, sum = 0;

	for (int i = 1; i < 40; i += 2) {
		sum += power / i;
		power *= z * z;
	}
	return 12 * two_by_ln_2 * sum;
}

double
tempo_change(double factor)
{
	return (factor >= 1 ? factor : 1 / factor) - 1;
}
