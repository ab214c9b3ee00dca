/* SPDX-License-Identifier: MIT */
#include "base/near.h"

#include <string.h>

enum { LONGEST = 31 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int
near_distance(const char *a, const char *b)
{
	int row[LONGEST + 2][LONGEST + 2];
	int na = (int)strnlen(a, LONGEST + 1), nb = (int)strnlen(b, LONGEST + 1);

	if (na > LONGEST || nb > LONGEST)
		return LONGEST;
	for (int i = 0; i <= na; i++)
		for (int j = 0; j <= nb; j++) {
			int best;

			if (i == 0 || j == 0) {
				row[i][j] = i + j;
				continue;
			}
			best = row[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
			if (row[i - 1][j] + 1 < best)
				best = row[i - 1][j] + 1;
			if (row[i][j - 1] + 1 < best)
				best = row[i][j - 1] + 1;
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]) && row[i - 2][j - 2] + 1 < best)
				best = row[i - 2][j - 2] + 1;
			row[i][j] = best;
		}
	return row[na][nb];
}
