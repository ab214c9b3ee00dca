/* SPDX-License-Identifier: MIT */
#include "exchange/pieces.h"

#include <string.h>

static void
skip_blanks(struct pieces *w)
{
	while (w->s < w->end && (*w->s == ' ' || *w->s == '\t' || *w->s == '\n' || *w->s == '\r'))
		w->s++;
}

bool
pieces_of(struct pieces *w, const char *text, size_t len)
{
	*w = (struct pieces){ .s = text, .end = text + len };
	skip_blanks(w);
	if (w->s == w->end || (*w->s != '{' && *w->s != '['))
		return false;
	w->object = *w->s++ == '{';
	return true;
}

/* Behind the string that begins here. */
static bool
skip_string(struct pieces *w)
{
	if (w->s == w->end || *w->s != '"')
		return false;
	for (w->s++; w->s < w->end && *w->s != '"'; w->s++)
		if (*w->s == '\\' && w->s + 1 < w->end)
			w->s++;
	if (w->s == w->end)
		return false;
	w->s++;
	return true;
}

/* Behind the value that begins here; brackets are only counted. */
static bool
skip_value(struct pieces *w)
{
	size_t depth = 0;
	const char *from = w->s;

	while (w->s < w->end) {
		char c = *w->s;

		if (c == '"') {
			if (!skip_string(w))
				return false;
			if (depth == 0)
				return true;
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']' || c == '}'))
			break;
		if (c == '{' || c == '[')
			depth++;
		w->s++;
		if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return depth == 0 && w->s > from && w->s < w->end;
}

int
pieces_next(struct pieces *w)
{
	skip_blanks(w);
	if (w->s < w->end && *w->s == ',') {
		w->s++;
		skip_blanks(w);
	}
	if (w->s == w->end)
		return -1;
	if (*w->s == (w->object ? '}' : ']')) {
		w->s++;
		return 0;
	}
	w->key = NULL;
	w->nkey = 0;
	if (w->object) {
		w->key = w->s + 1;
		if (!skip_string(w))
			return -1;
		w->nkey = (size_t)(w->s - w->key) - 1;
		skip_blanks(w);
		if (w->s == w->end || *w->s++ != ':')
			return -1;
		skip_blanks(w);
	}
	w->value = w->s;
	if (!skip_value(w))
		return -1;
	w->nvalue = (size_t)(w->s - w->value);
	return 1;
}

bool
pieces_is(const struct pieces *w, const char *key)
{
	return w->key != NULL && w->nkey == strlen(key) && memcmp(w->key, key, w->nkey) == 0;
}
