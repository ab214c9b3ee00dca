/* SPDX-License-Identifier: MIT */
#include "intake/describe/joiners.h"

#include <string.h>

#include "text/credit.h"

static size_t
count(const struct record *r, enum field f)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nvalues; i++)
		n += r->values[i].field == f;
	return n;
}

/* Put the names that `one` joins into `many`. */
static enum err_code
split(struct record *r, enum field one, enum field many, const struct credit_rules *rules, struct err *e)
{
	const char *text = record_get(r, one);
	char **names = NULL;
	size_t n = 0;

	if (text == NULL || credit_split(text, rules, &names, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		(i == 0 ? record_set(r, many, names[i], e) : record_add(r, many, NULL, names[i], e));
	credit_free(names, n);
	return e->code;
}

/* Does the format keep its tags in ID3? */
static bool
has_id3(const char *format)
{
	static const char *const formats[] = { "mpeg", "wav", "aiff", "tta", "dsf", "dff" };

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(format, formats[i]) == 0)
			return true;
	return false;
}

static struct credit_rules
rules_of(const struct config *c, enum setting joiners, const char *format)
{
	bool id3 = has_id3(format);

	return (struct credit_rules){ .joiners = c->value[joiners].v,
		.njoiners = c->value[joiners].n,
		.more = id3 ? c->value[SETTING_ID3_JOINERS].v : NULL,
		.nmore = id3 ? c->value[SETTING_ID3_JOINERS].n : 0,
		.exceptions = c->value[SETTING_EXCEPTIONS].v,
		.nexceptions = c->value[SETTING_EXCEPTIONS].n };
}

static enum err_code
apply(struct record *r, const char *format, const struct config *c, struct err *e)
{
	static const enum field credits[][3] = { { F_ARTIST, F_ARTISTS, F_MB_ARTISTID },
		{ F_ALBUMARTIST, F_ALBUMARTISTS, F_MB_ALBUMARTISTID } };
	static const enum field lists[] = { F_GENRE, F_COMPOSER, F_LYRICIST, F_CONDUCTOR, F_REMIXER };
	struct credit_rules rules = rules_of(c, SETTING_JOINERS, format);

	for (size_t i = 0; i < sizeof credits / sizeof credits[0] && e->code == ERR_NONE; i++)
		if (count(r, credits[i][1]) == 0 && count(r, credits[i][2]) != 1)
			split(r, credits[i][0], credits[i][1], &rules, e);
	rules = rules_of(c, SETTING_LIST_JOINERS, format);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0] && e->code == ERR_NONE; i++)
		if (count(r, lists[i]) == 1)
			split(r, lists[i], lists[i], &rules, e);
	return e->code;
}

enum err_code
joiners_apply(struct record *r, const struct config *c, struct err *e)
{
	if (apply(r, r->format, c, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < r->nparts; i++)
		if (apply(&r->parts[i], "", c, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
}
