/* SPDX-License-Identifier: MIT */
#include "store/query/spell.h"

#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/vocabulary.h"
#include "text/fold.h"

/* As many words stand for one. */
enum { WORDS_MAX = 50 };

struct speller {
	struct db *db;
	struct near_word *near;
	struct err *e;
};

/* A leaf for one word, which stands nowhere in the arguments. */
static struct node *
word_of(const struct node *leaf, const char *word, bool respelt)
{
	struct node *n = node_new(NODE_TEXT);

	if (n == NULL)
		return NULL;
	n->field = leaf->field;
	n->respelt = respelt; /* it comes behind the word itself */
	n->value = strdup(word);
	if (n->value == NULL) {
		node_free(n);
		return NULL;
	}
	return n;
}

/* The word itself, or one of those near to it; NULL after filling in *s->e. */
static struct node *
any_of(struct speller *s, const struct node *leaf, const char *word)
{
	struct node *any = node_new(NODE_OR);
	int n = WORDS_MAX - 1;
	bool ok = node_add(any, word_of(leaf, word, false));

	if (ok && vocabulary_near(s->db, word, leaf->distance, s->near, &n, s->e) == ERR_NONE)
		for (int i = 0; i < n && ok; i++)
			ok = node_add(any, word_of(leaf, s->near[i].text, true));
	if (!ok)
		err_memory(s->e);
	if (s->e->code == ERR_NONE)
		return any;
	node_free(any);
	return NULL;
}

/* Lists of one are no worse: node_flatten() comes behind. */
static enum err_code
replace(struct speller *s, struct node **slot)
{
	struct node *leaf = *slot, *all = node_new(NODE_AND), *any;
	struct buf folded = { 0 };
	char *word, *rest;

	if (all == NULL)
		err_memory(s->e);
	else
		fold_index(&folded, leaf->value, strlen(leaf->value), s->e);
	rest = folded.data;
	while (s->e->code == ERR_NONE && (word = strsep(&rest, " ")) != NULL && *word != '\0') {
		any = any_of(s, leaf, word);
		if (any != NULL && !node_add(all, any))
			err_memory(s->e);
	}
	buf_free(&folded);
	if (s->e->code != ERR_NONE || all->n == 0) { /* nothing but signs: it finds nothing */
		node_free(all);
		return s->e->code;
	}
	*slot = all;
	node_free(leaf);
	return ERR_NONE;
}

static bool
is_indexed(const struct node *n)
{
	return n->tag == NULL && (n->field == F_NONE || index_column(n->field) != NULL);
}

static enum err_code
spell(struct speller *s, struct node **slot)
{
	struct node *n = *slot;

	if (n->kind == NODE_TEXT && n->op == OP_FUZZY && is_indexed(n)) {
		if (s->near == NULL && (s->near = calloc(WORDS_MAX, sizeof *s->near)) == NULL)
			return err_memory(s->e);
		return replace(s, slot);
	}
	for (size_t i = 0; i < n->n && s->e->code == ERR_NONE; i++)
		spell(s, &n->child[i]);
	return s->e->code;
}

enum err_code
query_spell(struct query *q, struct db *db, struct err *e)
{
	struct speller s = { .db = db, .e = e };

	spell(&s, &q->root);
	free(s.near);
	return e->code;
}
