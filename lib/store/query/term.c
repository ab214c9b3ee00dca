/* SPDX-License-Identifier: MIT */
/* A term as it is written: the field's name, the operator, the value. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/query/lexer.h"

size_t
comparison(const char *s)
{
	if (*s == '=' || *s == '<' || *s == '>')
		return s[1] == '=' || (*s == '=' && s[1] == '~') ? 2 : 1;
	return s[0] == '!' && (s[1] == '=' || s[1] == '~') ? 2 : 0;
}

/* The operators, longer ones before those that they begin with. */
static const struct sign {
	const char *text;
	enum op op;
	bool negated;
} signs[] = {
	{ ":=~", OP_SAME, false },
	{ ":==", OP_SAME, false },
	{ ":=", OP_EXACT, false },
	{ "::", OP_REGEX, false },
	{ ":~", OP_FUZZY, false },
	{ ":!=", OP_SAME, true },
	{ ":<=", OP_LESS_EQUAL, false },
	{ ":>=", OP_GREATER_EQUAL, false },
	{ ":<", OP_LESS, false },
	{ ":>", OP_GREATER, false },
	{ ":", OP_HAS, false },
	{ "=~", OP_REGEX, false },
	{ "!~", OP_REGEX, true },
	{ "==", OP_SAME, false },
	{ "!=", OP_SAME, true },
	{ "=", OP_SAME, false },
	{ "<=", OP_LESS_EQUAL, false },
	{ ">=", OP_GREATER_EQUAL, false },
	{ "<", OP_LESS, false },
	{ ">", OP_GREATER, false },
};

/* The operator at s into p; its length, 0 where there is none. */
static size_t
read_operator(const char *s, struct prefix *p)
{
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		size_t len = strlen(signs[i].text);

		if (strncmp(s, signs[i].text, len) != 0)
			continue;
		p->sign = s;
		p->op = signs[i].op;
		p->negated = signs[i].negated;
		p->spaced = *s != ':';
		p->value = s + len;
		return len;
	}
	return 0;
}

bool
is_saved_name(const char *s, size_t len)
{
	return len > 1 && *s == '@' && saved_name_length(s + 1) == len - 1;
}

bool
find_name(struct lexer *l, const char *s, size_t len, struct prefix *p)
{
	static const struct {
		const char *name;
		enum node_kind kind;
		bool missing;
	} special[] = { { "is", NODE_IS, false }, { "has", NODE_HAS, false }, { "_exists_", NODE_HAS, false },
		{ "missing", NODE_HAS, true }, { "query", NODE_SAVED, false }, { "mix", NODE_MIX, false },
		{ "similar", NODE_SIMILAR, false }, { "playlist", NODE_PLAYLIST, false } };

	if (len == 0 || len >= sizeof p->name)
		return false;
	memcpy(p->name, s, len);
	p->name[len] = '\0';
	p->kind = NODE_TEXT;
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		if (strcmp(p->name, special[i].name) != 0)
			continue;
		p->kind = special[i].kind;
		p->negated = special[i].missing;
	}
	if (p->kind != NODE_TEXT)
		return true;
	p->field = field_find(p->name);
	if (p->field == F_NONE)
		p->free_tag = l->exists != NULL && l->exists(l->context, p->name);
	return p->field != F_NONE || p->free_tag;
}

size_t
name_length(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s) && *s != '_')
		return 0;
	while (
	    isalnum((unsigned char)s[n]) || s[n] == '_' || (s[n] == '-' && isalnum((unsigned char)s[n + 1])))
		n++;
	return n;
}

/* "radio show":morning - a tag whose name has blanks; *len is that of the name. */
static const char *
quoted_name(const char *s, size_t *len)
{
	const char *end = *s == '"' ? strchr(s + 1, '"') : NULL;

	if (end == NULL || end[1] != ':' || ends_word(end[2]))
		return NULL;
	*len = (size_t)(end - s) - 1;
	return s + 1;
}

bool
field_prefix(struct lexer *l, const char *s, struct prefix *p, bool *unknown)
{
	size_t n = name_length(s);
	const char *name = s, *after = s + n;

	*p = (struct prefix){ .field = F_NONE };
	*unknown = false;
	if (n == 0) {
		name = quoted_name(s, &n);
		if (name == NULL)
			return false;
		after = name + n + 1;
	}
	if (*after == ':') {
		struct prefix found = { .field = F_NONE };
		bool known = find_name(l, name, n, &found);

		*unknown = name == s && !known && !ends_word(after[1]);
		if (!known)
			return false;
		*p = found;
		read_operator(after, p);
		if (*skip_blanks(p->value) != '\0') /* "artist: air" */
			p->value = skip_blanks(p->value);
		p->negated |= found.negated;
		if (p->kind != NODE_TEXT) {
			p->op = OP_HAS;
			p->value = skip_blanks(after + 1);
		}
		return true;
	}
	if (name != s)
		return false;
	if (comparison(skip_blanks(after)) > 0 && find_name(l, s, n, p) && p->kind == NODE_TEXT) {
		read_operator(skip_blanks(after), p);
		p->value = skip_blanks(p->value);
		return *p->value != '\0';
	}
	return foreign_prefix(l, s, n, p);
}

/* "artst:" is a slip of the pen, "Re:Stacks" a title. */
enum err_code
unknown_field(struct lexer *l, const char *s)
{
	char name[64];
	size_t n = name_length(s);
	enum field near;

	if (n >= sizeof name)
		return ERR_NONE;
	memcpy(name, s, n);
	name[n] = '\0';
	near = n < 3 ? F_NONE : field_nearest(name);
	if (near != F_NONE) {
		l->out->fields = true;
		return lexer_complain(l, s,
		    "there is no field '%s'; did you mean '%s'? (quotes search for the text)", name,
		    field_info(near)->name);
	}
	return query_add_note(l->q, l->e, "searching for the text", "there is no field '%s'", name);
}

struct node *
new_leaf(const struct prefix *p, const char *value, size_t len)
{
	struct node *leaf = node_new(p->kind);

	if (leaf == NULL)
		return NULL;
	leaf->field = p->field;
	leaf->op = p->op;
	leaf->plain_unit = strcmp(p->name, "duration_ms") == 0;
	leaf->value = strndup(value, len);
	if (p->free_tag)
		leaf->tag = strdup(p->name);
	if (leaf->value == NULL || (p->free_tag && leaf->tag == NULL)) {
		node_free(leaf);
		return NULL;
	}
	return leaf;
}

/* What stands between quotes (" or ') at s; a backslash saves one. */
static char *
quoted(const char *s, const char **end)
{
	char *text = malloc(strlen(s) + 1), mark = *s;
	size_t n = 0;

	if (text == NULL)
		return NULL;
	for (s++; *s != mark && *s != '\0'; s++) {
		if (*s == '\\' && (s[1] == mark || s[1] == '\\'))
			s++;
		text[n++] = *s;
	}
	text[n] = '\0';
	*end = *s == mark ? s + 1 : NULL;
	return text;
}

/* 'Air' as MPD has it; the quotes of '74-'75 are no such. */
static bool
has_single_quotes(const char *s)
{
	const char *end = *s == '\'' ? strchr(s + 1, '\'') : NULL;

	return end != NULL && (ends_word(end[1]) || end[1] == ')' || end[1] == ',');
}

size_t
pattern_length(const char *s)
{
	size_t n = 1;

	if (*s != '/')
		return 0;
	for (; s[n] != '/'; n++) {
		if (s[n] == '\\' && s[n + 1] != '\0')
			n++;
		if (s[n] == '\0')
			return 0;
	}
	if (n == 1)
		return 0;
	n++;
	while (s[n] == 'i' || s[n] == 'c') /* case ignored, which it is anyway; or not */
		n++;
	return ends_word(s[n]) || s[n] == ')' || s[n] == ',' ? n : 0;
}

/* /pattern/ into a leaf. */
static struct node *
read_pattern(struct lexer *l, const struct prefix *p, const char *s, const char **end)
{
	size_t len = pattern_length(s), body = len;
	struct buf text = { 0 };
	struct node *leaf = NULL;

	while (s[body - 1] != '/')
		body--;
	if (memchr(s + body, 'c', len - body) != NULL)
		buf_puts(&text, "(?-i)");
	for (size_t i = 1; i + 1 < body; i++)
		if (s[i] != '\\' || s[i + 1] != '/') /* \/ is a slash */
			buf_putc(&text, s[i]);
	if (buf_ok(&text, l->e) == ERR_NONE && (leaf = new_leaf(p, text.data, text.len)) == NULL)
		err_memory(l->e);
	if (leaf != NULL)
		leaf->op = OP_REGEX;
	*end = s + len;
	buf_free(&text);
	return leaf;
}

/* What may stand behind a phrase: "a b"~3 near each other, "a b"* a beginning, "a b"^2 nothing. */
static enum err_code
read_behind_phrase(struct lexer *l, struct node *leaf, const char **end)
{
	const char *s = *end;
	char *digits;

	if (*s == '*') {
		leaf->prefix = true;
		*end = s + 1;
	} else if (*s == '~' && isdigit((unsigned char)s[1])) {
		leaf->op = leaf->op == OP_HAS ? OP_NEAR : leaf->op;
		leaf->distance = (int)strtol(s + 1, &digits, 10);
		if (leaf->distance > NEAR_MAX || digits - s > 5)
			return lexer_complain(l, s, "\"...\"~N takes up to %d words between", NEAR_MAX);
		*end = digits;
	}
	return ERR_NONE;
}

static struct node *
read_quoted(struct lexer *l, const struct prefix *p, const char *s, const char **end)
{
	char *text = quoted(s, end);
	struct node *leaf = text != NULL ? new_leaf(p, text, strlen(text)) : NULL;

	free(text);
	if (leaf == NULL) {
		err_memory(l->e);
		return NULL;
	}
	leaf->phrase = true;
	if (*end == NULL)
		lexer_complain(l, s, "a quotation mark is never closed");
	else if (read_behind_phrase(l, leaf, end) == ERR_NONE)
		return leaf;
	node_free(leaf);
	return NULL;
}

/* Where the weight of "love^2" begins in a word, or its end. */
static size_t
before_weight(const char *s, size_t len)
{
	size_t n = len;

	while (n > 0 && (isdigit((unsigned char)s[n - 1]) || s[n - 1] == '.'))
		n--;
	return n > 1 && n < len && s[n - 1] == '^' && isalnum((unsigned char)s[n - 2]) ? n - 1 : len;
}

/* The end of [1990 TO 1999] or {a TO b} at s, or NULL. */
static const char *
bracket_end(const char *s)
{
	const char *to = *s == '[' || *s == '{' ? strstr(s, " TO ") : NULL;
	size_t n;

	if (to == NULL)
		return NULL;
	n = strcspn(to, "]}()");
	return to[n] == ']' || to[n] == '}' ? to + n + 1 : NULL;
}

/* "2 weeks", "3 minutes", "10 MB": what a comparison has behind its blank. */
static size_t
with_unit(const struct prefix *p, const char *s, size_t len)
{
	static const char *const units[] = { "second", "minute", "min", "hour", "day", "week", "month",
		"year", "kb", "mb", "gb", "k", "m", "g", "s", "h", "d", "w", "y", "sec" };
	const char *unit = skip_blanks(s + len);
	size_t n = 0;

	if (!p->spaced || p->field == F_NONE || strspn(s, "0123456789.") != len ||
	    (p->field != F_DURATION && p->field != F_SIZE && field_info(p->field)->type != FIELD_TIME &&
		field_info(p->field)->type != FIELD_DATE))
		return len;
	while (isalpha((unsigned char)unit[n]))
		n++;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t full = strlen(units[i]);

		if ((n == full || (n == full + 1 && unit[full] == 's')) &&
		    strncasecmp(unit, units[i], full) == 0)
			return (size_t)(unit - s) + n;
	}
	return len;
}

/* "last month": the second word belongs to it. */
static size_t
with_period(const struct prefix *p, const char *s, size_t len)
{
	static const char *const periods[] = { "week", "month", "year" };
	const char *period = skip_blanks(s + len);
	enum field_type type = p->field != F_NONE ? field_info(p->field)->type : FIELD_TEXT;

	if (len != 4 || (strncasecmp(s, "this", 4) != 0 && strncasecmp(s, "last", 4) != 0) ||
	    (type != FIELD_TIME && type != FIELD_DATE) || period != s + 5)
		return len;
	for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
		size_t n = strlen(periods[i]);

		if (strncasecmp(period, periods[i], n) == 0 && (ends_word(period[n]) || period[n] == ')'))
			return len + 1 + n;
	}
	return len;
}

/* The value of a field at s into a leaf. */
static struct node *
read_value(struct lexer *l, const struct prefix *p, const char *s, const char **end)
{
	bool anywhere = p->field == F_NONE && !p->free_tag;
	bool path = p->field == F_SOURCE || p->field == F_FILE;
	struct node *leaf;

	if (*s == '"' || (p->spaced && has_single_quotes(s)))
		return read_quoted(l, p, s, end);
	if (p->kind == NODE_TEXT && !path && (p->op == OP_HAS || p->op == OP_SAME) && pattern_length(s) > 0)
		return read_pattern(l, p, s, end);
	*end = anywhere ? NULL : bracket_end(s);
	if (*end == NULL)
		*end = s + with_period(p, s, with_unit(p, s, before_weight(s, word_length(l, s))));
	leaf = new_leaf(p, s, (size_t)(*end - s));
	if (leaf == NULL)
		err_memory(l->e);
	return leaf;
}

/* Lucene's weights, "love^2": understood, and without effect. */
static enum err_code
skip_weight(struct lexer *l)
{
	size_t n = *l->s == '^' ? strspn(l->s + 1, "0123456789.") : 0;

	if (n == 0 || !(ends_word(l->s[n + 1]) || l->s[n + 1] == ')'))
		return ERR_NONE;
	l->s += n + 1;
	return query_add_note(l->q, l->e, NULL, "weights such as ^2 have no effect");
}

enum err_code
read_field(struct lexer *l, const struct prefix *p)
{
	const char *start = l->s, *end;
	struct node *leaf;

	l->out->fields = true;
	if (p->negated && lexer_push(l, TOKEN_NOT, NULL, start) != ERR_NONE)
		return l->e->code;
	if (*p->value == '(' && p->op == OP_HAS) {
		leaf = new_leaf(p, "", 0);
		l->s = p->value;
		return leaf != NULL ? lexer_push(l, TOKEN_FIELD, leaf, start) : err_memory(l->e);
	}
	if (ends_word(*p->value) || *p->value == ')')
		return lexer_complain(l, start, "%s wants a value", p->name);
	leaf = read_value(l, p, p->value, &end);
	if (leaf == NULL)
		return l->e->code;
	l->s = end;
	if (lexer_push(l, TOKEN_TERM, leaf, start) != ERR_NONE)
		return l->e->code;
	return skip_weight(l);
}

/* A leaf whose field is chosen here: @name, /home/me/Music. */
static enum err_code
push_as(struct lexer *l, const struct prefix *p, size_t skip, size_t len)
{
	struct node *leaf = new_leaf(p, l->s + skip, len - skip);
	const char *start = l->s;

	if (leaf == NULL)
		return err_memory(l->e);
	leaf->at_sign = p->kind == NODE_SAVED;
	l->s += len;
	return lexer_push(l, TOKEN_TERM, leaf, start);
}

enum err_code
read_bare(struct lexer *l)
{
	static const struct prefix anywhere = { .field = F_NONE, .kind = NODE_TEXT };
	static const struct prefix saved = { .field = F_NONE, .kind = NODE_SAVED };
	static const struct prefix path = { .field = F_SOURCE, .kind = NODE_TEXT };
	const char *start = l->s, *end;
	size_t len = word_length(l, start);
	struct node *leaf;

	if (is_saved_name(start, len))
		return push_as(l, &saved, 1, len);
	if (*start == '/' && pattern_length(start) == 0 && len > 2 &&
	    memchr(start + 2, '/', len - 2) != NULL && isalnum((unsigned char)start[1]))
		return push_as(l, &path, 0, len);
	leaf = read_value(l, &anywhere, start, &end);
	if (leaf == NULL)
		return l->e->code;
	l->s = end;
	if (lexer_push(l, TOKEN_TERM, leaf, start) != ERR_NONE)
		return l->e->code;
	return skip_weight(l);
}
