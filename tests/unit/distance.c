/* SPDX-License-Identifier: MIT */
/* distance: edits between words, against the table that the definition makes */
#include <stdlib.h>
#include <string.h>

#include "text/distance.h"
#include "unit.h"

enum { LONGEST = 70 };

/* The definition, a cell at a time. */
static int
by_definition(const char *a, const char *b)
{
	static int t[LONGEST + 1][LONGEST + 1];
	int na = (int)strlen(a), nb = (int)strlen(b);

	for (int i = 0; i <= na; i++)
		for (int j = 0; j <= nb; j++) {
			int best = i == 0 || j == 0 ? i + j : t[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (i > 0 && j > 0) {
				best = t[i - 1][j] + 1 < best ? t[i - 1][j] + 1 : best;
				best = t[i][j - 1] + 1 < best ? t[i][j - 1] + 1 : best;
			}
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    t[i - 2][j - 2] + 1 < best)
				best = t[i - 2][j - 2] + 1;
			t[i][j] = best;
		}
	return t[na][nb];
}

static unsigned
next(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void
random_word(char *word, int most, unsigned *seed)
{
	int len = 1 + (int)(next(seed) % (unsigned)most);

	for (int i = 0; i < len; i++)
		word[i] = (char)('a' + next(seed) % 3);
	word[len] = '\0';
}

static void
agrees_with_the_definition(void)
{
	char a[LONGEST + 1], b[LONGEST + 1];
	unsigned seed = 7;

	for (int i = 0; i < 20000; i++) {
		int most = i % 2 == 0 ? 9 : 64, want, limit = (int)(next(&seed) % 4);

		random_word(a, most, &seed);
		random_word(b, most, &seed);
		want = by_definition(a, b);
		CHECK(text_distance(a, b, 100) == want);
		CHECK(text_distance(a, b, limit) == (want > limit ? limit + 1 : want));
	}
}

static void
edits(void)
{
	CHECK(text_distance("radiohead", "radiohead", 2) == 0);
	CHECK(text_distance("radiohaed", "radiohead", 2) == 1);
	CHECK(text_distance("radiohed", "radiohead", 2) == 1);
	CHECK(text_distance("radioheadd", "radiohead", 2) == 1);
	CHECK(text_distance("rsdiohesd", "radiohead", 2) == 2);
	CHECK(text_distance("ca", "abc", 3) == 3); /* nothing is edited twice */
	CHECK(text_distance("", "ab", 2) == 2);
	CHECK(text_distance("", "abc", 2) == 3);
	CHECK(text_distance("ab", "", 2) == 2);
}

static void
characters_not_bytes(void)
{
	CHECK(text_distance("кино", "кина", 2) == 1);
	CHECK(text_distance("кнои", "кино", 2) == 2);
	CHECK(text_distance("икно", "кино", 2) == 1);
	CHECK(text_distance("σισυφοσ", "σισιφοσ", 2) == 1);
	CHECK(text_distance("bjork", "bjørk", 2) == 1);
	CHECK(text_distance("𝄞a", "a", 2) == 1);
	CHECK(text_distance("\xff"
			    "a",
		  "a", 1) == 2); /* no pattern */
	CHECK(text_distance("a",
		  "\xff"
		  "a",
		  1) == 1);
	CHECK(text_length("кино", strlen("кино")) == 4);
}

static void
long_words(void)
{
	char a[LONGEST + 1], b[LONGEST + 1];
	struct distance d;

	memset(a, 'x', sizeof a);
	a[64] = '\0';
	memcpy(b, a, sizeof b);
	b[63] = 'y';
	CHECK(text_distance(a, a, 2) == 0);
	CHECK(text_distance(a, b, 2) == 1);
	CHECK(!distance_begin(&d, "", 0));
	a[64] = 'x';
	CHECK(!distance_begin(&d, a, 65));
}

int
main(void)
{
	agrees_with_the_definition();
	edits();
	characters_not_bytes();
	long_words();
	return unit_end("distance");
}
