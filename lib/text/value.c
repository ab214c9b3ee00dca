/* SPDX-License-Identifier: MIT */
#include "text/value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/harmony.h"

bool
value_key(const char *s, char *out)
{
	struct music_key k;

	if (strcasecmp(s, "o") == 0) /* off the keys, as ID3 has it */
		snprintf(out, VALUE_TEXT, "o");
	else if (key_read(s, &k))
		snprintf(out, VALUE_TEXT, "%s", k.name);
	else
		return false;
	return true;
}

/* A decimal number and where it ends; a comma counts as a point. */
static bool
decimal(const char *s, double *value, const char **rest)
{
	char text[64], *end, *comma;

	snprintf(text, sizeof text, "%s", s);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	if (!isdigit((unsigned char)text[strspn(text, "+-. ")]) || strpbrk(text, "xX") != NULL)
		return false;
	*value = strtod(text, &end);
	*rest = s + (end - text);
	return end > text && isfinite(*value);
}

/* Up to six decimals, without the zeros at the end. */
static void
shortest(double value, char *out)
{
	char *end;

	snprintf(out, VALUE_TEXT, "%.6f", value);
	end = out + strlen(out);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
}

bool
value_bpm(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || value <= 0 || value >= 1000)
		return false;
	if (*rest != '\0' && *rest != ' ')
		return false;
	shortest(value, out);
	return true;
}

bool
value_gain(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || fabs(value) > 200)
		return false;
	rest += strspn(rest, " ");
	if (*rest != '\0' && strcasecmp(rest, "db") != 0)
		return false;
	snprintf(out, VALUE_TEXT, "%.2f", value);
	return true;
}

bool
value_peak(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || value < 0 || value > 1000 || *rest != '\0')
		return false;
	shortest(value, out);
	return true;
}

bool
value_mbid(const char *s, size_t len, char *out)
{
	if (len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
		out[i] = (char)tolower((unsigned char)s[i]);
	}
	out[len] = '\0';
	return true;
}

/* s without the separators that people put in, upper-case; its length, or 0 where it is too long. */
static size_t
squeeze(const char *s, const char *separators, char *out)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (strchr(separators, *s) != NULL)
			continue;
		if (n >= VALUE_TEXT - 1)
			return 0;
		out[n++] = (char)toupper((unsigned char)*s);
	}
	out[n] = '\0';
	return n;
}

bool
value_isrc(const char *s, char *out)
{
	if (squeeze(s, " -", out) != 12)
		return false;
	for (int i = 0; i < 12; i++) {
		unsigned char c = (unsigned char)out[i];

		if (i < 2 ? !isalpha(c) : i < 5 ? !isalnum(c) : !isdigit(c))
			return false;
	}
	return true;
}

bool
value_iswc(const char *s, char *out)
{
	char plain[VALUE_TEXT];

	if (squeeze(s, " -.", plain) != 11 || plain[0] != 'T' || strspn(plain + 1, "0123456789") != 10)
		return false;
	snprintf(out, VALUE_TEXT, "T-%.9s-%c", plain + 1, plain[10]);
	return true;
}

bool
value_barcode(const char *s, char *out)
{
	size_t n = squeeze(s, " -", out);
	int sum = 0;

	if (n < 8 || n > 14 || strspn(out, "0123456789") != n)
		return false;
	for (size_t i = 0; i < n; i++)
		sum += (out[n - 1 - i] - '0') * (i % 2 == 0 ? 1 : 3);
	return sum % 10 == 0;
}

bool
value_position(const char *s, char *out)
{
	size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	size_t numbers = strspn(s + letters, "0123456789");

	if (letters < 1 || letters > 2 || numbers > 3 || s[letters + numbers] != '\0')
		return false;
	squeeze(s, "", out);
	return true;
}
