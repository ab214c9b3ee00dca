#include "intake/joiners.h"

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

static enum err_code
credits(struct record *r, const struct config *c, struct err *e)
{
	static const enum field fields[][3] = { { F_ARTIST, F_ARTISTS, F_MB_ARTISTID },
		{ F_ALBUMARTIST, F_ALBUMARTISTS, F_MB_ALBUMARTISTID } };
	struct credit_rules rules = { .joiners = c->value[SETTING_JOINERS].text,
		.njoiners = c->value[SETTING_JOINERS].n,
		.exceptions = c->value[SETTING_EXCEPTIONS].text,
		.nexceptions = c->value[SETTING_EXCEPTIONS].n };

	for (size_t i = 0; i < 2 && e->code == ERR_NONE; i++)
		if (count(r, fields[i][1]) == 0 && count(r, fields[i][2]) != 1)
			split(r, fields[i][0], fields[i][1], &rules, e);
	return e->code;
}

static bool
has_id3(const char *format)
{
	static const char *const formats[] = { "mpeg", "wav", "aiff", "tta", "dsf", "dff" };

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(format, formats[i]) == 0)
			return true;
	return false;
}

static enum err_code
lists(struct record *r, const char *format, const struct config *c, struct err *e)
{
	static const enum field fields[] = { F_GENRE, F_COMPOSER, F_LYRICIST, F_CONDUCTOR, F_REMIXER };
	struct credit_rules rules = { .joiners = c->value[SETTING_LIST_JOINERS].text,
		.njoiners = c->value[SETTING_LIST_JOINERS].n,
		.exceptions = c->value[SETTING_EXCEPTIONS].text,
		.nexceptions = c->value[SETTING_EXCEPTIONS].n };

	if (has_id3(format)) {
		rules.more = c->value[SETTING_ID3_JOINERS].text;
		rules.nmore = c->value[SETTING_ID3_JOINERS].n;
	}
	for (size_t i = 0; i < sizeof fields / sizeof fields[0] && e->code == ERR_NONE; i++)
		if (count(r, fields[i]) == 1)
			split(r, fields[i], fields[i], &rules, e);
	return e->code;
}

enum err_code
joiners_apply(struct record *r, const struct config *c, struct err *e)
{
	if (credits(r, c, e) != ERR_NONE || lists(r, r->format, c, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < r->nparts; i++)
		if (credits(&r->parts[i], c, e) != ERR_NONE || lists(&r->parts[i], "", c, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
}
