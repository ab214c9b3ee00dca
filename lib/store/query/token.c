/* SPDX-License-Identifier: MIT */
/* Arguments into tokens: operators, parentheses, sort words, and where a term begins. */
#include "store/query/token.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/complain.h"
#include "store/query/lexer.h"
#include "store/query/place.h"
#include "text/harmony.h"

void
tokens_free(struct tokens *t)
{
	for (size_t i = 0; i < t->n; i++)
		node_free(t->token[i].term);
	free(t->token);
	*t = (struct tokens){ 0 };
}

enum err_code
lexer_complain(struct lexer *l, const char *at, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return query_complain(l->e, l->word, (size_t)(at - l->word), "%s", what);
}

enum err_code
lexer_push(struct lexer *l, enum token_kind kind, struct node *term, const char *at)
{
	struct tokens *t = l->out;
	struct token *more;

	if (t->n >= TERMS_MAX) {
		node_free(term);
		return err_set(l->e, ERR_USAGE, "the query has more than %d terms", TERMS_MAX);
	}
	more = realloc(t->token, (t->n + 1) * sizeof *more);
	if (more == NULL) {
		node_free(term);
		return err_memory(l->e);
	}
	t->token = more;
	more[t->n++] = (struct token){ kind, term, l->word, (size_t)(at - l->word) };
	if (term != NULL) {
		term->word = l->word;
		term->at = (size_t)(at - l->word);
	}
	return ERR_NONE;
}

bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool
ends_word(char c)
{
	return c == '\0' || is_blank(c);
}

const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Does a comma separate what stands in the parentheses around? */
static bool
has_commas(const struct lexer *l)
{
	return l->lists > 0 && (l->list[l->lists - 1] == '&' || l->list[l->lists - 1] == '|');
}

size_t
word_length(const struct lexer *l, const char *s)
{
	size_t n = 0;
	int depth = 0;

	for (; !ends_word(s[n]); n++) {
		if (s[n] == '(')
			depth++;
		else if ((s[n] == ')' && depth-- == 0) || (s[n] == ',' && depth == 0 && has_commas(l)))
			break;
	}
	return n;
}

/* year- and artist+ */
static bool
is_sort_word(struct lexer *l, const char *s, size_t len)
{
	enum field f;

	if (len < 2 || (s[len - 1] != '-' && s[len - 1] != '+') || l->q->norder == ORDER_MAX)
		return false;
	f = field_find_n(s, len - 1);
	if (f == F_NONE)
		return false;
	l->q->order[l->q->norder++] = (struct order){ f, s[len - 1] == '-' };
	return true;
}

/* An operator that stands free. */
static bool
is_operator(bool full, const char *s, size_t len, enum token_kind *kind)
{
	static const struct {
		const char *text;
		enum token_kind kind;
		bool anywhere; /* not only in a query of its own */
	} table[] = { { "AND", TOKEN_AND, true }, { "OR", TOKEN_OR, true }, { "NOT", TOKEN_NOT, true },
		{ ",", TOKEN_OR, true }, { "|", TOKEN_OR, true }, { "||", TOKEN_OR, true },
		{ "&&", TOKEN_AND, true }, { "and", TOKEN_AND, false }, { "or", TOKEN_OR, false },
		{ "not", TOKEN_NOT, false }, { "XOR", TOKEN_XOR, true }, { "xor", TOKEN_XOR, false } };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strlen(table[i].text) != len || strncmp(table[i].text, s, len) != 0)
			continue;
		*kind = table[i].kind;
		return table[i].anywhere || full;
	}
	return false;
}

/* -love !love ^love, but not "!!!" and not "- ". */
static bool
negates(const char *s)
{
	if (*s != '-' && *s != '^' && *s != '!')
		return false;
	while (*s == '-' || *s == '^' || *s == '!')
		s++;
	return *s == '(' || *s == '"' || (unsigned char)*s >= 128 || isalnum((unsigned char)*s) ||
	    (*s == '@' && saved_name_length(s + 1) > 0) || (*s == '~' && isalnum((unsigned char)s[1])) ||
	    ((*s == '#' || *s == '&' || *s == '|') && s[1] == '(') || pattern_length(s) > 0;
}

/* Parentheses, and the commas between the terms of &(a, b). */
static bool
is_sign(const struct lexer *l, char c, enum token_kind *kind)
{
	*kind = c == '(' ? TOKEN_OPEN : c == ')' ? TOKEN_CLOSE : TOKEN_AND;
	if (c == ',' && has_commas(l) && l->list[l->lists - 1] == '|')
		*kind = TOKEN_OR;
	return c == '(' || c == ')' || (c == ',' && has_commas(l));
}

static enum err_code
read_sign(struct lexer *l, enum token_kind kind)
{
	const char *at = l->s++;

	if (kind == TOKEN_CLOSE && l->lists > 0)
		l->lists--;
	if (kind == TOKEN_OPEN) {
		if (l->lists == LISTS_MAX)
			return lexer_complain(l, at, "parentheses are nested too deeply");
		l->list[l->lists++] = '(';
	}
	return lexer_push(l, kind, NULL, at);
}

static enum err_code
read_one(struct lexer *l)
{
	enum token_kind kind;
	struct prefix p;
	bool unknown;
	size_t len;
	int foreign;

	if (is_sign(l, *l->s, &kind))
		return read_sign(l, kind);
	if (negates(l->s)) {
		l->s++;
		return lexer_push(l, TOKEN_NOT, NULL, l->s - 1);
	}
	if (*l->s == '+' && !ends_word(l->s[1]) && l->s[1] != '+') {
		l->s++;
		return ERR_NONE;
	}
	foreign = foreign_read(l);
	if (foreign != 0)
		return l->e->code;
	if (field_prefix(l, l->s, &p, &unknown))
		return read_field(l, &p);
	if (unknown && unknown_field(l, l->s) != ERR_NONE)
		return l->e->code;
	len = word_length(l, l->s);
	if (is_operator(l->full, l->s, len, &kind)) {
		l->s += len;
		return lexer_push(l, kind, NULL, l->s - len);
	}
	if (is_sort_word(l, l->s, len)) {
		l->s += len;
		return ERR_NONE;
	}
	return read_bare(l);
}

/* Has the argument a field or a parenthesis, so that it is a query of its own? */
static bool
is_full_query(struct lexer *l, const char *s)
{
	struct prefix p;
	bool unknown;

	if (strpbrk(s, "()") != NULL)
		return true;
	for (s = skip_blanks(s); *s != '\0'; s = skip_blanks(s + strcspn(s, " \t\r\n"))) {
		while (*s == '-' || *s == '^' || *s == '!' || *s == '+')
			s++;
		if (field_prefix(l, s, &p, &unknown) || is_saved_name(s, strcspn(s, " \t\r\n")))
			return true;
	}
	return false;
}

/* Nothing but words from s on, one of them behind a blank?  Those of a pattern may begin with signs. */
static bool
is_words(struct lexer *l, const char *s, bool pattern)
{
	struct prefix inner;
	enum token_kind kind;
	bool unknown, blank = false;

	for (const char *start = s; *s != '\0'; s = skip_blanks(s + strcspn(s, " \t\r\n"))) {
		size_t len = strcspn(s, " \t\r\n");

		if (is_operator(false, s, len, &kind) || field_prefix(l, s, &inner, &unknown))
			return false;
		if (!pattern && (negates(s) || *s == '+' || is_saved_name(s, len)))
			return false;
		if ((s[len - 1] == '-' || s[len - 1] == '+') && field_find_n(s, len - 1) != F_NONE)
			return false;
		blank |= s > start;
	}
	return blank;
}

/* Values of codes and the like have no blanks, but for "A minor". */
static bool
holds_words(const struct prefix *p)
{
	struct music_key k;

	if (p->field == F_KEY)
		return key_read(p->value, &k);
	return p->field == F_NONE || p->field == F_SOURCE || p->field == F_FILE ||
	    !(field_is_code(p->field) || p->field == F_SHA256 || p->field == F_SESSION ||
		p->field == F_OWNER || p->field == F_COMPILATION);
}

/* title:wanted dead or alive, artist:=~dave matthews, title::^the .*s$ - the shell took the quotes: a text
 * field, then nothing but words. */
static bool
is_field_with_words(struct lexer *l, struct prefix *p)
{
	bool unknown;

	if (!field_prefix(l, l->s, p, &unknown) || p->kind != NODE_TEXT || !field_is_text(p->field) ||
	    p->negated || (p->op != OP_HAS && p->op != OP_EXACT && p->op != OP_SAME && p->op != OP_REGEX))
		return false;
	if (ends_word(*p->value) || *p->value == '/' || !holds_words(p))
		return false;
	if (p->op == OP_REGEX ? *p->value == '"' : strpbrk(p->value, "()\"") != NULL)
		return false;
	return is_words(l, p->value, p->op == OP_REGEX);
}

/* title:wanted dead* - words of one field that are more than words: as title:(wanted dead*). */
static enum err_code
read_words_of_field(struct lexer *l, const struct prefix *p)
{
	const char *start = l->s;
	struct node *scope = new_leaf(p, "", 0);

	if (scope == NULL)
		return err_memory(l->e);
	if (lexer_push(l, TOKEN_FIELD, scope, start) != ERR_NONE ||
	    lexer_push(l, TOKEN_OPEN, NULL, start) != ERR_NONE)
		return l->e->code;
	for (l->s = p->value; *l->s != '\0'; l->s = skip_blanks(l->s))
		if (read_bare(l) != ERR_NONE)
			return l->e->code;
	return lexer_push(l, TOKEN_CLOSE, NULL, l->s);
}

static enum err_code
read_argument(struct lexer *l)
{
	struct prefix p;

	l->full = is_full_query(l, l->word);
	l->lists = 0;
	l->s = skip_blanks(l->word);
	if (is_field_with_words(l, &p)) {
		struct node *leaf;

		l->out->fields = true;
		if (p.op == OP_HAS && strpbrk(p.value, "*~") != NULL)
			return read_words_of_field(l, &p);
		leaf = new_leaf(&p, p.value, strlen(p.value));
		return leaf != NULL ? lexer_push(l, TOKEN_TERM, leaf, l->s) : err_memory(l->e);
	}
	while (*(l->s = skip_blanks(l->s)) != '\0')
		if (read_one(l) != ERR_NONE)
			return l->e->code;
	return ERR_NONE;
}

enum err_code
tokens_read(struct tokens *t, struct query *q, char **words, tag_exists *exists, void *context, struct err *e)
{
	struct lexer l = { .out = t, .q = q, .exists = exists, .context = context, .e = e };

	for (size_t i = 0; words[i] != NULL; i++) {
		tidy_argument(words[i]);
		l.word = words[i];
		if (read_argument(&l) != ERR_NONE)
			return e->code;
	}
	if (t->n == 0)
		l.word = l.s = "";
	else if (t->n >= TERMS_MAX)
		return err_set(e, ERR_USAGE, "the query has more than %d terms", TERMS_MAX);
	return lexer_push(&l, TOKEN_END, NULL, l.s);
}
