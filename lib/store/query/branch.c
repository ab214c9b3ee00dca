/* SPDX-License-Identifier: MIT */
#include "store/query/branch.h"

#include <stdlib.h>
#include <string.h>

#include "text/fold.h"

static bool
is_ranked(const struct node *n, enum field f)
{
	return n->kind == NODE_TEXT && n->tag == NULL && n->op == OP_HAS && n->field == f;
}

/* The bare words, or else the words of the first field that has keys. */
static void
choose_ranked(struct branch *b)
{
	static const enum field fields[] = { F_NONE, F_TITLE, F_ARTIST, F_ALBUM };

	for (size_t f = 0; f < sizeof fields / sizeof fields[0] && !b->ranked; f++) {
		for (size_t i = 0; i < b->list.n; i++) {
			if (!is_ranked(b->list.child[i], fields[f]))
				continue;
			b->ranked = true;
			b->field = fields[f];
		}
	}
}

void
branch_free(struct branch *b)
{
	buf_free(&b->text);
	buf_free(&b->index_text);
	buf_free(&b->joined);
	buf_free(&b->whole);
	buf_free(&b->begun);
	free(b->seen.byte);
}

static enum err_code
join_only_word(struct branch *b, struct err *e)
{
	for (size_t i = 0; i < b->list.n; i++) {
		const struct node *term = b->list.child[i];

		if (is_ranked(term, b->field) && strpbrk(term->value, " \t\r\n") == NULL)
			return fold_joined(&b->joined, term->value, strlen(term->value), e);
	}
	return ERR_NONE;
}

bool
branch_ranks(const struct branch *b, const struct node *term)
{
	return is_ranked(term, b->field);
}

static bool
is_named(const struct node *n)
{
	return n->kind == NODE_TEXT && n->op == OP_NAMED;
}

/* It is about a whole name: what was typed is what it is ranked by. */
static enum err_code
read_named(struct branch *b, struct err *e)
{
	for (size_t i = 0; i < b->list.n; i++) {
		if (b->list.child[i] != b->named)
			b->others[b->rest.n++] = b->list.child[i];
	}
	b->ranked = true;
	b->field = b->named->field;
	buf_puts(&b->text, b->named->high);
	return buf_ok(&b->text, e);
}

enum err_code
branch_read(struct branch *b, const struct node *n, struct err *e)
{
	part_list(n, &b->only, &b->list);
	b->rest = (struct node){ .kind = NODE_AND, .field = F_NONE, .child = b->others };
	b->field = F_NONE;
	for (size_t i = 0; i < b->list.n; i++)
		if (is_named(b->list.child[i]))
			b->named = b->list.child[i];
	if (b->named != NULL)
		return read_named(b, e);
	choose_ranked(b);
	for (size_t i = 0; i < b->list.n && b->ranked; i++) {
		struct node *term = b->list.child[i];

		if (!is_ranked(term, b->field)) {
			b->others[b->rest.n++] = term;
			continue;
		}
		b->starred |= term->prefix;
		b->quoted |= term->phrase;
		if (b->text.len > 0) {
			buf_putc(&b->text, ' ');
			buf_putc(&b->index_text, ' ');
		}
		if (fold(&b->text, term->value, strlen(term->value), e) != ERR_NONE ||
		    fold_index(&b->index_text, term->value, strlen(term->value), e) != ERR_NONE)
			return e->code;
	}
	b->ranked &= b->text.len > 0;
	if (b->ranked && b->list.n == b->rest.n + 1)
		return join_only_word(b, e);
	return ERR_NONE;
}
