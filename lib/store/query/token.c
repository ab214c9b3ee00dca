#include "store/query/token.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct lexer {
	struct tokens *out;
	struct query *q;
	tag_exists *exists;
	void *context;
	const char *word; /* the argument */
	const char *s;    /* where we are in it */
	bool full;        /* it is a query of its own: and, or, not in small letters are operators */
	struct err *e;
};

/* A field's name with its operator. */
struct prefix {
	enum field field;
	enum node_kind kind; /* TEXT, IS, HAS, SAVED */
	bool missing;
	char name[64];
	bool free_tag;
	const char *sign;  /* the operator */
	const char *value; /* behind it */
};

void
tokens_free(struct tokens *t)
{
	for (size_t i = 0; i < t->n; i++)
		node_free(t->token[i].term);
	free(t->token);
	*t = (struct tokens){ 0 };
}

static enum err_code
complain(struct lexer *l, const char *at, const char *what)
{
	return err_set(
	    l->e, ERR_USAGE, "%s, at character %zu of '%s'", what, (size_t)(at - l->word) + 1, l->word);
}

static enum err_code
push(struct lexer *l, enum token_kind kind, struct node *term, const char *at)
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

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
ends_word(char c)
{
	return c == '\0' || is_blank(c);
}

/* The length of the word at s, up to a blank or a parenthesis that it did not open. */
static size_t
word_length(const char *s)
{
	size_t n = 0;
	int depth = 0;

	for (; !ends_word(s[n]); n++) {
		if (s[n] == '(')
			depth++;
		else if (s[n] == ')' && depth-- == 0)
			break;
	}
	return n;
}

static const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* The length of the comparison at s: = == != < <= > >= */
static size_t
comparison(const char *s)
{
	if (*s == '=' || *s == '<' || *s == '>')
		return 1 + (s[1] == '=');
	return s[0] == '!' && s[1] == '=' ? 2 : 0;
}

/* The whole of "@name"? */
static bool
is_saved_name(const char *s, size_t len)
{
	return len > 1 && *s == '@' && saved_name_length(s + 1) == len - 1;
}

static bool
find_name(struct lexer *l, const char *s, size_t len, struct prefix *p)
{
	static const struct {
		const char *name;
		enum node_kind kind;
		bool missing;
	} special[] = { { "is", NODE_IS, false }, { "has", NODE_HAS, false }, { "missing", NODE_HAS, true },
		{ "query", NODE_SAVED, false }, { "mix", NODE_MIX, false },
		{ "similar", NODE_SIMILAR, false } };

	if (len == 0 || len >= sizeof p->name)
		return false;
	memcpy(p->name, s, len);
	p->name[len] = '\0';
	p->kind = NODE_TEXT;
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		if (strcmp(p->name, special[i].name) != 0)
			continue;
		p->kind = special[i].kind;
		p->missing = special[i].missing;
		return true;
	}
	p->field = field_find(p->name);
	if (p->field == F_NONE)
		p->free_tag = l->exists != NULL && l->exists(l->context, p->name);
	return p->field != F_NONE || p->free_tag;
}

static size_t
name_length(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (
	    isalnum((unsigned char)s[n]) || s[n] == '_' || (s[n] == '-' && isalnum((unsigned char)s[n + 1])))
		n++;
	return n;
}

/* Does s begin with a field and an operator?  unknown is set where only the name is strange. */
static bool
field_prefix(struct lexer *l, const char *s, struct prefix *p, bool *unknown)
{
	size_t n = name_length(s);
	const char *after = s + n;
	size_t sign;

	*p = (struct prefix){ .field = F_NONE };
	*unknown = false;
	if (n == 0)
		return false;
	if (*after == ':') {
		bool known = find_name(l, s, n, p);

		p->sign = after;
		p->value = after + 1;
		*unknown = !known && !ends_word(after[1]);
		return known;
	}
	sign = comparison(skip_blanks(after));
	if (sign > 0 && find_name(l, s, n, p) && p->kind == NODE_TEXT) {
		p->sign = skip_blanks(after);
		p->value = skip_blanks(p->sign + sign);
		return *p->value != '\0';
	}
	after = skip_blanks(after); /* MPD: artist contains "x" */
	if (strncmp(after, "contains \"", 10) == 0 && find_name(l, s, n, p) && p->kind == NODE_TEXT) {
		p->sign = ":";
		p->value = after + 9;
		return true;
	}
	return false;
}

/* "artst:" is a slip of the pen, "Re:Stacks" a title. */
static enum err_code
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
		return err_set(l->e, ERR_USAGE,
		    "there is no field '%s': did you mean '%s'? (quotes search for the text)", name,
		    field_info(near)->name);
	}
	if (l->q->note == NULL) {
		struct buf note = { 0 };

		buf_printf(&note, "there is no field '%s': searching for the text", name);
		l->q->note = buf_detach(&note);
	}
	return ERR_NONE;
}

static struct node *
new_leaf(const struct prefix *p, const char *value, size_t len)
{
	struct node *leaf = node_new(p->kind);

	if (leaf == NULL)
		return NULL;
	leaf->field = p->field;
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

/* What stands between quotes at s; a backslash saves a quote. */
static char *
quoted(const char *s, const char **end)
{
	char *text = malloc(strlen(s) + 1);
	size_t n = 0;

	if (text == NULL)
		return NULL;
	for (s++; *s != '"' && *s != '\0'; s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		text[n++] = *s;
	}
	text[n] = '\0';
	*end = *s == '"' ? s + 1 : NULL;
	return text;
}

static enum err_code
push_negated(struct lexer *l, const char *at)
{
	return push(l, TOKEN_NOT, NULL, at);
}

bool
node_split_range(struct node *leaf)
{
	char *low = leaf->value;
	char *dots = strstr(low, "..");
	size_t len = strlen(low);

	if (leaf->op != OP_HAS)
		return true;
	if (len > 2 && *low == '[' && low[len - 1] == ']' && (dots = strstr(low, " TO ")) != NULL) {
		low[len - 1] = '\0';
		leaf->high = strdup(strcmp(dots + 4, "*") == 0 ? "" : dots + 4);
		*dots = '\0';
		memmove(low, low + 1, strlen(low));
		if (strcmp(low, "*") == 0)
			*low = '\0';
	} else if (dots != NULL) {
		leaf->high = strdup(dots + 2);
		*dots = '\0';
	} else {
		return true;
	}
	leaf->op = OP_BETWEEN;
	return leaf->high != NULL;
}

/* The operator at p->sign: which it is, whether it negates, where the value begins. */
static enum op
read_operator(const struct prefix *p, bool text, bool *negated, const char **value)
{
	const char *s = p->sign;

	*negated = false;
	*value = p->value;
	if (*s == ':') {
		if (s[1] == '=') {
			*value = s + 2 + (s[2] == '~');
			return s[2] == '~' ? OP_SAME : OP_EXACT;
		}
		if (text || comparison(s + 1) == 0)
			return OP_HAS;
		s++; /* year:>=1990 */
		*value = s + comparison(s);
	}
	switch (*s) {
	case '!':
		*negated = true;
		return text ? OP_SAME : OP_HAS;
	case '<':
		return s[1] == '=' ? OP_LESS_EQUAL : OP_LESS;
	case '>':
		return s[1] == '=' ? OP_GREATER_EQUAL : OP_GREATER;
	default:
		return text ? OP_SAME : OP_HAS;
	}
}

/* The value of a field at s into a leaf. */
static struct node *
read_value(struct lexer *l, const struct prefix *p, const char *s, const char **end)
{
	struct node *leaf;

	if (*s == '"') {
		char *text = quoted(s, end);

		leaf = text != NULL ? new_leaf(p, text, strlen(text)) : NULL;
		if (leaf == NULL)
			err_memory(l->e);
		else
			leaf->phrase = true;
		free(text);
		if (leaf != NULL && *end == NULL) {
			complain(l, s, "a quotation mark is never closed");
			node_free(leaf);
			leaf = NULL;
		}
		return leaf;
	}
	*end = s + word_length(s);
	if (*s == '[' && strchr(s, ']') != NULL && strstr(s, " TO ") != NULL)
		*end = strchr(s, ']') + 1;
	leaf = new_leaf(p, s, (size_t)(*end - s));
	if (leaf == NULL)
		err_memory(l->e);
	return leaf;
}

/* genre:* is has:genre */
static enum err_code
has_any(struct lexer *l, struct node *leaf)
{
	const char *name = leaf->tag != NULL ? leaf->tag : field_info(leaf->field)->name;
	char *value = strdup(name);

	if (value == NULL)
		return err_memory(l->e);
	free(leaf->value);
	free(leaf->tag);
	leaf->value = value;
	leaf->tag = NULL;
	leaf->field = F_NONE;
	leaf->kind = NODE_HAS;
	return ERR_NONE;
}

/* has:lyrcis is a slip of the pen, has:mytag may be right though no track has it. */
static enum err_code
check_name(struct lexer *l, const struct node *leaf, const char *at)
{
	enum field near;

	if (leaf->kind != NODE_HAS || field_find(leaf->value) != F_NONE ||
	    (l->exists != NULL && l->exists(l->context, leaf->value)))
		return ERR_NONE;
	near = field_nearest(leaf->value);
	if (near != F_NONE) {
		char what[160];

		snprintf(what, sizeof what, "there is no field '%.40s': did you mean '%s'?", leaf->value,
		    field_info(near)->name);
		return complain(l, at, what);
	}
	if (l->q->note == NULL) {
		struct buf note = { 0 };

		buf_printf(&note, "there is no field '%s', and no track has a tag of that name", leaf->value);
		l->q->note = buf_detach(&note);
	}
	return ERR_NONE;
}

static enum err_code
shape_leaf(struct lexer *l, struct node *leaf, enum op op, const struct prefix *p)
{
	size_t len = strlen(leaf->value);

	leaf->op = op;
	if (p->kind != NODE_TEXT)
		return ERR_NONE;
	if (!leaf->phrase && op == OP_HAS && strcmp(leaf->value, "*") == 0)
		return has_any(l, leaf);
	if (field_is_text(p->field)) {
		bool pattern = p->field == F_SOURCE || p->field == F_FILE;

		if (!leaf->phrase && !pattern && op == OP_HAS && len > 1 && leaf->value[len - 1] == '*') {
			leaf->value[len - 1] = '\0';
			leaf->prefix = true;
		}
		return ERR_NONE;
	}
	leaf->kind = NODE_RANGE;
	return node_split_range(leaf) ? ERR_NONE : err_memory(l->e);
}

static enum err_code
read_field(struct lexer *l, const struct prefix *p)
{
	const char *start = l->s, *value, *end;
	bool text = p->kind == NODE_TEXT && field_is_text(p->field);
	bool negated;
	struct node *leaf;
	enum op op = read_operator(p, text, &negated, &value);

	l->out->fields = true;
	if (p->kind != NODE_TEXT) {
		op = OP_HAS;
		value = p->value;
	} else if (text && op >= OP_LESS) {
		return complain(l, p->sign, "< and > compare numbers and dates, not text");
	}
	if (text && *p->sign == ':' && (*value == ':' || *value == '~'))
		return complain(l, p->sign, "text is compared by ':', ':=' or ':=~'");
	if ((negated || p->missing) && push_negated(l, start) != ERR_NONE)
		return l->e->code;
	if (*value == '(' && op == OP_HAS) {
		leaf = new_leaf(p, "", 0);
		l->s = value;
		return leaf != NULL ? push(l, TOKEN_FIELD, leaf, start) : err_memory(l->e);
	}
	if (ends_word(*value) || *value == ')') {
		char what[96];

		snprintf(what, sizeof what, "%s wants a value", p->name);
		return complain(l, start, what);
	}
	leaf = read_value(l, p, value, &end);
	if (leaf == NULL)
		return l->e->code;
	if (shape_leaf(l, leaf, op, p) != ERR_NONE || check_name(l, leaf, start) != ERR_NONE) {
		node_free(leaf);
		return l->e->code;
	}
	l->s = end;
	return push(l, TOKEN_TERM, leaf, start);
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
is_operator(const struct lexer *l, const char *s, size_t len, enum token_kind *kind)
{
	static const struct {
		const char *text;
		enum token_kind kind;
		bool anywhere; /* not only in a query of its own */
	} table[] = { { "AND", TOKEN_AND, true }, { "OR", TOKEN_OR, true }, { "NOT", TOKEN_NOT, true },
		{ ",", TOKEN_OR, true }, { "|", TOKEN_OR, true }, { "||", TOKEN_OR, true },
		{ "&&", TOKEN_AND, true }, { "and", TOKEN_AND, false }, { "or", TOKEN_OR, false },
		{ "not", TOKEN_NOT, false } };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strlen(table[i].text) != len || strncmp(table[i].text, s, len) != 0)
			continue;
		*kind = table[i].kind;
		return table[i].anywhere || l->full;
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
	    (*s == '@' && saved_name_length(s + 1) > 0);
}

static enum err_code
read_bare(struct lexer *l)
{
	static const struct prefix anywhere = { .field = F_NONE, .kind = NODE_TEXT };
	const char *start = l->s, *end;
	struct node *leaf;
	enum token_kind kind;
	size_t len = word_length(start);

	if (*start != '"' && is_operator(l, start, len, &kind)) {
		l->s += len;
		return push(l, kind, NULL, start);
	}
	if (*start != '"' && is_sort_word(l, start, len)) {
		l->s += len;
		return ERR_NONE;
	}
	if (is_saved_name(start, len)) {
		static const struct prefix saved = { .field = F_NONE, .kind = NODE_SAVED };

		leaf = new_leaf(&saved, start + 1, len - 1);
		if (leaf == NULL)
			return err_memory(l->e);
		leaf->at_sign = true;
		l->s += len;
		return push(l, TOKEN_TERM, leaf, start);
	}
	leaf = read_value(l, &anywhere, start, &end);
	if (leaf == NULL)
		return l->e->code;
	l->s = end;
	if (!leaf->phrase && strcmp(leaf->value, "*") == 0)
		leaf->kind = NODE_ALL;
	else if (shape_leaf(l, leaf, OP_HAS, &anywhere) != ERR_NONE) {
		node_free(leaf);
		return l->e->code;
	}
	return push(l, TOKEN_TERM, leaf, start);
}

static enum err_code
read_one(struct lexer *l)
{
	struct prefix p;
	bool unknown;

	if (*l->s == '(' || *l->s == ')') {
		enum token_kind kind = *l->s == '(' ? TOKEN_OPEN : TOKEN_CLOSE;

		l->s++;
		return push(l, kind, NULL, l->s - 1);
	}
	if (negates(l->s)) {
		l->s++;
		return push_negated(l, l->s - 1);
	}
	if (*l->s == '+' && !ends_word(l->s[1]) && l->s[1] != '+') {
		l->s++;
		return ERR_NONE;
	}
	if (field_prefix(l, l->s, &p, &unknown))
		return read_field(l, &p);
	if (unknown && unknown_field(l, l->s) != ERR_NONE)
		return l->e->code;
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

/* title:wanted dead or alive, artist:=~dave matthews - the shell took the quotes: a text field, then nothing
 * but words. */
static bool
is_field_with_words(struct lexer *l, struct prefix *p, enum op *op, const char **value)
{
	const char *s;
	bool negated;
	struct prefix inner;
	bool unknown;
	bool blank = false;

	if (!field_prefix(l, l->s, p, &unknown) || p->kind != NODE_TEXT ||
	    (*p->sign != ':' && *p->sign != '=') || !field_is_text(p->field))
		return false;
	*op = read_operator(p, true, &negated, value);
	if (is_blank(**value) || strpbrk(*value, "()\"*") != NULL)
		return false;
	for (s = *value; *s != '\0'; s = skip_blanks(s + strcspn(s, " \t\r\n"))) {
		size_t len = strcspn(s, " \t\r\n");
		enum token_kind kind;
		bool full = l->full;
		bool stands_free;

		l->full = false;
		stands_free = is_operator(l, s, len, &kind);
		l->full = full;
		if (stands_free || negates(s) || *s == '+' || is_saved_name(s, len) ||
		    field_prefix(l, s, &inner, &unknown))
			return false;
		if ((s[len - 1] == '-' || s[len - 1] == '+') && field_find_n(s, len - 1) != F_NONE)
			return false;
		blank |= s > *value;
	}
	return blank;
}

static enum err_code
read_argument(struct lexer *l)
{
	struct prefix p;
	const char *value;
	enum op op;

	l->full = is_full_query(l, l->word);
	l->s = skip_blanks(l->word);
	if (is_field_with_words(l, &p, &op, &value)) {
		struct node *leaf = new_leaf(&p, value, strlen(value));

		l->out->fields = true;
		if (leaf == NULL)
			return err_memory(l->e);
		leaf->op = op;
		return push(l, TOKEN_TERM, leaf, l->s);
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
		l.word = words[i];
		if (read_argument(&l) != ERR_NONE)
			return e->code;
	}
	if (t->n == 0)
		l.word = l.s = "";
	else if (t->n >= TERMS_MAX)
		return err_set(e, ERR_USAGE, "the query has more than %d terms", TERMS_MAX);
	return push(&l, TOKEN_END, NULL, l.s);
}
