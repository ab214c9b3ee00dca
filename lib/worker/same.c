/* SPDX-License-Identifier: MIT */
#include "worker/same.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The next value of a field, or of the free tag name, from *at on; NULL at the end. */
static const char *
next(const struct record *r, enum field field, const char *name, size_t *at)
{
	for (; *at < r->nvalues; ++*at) {
		const struct record_value *v = &r->values[*at];

		if (v->field == field && v->value[0] != '\0' &&
		    (field != F_NONE || strcmp(v->name, name) == 0))
			return r->values[(*at)++].value;
	}
	return NULL;
}

/* How far two values may be apart: a gain is kept in 256ths or hundredths, a peak in millionths. */
static double
grain(enum field field)
{
	return field == F_RG_TRACK_GAIN || field == F_RG_ALBUM_GAIN ? 0.00501 : 0.000001;
}

static bool
same_value(enum field field, const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (field != F_NONE && field_info(field)->type == FIELD_REAL)
		return fabs(strtod(a, NULL) - strtod(b, NULL)) <= grain(field);
	return strcmp(a, b) == 0;
}

static bool
same_list(const struct record *a, const struct record *b, enum field field, const char *name)
{
	size_t i = 0, k = 0;
	const char *x, *y;

	do {
		x = next(a, field, name, &i);
		y = next(b, field, name, &k);
		if (!same_value(field, x, y))
			return false;
	} while (x != NULL);
	return true;
}

/* Is each value of a one of b's? */
static bool
is_part_of(const struct record *a, const struct record *b, enum field field, const char *name)
{
	size_t i = 0;
	const char *x, *y;

	while ((x = next(a, field, name, &i)) != NULL) {
		size_t k = 0;

		while ((y = next(b, field, name, &k)) != NULL && !same_value(field, x, y))
			;
		if (y == NULL)
			return false;
	}
	return true;
}

static bool
same_values(const struct record *a, const struct record *b, enum field field, const char *name)
{
	if (strcmp(a->format, "asf") == 0 || strcmp(b->format, "asf") == 0)
		return is_part_of(a, b, field, name) && is_part_of(b, a, field, name);
	return same_list(a, b, field, name);
}

/* A list of artists that says no more than the printed one. */
static bool
says_no_more(const struct record *r, enum field printed, enum field listed)
{
	size_t at = 0;
	const char *only = next(r, listed, NULL, &at);

	return only == NULL ||
	    (next(r, listed, NULL, &at) == NULL && same_value(printed, only, record_get(r, printed)));
}

bool
record_same(const struct record *a, const struct record *b, enum field field)
{
	if ((field == F_ARTISTS && says_no_more(a, F_ARTIST, field) && says_no_more(b, F_ARTIST, field)) ||
	    (field == F_ALBUMARTISTS && says_no_more(a, F_ALBUMARTIST, field) &&
		says_no_more(b, F_ALBUMARTIST, field)))
		return true;
	return same_values(a, b, field, NULL);
}

bool
record_same_tag(const struct record *a, const struct record *b, const char *name)
{
	return same_values(a, b, F_NONE, name);
}
