/* SPDX-License-Identifier: MIT */
#include "media/tag/rating.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/tag/value.h"

/* All of s is a decimal number that is not negative; a comma is a point. */
static bool
decimal(const char *s, double *value, bool *pointed)
{
	char text[16], *comma, *end;

	if (strlen(s) >= sizeof text || !isdigit((unsigned char)*s) || strpbrk(s, "xXeE") != NULL)
		return false;
	snprintf(text, sizeof text, "%s", s);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	*pointed = strchr(text, '.') != NULL;
	*value = strtod(text, &end);
	return *end == '\0';
}

static bool
percent(double value, char *out)
{
	if (value < 0 || value > 100)
		return false;
	snprintf(out, VALUE_TEXT, "%d", (int)lround(value));
	return true;
}

bool
rating_part(const char *s, char *out)
{
	double value;
	bool pointed;

	return decimal(s, &value, &pointed) && percent(value * 100, out);
}

bool
rating_any(const char *s, char *out)
{
	double value;
	bool pointed;

	if (!decimal(s, &value, &pointed))
		return false;
	return percent(pointed && value <= 1 ? value * 100 : value <= 5 ? value * 20 : value, out);
}

bool
rating_shared(const char *s, char *out)
{
	double value;
	bool pointed;

	if (!decimal(s, &value, &pointed) || value > 99)
		return false;
	return percent(value <= 0 ? 0 : (1 + floor((value + 12) / 25)) * 20, out);
}

bool
rating_popm(const char *s, char *out)
{
	static const struct {
		long byte;
		int percent;
	} halves[] = { { 13, 10 }, { 54, 30 }, { 118, 50 }, { 186, 70 }, { 242, 90 } };
	char *who;
	long byte = strtol(s, &who, 10);

	if (!isdigit((unsigned char)*s) || byte > 255)
		return false;
	if (strstr(who, "quodlibet") != NULL)
		return percent((double)byte / 2.55, out);
	for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
		if (byte == halves[i].byte)
			return percent(halves[i].percent, out);
	return percent(byte == 0 ? 0 : 20 * (1 + floor((double)(byte + 32) / 64)), out);
}
