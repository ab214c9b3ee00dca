/* SPDX-License-Identifier: MIT */
/* The parser: or, and, not, parentheses, terms. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/query/complain.h"
#include "store/query/token.h"
#include "text/fold.h"

/* Each doubles what stands before it. */
enum { XOR_MOST = 4 };

struct parser {
	const struct tokens *tokens;
	size_t i;
	int choices;              /* XORs so far */
	const struct node *scope; /* the field of artist:( ... ), or NULL */
	struct query *q;
	tag_exists *exists;
	void *context;
	struct err *e;
};

bool
field_is_text(enum field f)
{
	if (f == F_NONE) /* anywhere, or a free tag */
		return true;
	switch (field_info(f)->type) {
	case FIELD_TEXT:
	case FIELD_LIST:
	case FIELD_PATH:
	case FIELD_OBJECT:
	case FIELD_BOOL:
		return true;
	case FIELD_INT:
	case FIELD_REAL:
	case FIELD_DATE:
	case FIELD_TIME:
		return false;
	}
	return false;
}

static const struct token *
peek(const struct parser *p)
{
	return &p->tokens->token[p->i];
}

static struct node *
complain(struct parser *p, const struct token *at, const char *what)
{
	query_complain(p->e, at->word, at->at, "%s", what);
	return NULL;
}

static struct node *parse_or(struct parser *p);

static bool
copy_text(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return (*to == NULL) == (from == NULL);
}

/* A copy of the term, in its meaning; a bare one inside artist:( ... ) gets that field. */
static struct node *
copy_term(struct parser *p, const struct node *term)
{
	bool bare = term->kind == NODE_TEXT && term->field == F_NONE && term->tag == NULL;
	const struct node *scope = bare ? p->scope : NULL;
	struct node *n = node_new(term->kind);
	const char *tag = scope != NULL ? scope->tag : term->tag;

	if (n == NULL) {
		err_memory(p->e);
		return NULL;
	}
	*n = *term;
	n->high = n->tag = NULL;
	if (!copy_text(&n->value, term->value) || !copy_text(&n->high, term->high) ||
	    !copy_text(&n->tag, tag)) {
		node_free(n);
		err_memory(p->e);
		return NULL;
	}
	if (scope != NULL) {
		n->kind = scope->kind;
		n->field = scope->field;
		n->plain_unit = scope->plain_unit;
	}
	if (term_shape(n, p->q, p->exists, p->context, p->e) != ERR_NONE) {
		node_free(n);
		return NULL;
	}
	return n;
}

static struct node *
parse_group(struct parser *p, const struct token *open)
{
	struct node *n;

	n = parse_or(p);
	if (n == NULL)
		return NULL;
	if (peek(p)->kind != TOKEN_CLOSE) {
		node_free(n);
		return complain(p, open, "a parenthesis is never closed");
	}
	p->i++;
	return n;
}

static struct node *
parse_scoped(struct parser *p, const struct token *field)
{
	const struct node *outer = p->scope;
	const struct token *open = peek(p);
	struct node *n;

	p->i++; /* tokens_read() saw the parenthesis */
	p->scope = field->term;
	n = parse_group(p, open);
	p->scope = outer;
	return n;
}

static struct node *
parse_unary(struct parser *p)
{
	const struct token *t = peek(p);
	struct node *n, *negation;

	switch (t->kind) {
	case TOKEN_NOT:
		p->i++;
		n = parse_unary(p); /* not deeper than there are tokens */
		if (n == NULL)
			return NULL;
		negation = node_new(NODE_NOT);
		if (!node_add(negation, n)) {
			node_free(negation);
			err_memory(p->e);
			return NULL;
		}
		return negation;
	case TOKEN_OPEN:
		p->i++;
		return parse_group(p, t);
	case TOKEN_FIELD:
		p->i++;
		return parse_scoped(p, t);
	case TOKEN_TERM:
		p->i++;
		return copy_term(p, t->term);
	case TOKEN_CLOSE:
		return complain(p, t, "a parenthesis is closed that was never opened, or holds nothing");
	case TOKEN_AND:
	case TOKEN_OR:
	case TOKEN_XOR:
	case TOKEN_END:
		break;
	}
	return complain(p, t, "a term is missing");
}

/* A list of one is that one. */
static struct node *
unwrap(struct node *list)
{
	struct node *only;

	if (list->n != 1)
		return list;
	only = list->child[0];
	list->n = 0;
	node_free(list);
	return only;
}

static bool
is_choice(enum token_kind kind)
{
	return kind == TOKEN_OR || kind == TOKEN_XOR;
}

/* What stands a second time in the tree stands nowhere in the arguments. */
static void
forget_words(struct node *n)
{
	n->word = NULL;
	for (size_t i = 0; i < n->n; i++)
		forget_words(n->child[i]);
}

/* a AND NOT b; both are taken. */
static struct node *
but_not(struct node *a, struct node *b)
{
	struct node *both = node_new(NODE_AND), *not = node_new(NODE_NOT);
	bool ok = node_add(both, a);

	ok = node_add(not, b) && ok;
	if (!ok) {
		node_free(not );
		node_free(both);
		return NULL;
	}
	if (!node_add(both, not )) {
		node_free(both);
		return NULL;
	}
	return both;
}

/* The last two of the list become one or the other of them. */
static bool
make_either(struct parser *p, struct node *list)
{
	struct node *b = list->child[list->n - 1], *a = list->child[list->n - 2];
	struct node *other_a = node_copy(a), *other_b = node_copy(b), *any = node_new(NODE_OR);
	bool ok;

	if (other_a == NULL || other_b == NULL || any == NULL || p->choices++ == XOR_MOST) {
		node_free(other_a);
		node_free(other_b);
		node_free(any);
		if (p->choices > XOR_MOST)
			err_set(p->e, ERR_USAGE, "the query has more than %d XOR", XOR_MOST);
		return false;
	}
	forget_words(other_a);
	forget_words(other_b);
	list->n -= 2;
	ok = node_add(any, but_not(a, other_b));
	ok = node_add(any, but_not(b, other_a)) && ok;
	if (ok)
		return node_add(list, any);
	node_free(any);
	return false;
}

/* OR binds less than AND, which needs no word; XOR takes what is beside it. */
static struct node *
parse_list(struct parser *p, enum node_kind kind)
{
	struct node *list = node_new(kind);
	bool either = false;

	for (;;) {
		struct node *n = kind == NODE_OR ? parse_list(p, NODE_AND) : parse_unary(p);
		enum token_kind next = peek(p)->kind;

		if (n == NULL)
			break;
		if (!node_add(list, n) || (either && !make_either(p, list))) {
			if (p->e->code == ERR_NONE)
				err_memory(p->e);
			break;
		}
		if (next == TOKEN_END || next == TOKEN_CLOSE || (kind == NODE_AND && is_choice(next)))
			return unwrap(list);
		either = next == TOKEN_XOR;
		if (is_choice(next) || next == TOKEN_AND)
			p->i++;
	}
	node_free(list);
	return NULL;
}

static struct node *
parse_or(struct parser *p)
{
	return parse_list(p, NODE_OR);
}

static bool
is_bare(const struct node *n)
{
	return n->kind == NODE_TEXT && n->field == F_NONE && n->tag == NULL && n->op == OP_HAS;
}

/* The dash of "Artist - Title" is not a word, but where signs are all there is ("!!!") they are. */
static void
drop_lone_signs(struct node *n)
{
	size_t kept = 0, words = 0;

	for (size_t i = 0; i < n->n; i++)
		words += n->kind == NODE_AND && is_bare(n->child[i]) && text_has_letters(n->child[i]->value);
	for (size_t i = 0; i < n->n; i++) {
		struct node *c = n->child[i];

		drop_lone_signs(c);
		if (words > 0 && is_bare(c) && !text_has_letters(c->value))
			node_free(c);
		else
			n->child[kept++] = c;
	}
	n->n = kept;
}

/* The last bare word of the query is also tried as a prefix. */
static void
mark_last(struct node *n)
{
	while (n != NULL && (n->kind == NODE_AND || n->kind == NODE_OR) && n->n > 0) {
		struct node *last = n->child[n->n - 1];

		for (size_t i = n->n; n->kind == NODE_AND && i-- > 0;) {
			last = n->child[i]; /* filters may follow it */
			if (is_bare(last) || last->kind == NODE_AND || last->kind == NODE_OR)
				break;
		}
		n = last;
	}
	if (n != NULL && is_bare(n) && !n->phrase && !n->prefix && text_has_letters(n->value))
		n->last = true;
}

/* Every word of every argument as it stands. */
static enum err_code
read_plain(struct query *q, char **words, struct err *e)
{
	struct node *all = node_new(NODE_AND);

	for (size_t i = 0; words[i] != NULL; i++) {
		const char *s = words[i];

		while (*(s += strspn(s, " \t\r\n")) != '\0') {
			size_t len = strcspn(s, " \t\r\n");
			struct node *leaf = node_new(NODE_TEXT);

			if (leaf != NULL)
				leaf->value = strndup(s, len);
			if (leaf == NULL || leaf->value == NULL || all == NULL || all->n >= TERMS_MAX ||
			    !node_add(all, leaf)) {
				bool many = all != NULL && all->n >= TERMS_MAX;

				node_free(leaf);
				node_free(all);
				return many
				    ? err_set(e, ERR_USAGE, "the query has more than %d terms", TERMS_MAX)
				    : err_memory(e);
			}
			leaf->word = words[i];
			leaf->at = (size_t)(s - words[i]);
			s += len;
		}
	}
	q->root = all != NULL ? unwrap(all) : NULL;
	return all != NULL ? ERR_NONE : err_memory(e);
}

enum err_code
query_add_note(struct query *q, struct err *e, const char *instead, const char *fmt, ...)
{
	struct buf note = { 0 };
	va_list ap;

	if (q->note != NULL)
		return ERR_NONE;
	va_start(ap, fmt);
	buf_vprintf(&note, fmt, ap);
	va_end(ap);
	q->fault = note.len;
	if (instead != NULL)
		buf_printf(&note, ": %s", instead);
	q->note = buf_detach(&note);
	return q->note != NULL ? ERR_NONE : err_memory(e);
}

static enum err_code
parse_tokens(struct parser *p)
{
	struct query *q = p->q;

	if (p->tokens->n == 1) { /* nothing at all: everything */
		q->root = node_new(NODE_ALL);
		return q->root != NULL ? ERR_NONE : err_memory(p->e);
	}
	q->root = parse_or(p);
	if (q->root == NULL)
		return p->e->code;
	if (peek(p)->kind == TOKEN_CLOSE) {
		complain(p, peek(p), "a parenthesis is closed that was never opened");
		node_free(q->root);
		q->root = NULL;
	}
	return p->e->code;
}

/* What has no field and does not parse is text. */
static enum err_code
read_as_words(struct query *q, char **words, struct err *e)
{
	struct err why = *e;

	*e = (struct err){ 0 };
	q->norder = 0;
	free(q->note); /* this one says more */
	q->note = NULL;
	if (query_add_note(q, e, "searching for the words", "%s", why.msg) == ERR_NONE)
		read_plain(q, words, e);
	return e->code;
}

enum err_code
query_read(struct query *q, char **words, tag_exists *exists, void *context, struct err *e)
{
	struct tokens t = { 0 };
	struct parser p = { .tokens = &t, .q = q, .exists = exists, .context = context, .e = e };

	if (tokens_read(&t, q, words, exists, context, e) == ERR_NONE)
		parse_tokens(&p);
	if (e->code == ERR_USAGE && !t.fields)
		read_as_words(q, words, e);
	tokens_free(&t);
	if (e->code != ERR_NONE)
		return e->code;
	drop_lone_signs(q->root);
	if (node_flatten(&q->root, e) != ERR_NONE) {
		node_free(q->root);
		q->root = NULL;
		return e->code;
	}
	mark_last(q->root);
	return ERR_NONE;
}
