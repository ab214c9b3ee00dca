/* SPDX-License-Identifier: MIT */
/*
 * What other programs write:
 *	MPD		((artist == "Air") AND (any contains "moon") AND (base "dir") AND (!(date < "1990")))
 *	Quod Libet	&(artist = air, #(1990 <= year < 2000))   |(a, b)   !(a)
 *	everybody	“quoted” words and long dashes, from pages
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/query/lexer.h"

/* The comparisons of MPD that are words. */
static const struct {
	const char *word;
	enum op op;
} words[] = { { "contains", OP_HAS }, { "contains_cs", OP_HAS }, { "contains_ci", OP_HAS },
	{ "starts_with", OP_BEGINS }, { "starts_with_cs", OP_BEGINS }, { "starts_with_ci", OP_BEGINS },
	{ "eq_cs", OP_EXACT }, { "eq_ci", OP_SAME } };

static bool
is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* The first thing in parentheses, as every one of MPD's expressions is? */
static bool
behind_parenthesis(const struct lexer *l, const char *s)
{
	return s > l->word && s[-1] == '(';
}

/* (base "dir") (added-since "2024-01-01"): a name and a value, nothing between. */
static bool
since_prefix(const struct lexer *l, const char *s, size_t name, struct prefix *p)
{
	static const struct {
		const char *name;
		enum field field;
		enum op op;
	} table[] = { { "base", F_SOURCE, OP_BEGINS }, { "modified-since", F_MODIFIED, OP_GREATER_EQUAL },
		{ "added-since", F_ADDED, OP_GREATER_EQUAL } };
	const char *value = skip_blanks(s + name);

	if (!behind_parenthesis(l, s) || !is_quote(*value))
		return false;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strlen(table[i].name) != name || strncasecmp(s, table[i].name, name) != 0)
			continue;
		*p = (struct prefix){ .field = table[i].field,
			.kind = NODE_TEXT,
			.op = table[i].op,
			.spaced = true,
			.sign = value,
			.value = value };
		snprintf(p->name, sizeof p->name, "%s", table[i].name);
		return true;
	}
	return false;
}

/* (any == "x"), (any contains "x"): the field `any` is none. */
static bool
any_field(const struct lexer *l, const char *s, size_t name, struct prefix *p)
{
	if (name != 3 || strncasecmp(s, "any", 3) != 0 || !behind_parenthesis(l, s))
		return false;
	*p = (struct prefix){ .field = F_NONE, .kind = NODE_TEXT };
	snprintf(p->name, sizeof p->name, "any");
	return true;
}

/* (any == "x") is no whole value of any field: it is a phrase anywhere. */
static bool
any_compared(const char *sign, struct prefix *p)
{
	size_t len = comparison(sign);

	if (len != 2 || !is_quote(*skip_blanks(sign + len)))
		return false;
	p->negated = *sign == '!';
	p->op = sign[1] == '~' ? OP_REGEX : OP_HAS;
	p->value = skip_blanks(sign + len);
	return true;
}

bool
foreign_prefix(struct lexer *l, const char *s, size_t name, struct prefix *p)
{
	const char *sign = skip_blanks(s + name), *word;
	bool any;

	if (since_prefix(l, s, name, p))
		return true;
	any = any_field(l, s, name, p);
	p->sign = sign;
	p->spaced = true;
	if (any && any_compared(sign, p))
		return true;
	p->negated = *sign == '!';
	word = sign + p->negated;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i].word);
		const char *value;

		if (strncmp(word, words[i].word, len) != 0 || !is_blank(word[len]))
			continue;
		value = skip_blanks(word + len);
		if (!is_quote(*value))
			continue;
		if (!any && (!find_name(l, s, name, p) || p->kind != NODE_TEXT))
			return false;
		p->op = words[i].op;
		p->value = value;
		return true;
	}
	return false;
}

/* A part of (AudioFormat == "44100:16:2"), where * is any. */
static enum err_code
push_part(struct lexer *l, enum field f, const char *value, size_t len)
{
	struct prefix p = { .field = f, .kind = NODE_TEXT, .op = OP_HAS };
	struct node *leaf;

	if (len == 0 || (len == 1 && *value == '*'))
		return ERR_NONE;
	leaf = new_leaf(&p, value, len);
	return leaf != NULL ? lexer_push(l, TOKEN_TERM, leaf, l->s) : err_memory(l->e);
}

static int
read_audio_format(struct lexer *l)
{
	static const enum field fields[] = { F_SAMPLERATE, F_BITDEPTH, F_CHANNELS };
	const char *s, *value;
	size_t len;

	if (strncasecmp(l->s, "AudioFormat", 11) != 0 || !behind_parenthesis(l, l->s))
		return 0;
	s = skip_blanks(l->s + 11);
	if (comparison(s) != 2 || *s == '!' || !is_quote(*skip_blanks(s + 2)))
		return 0;
	value = skip_blanks(s + 2);
	len = strspn(value + 1, "0123456789*:");
	if (value[1 + len] != *value)
		return 0;
	l->out->fields = true;
	s = value + 1;
	for (size_t i = 0; i < 3; i++) {
		size_t part = strspn(s, "0123456789*");

		if (push_part(l, fields[i], s, part) != ERR_NONE)
			return -1;
		s += part + (s[part] == ':');
	}
	l->s = value + len + 2;
	return 1;
}

/* The comparison the other way round: 5 < x is x > 5. */
static enum op
turned(const char *sign)
{
	bool equal = sign[1] == '=';

	return *sign == '<' ? (equal ? OP_GREATER_EQUAL : OP_GREATER)
	    : *sign == '>'  ? (equal ? OP_LESS_EQUAL : OP_LESS)
			    : OP_HAS;
}

/* #(1990 <= year < 2000): a number, a comparison, and a field that another comparison may follow. */
static int
read_number_first(struct lexer *l)
{
	const char *start = l->s, *sign, *name;
	size_t number = strspn(start, "0123456789.:"), len;
	struct prefix p = { .field = F_NONE };
	struct node *leaf;

	if (l->lists == 0 || l->list[l->lists - 1] != '#' || number == 0)
		return 0;
	sign = skip_blanks(start + number);
	len = comparison(sign);
	if (len == 0 || sign[len - 1] == '~' || *sign == '!')
		return 0;
	name = skip_blanks(sign + len);
	if (!find_name(l, name, name_length(name), &p) || p.kind != NODE_TEXT)
		return 0;
	p.op = turned(sign);
	l->out->fields = true;
	leaf = new_leaf(&p, start, number);
	if (leaf == NULL) {
		err_memory(l->e);
		return -1;
	}
	l->s = name;
	if (comparison(skip_blanks(name + name_length(name))) == 0)
		l->s += name_length(name);
	return lexer_push(l, TOKEN_TERM, leaf, start) == ERR_NONE ? 1 : -1;
}

int
foreign_read(struct lexer *l)
{
	const char *start = l->s;

	if ((*start == '&' || *start == '|' || *start == '#') && start[1] == '(') {
		if (l->lists == LISTS_MAX) {
			lexer_complain(l, start, "parentheses are nested too deeply");
			return -1;
		}
		l->list[l->lists++] = *start;
		l->s += 2;
		return lexer_push(l, TOKEN_OPEN, NULL, start) == ERR_NONE ? 1 : -1;
	}
	if (isdigit((unsigned char)*start))
		return read_number_first(l);
	return read_audio_format(l);
}

/* How many of the signs (UTF-8, separated by blanks) are in text? */
static size_t
sign_at(const char *s, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		if (strncmp(s, list, len) == 0)
			return len;
		list += len + (list[len] == ' ');
	}
	return 0;
}

/* (artist == \"Air\"), as it is told to MPD itself. */
static void
drop_backslashes(char *word)
{
	char *to = word;

	if (*word != '(' || strstr(word, "\\\"") == NULL)
		return;
	for (const char *s = strchr(word, '"'); s != NULL; s = strchr(s + 1, '"'))
		if (s[-1] != '\\')
			return;
	for (const char *s = word; *s != '\0'; s++)
		if (*s != '\\' || s[1] != '"')
			*to++ = *s;
	*to = '\0';
}

void
tidy_argument(char *word)
{
	static const char quotes[] = "“ ” „ ‟ « »", dashes[] = "– — − ‐ ‑";
	size_t marks = 0, len;
	char *to = word;

	drop_backslashes(word);
	for (const char *s = word; *s != '\0'; s++)
		marks += sign_at(s, quotes) > 0;
	for (const char *s = word; *s != '\0'; s += len) {
		bool begins = s == word || s[-1] == '(' || is_blank(s[-1]);

		if (marks > 0 && marks % 2 == 0 && (len = sign_at(s, quotes)) > 0)
			*to++ = '"';
		else if (begins && (len = sign_at(s, dashes)) > 0 && !ends_word(s[len]))
			*to++ = '-';
		else {
			*to++ = *s;
			len = 1;
		}
	}
	*to = '\0';
}
