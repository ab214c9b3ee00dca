/* SPDX-License-Identifier: MIT */
#include "store/query/expand.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/query/member.h"
#include "store/query/query.h"

/* A saved search inside another; its nodes and words count against one limit, whatever refers to what. */
enum { NODES_MAX = 1000 };

struct link {
	const char *name;
	bool playlist;
	const struct link *outer;
};

/* What a name stands for. */
struct words {
	char **word;
	size_t n;
	char *sort;   /* of a smart playlist: its order, or NULL */
	int64_t most; /* and how many tracks it has; 0: all */
};

struct expansion {
	struct query *q;
	struct db *db;
	tag_exists *exists;
	size_t nodes;
	struct err *e;
};

size_t
saved_name_length(const char *s)
{
	size_t n = 0;

	if (*s == '-' || *s == '.' || *s == '_')
		return 0;
	while (isalnum((unsigned char)s[n]) || (unsigned char)s[n] >= 128 ||
	    (s[n] != '\0' && strchr("-._", s[n]) != NULL))
		n++;
	return n;
}

static const char *
sign_of(bool playlist)
{
	return playlist ? "playlist:" : "@";
}

static bool
is_same(const struct link *l, const struct link *other)
{
	return l->playlist == other->playlist && strcmp(l->name, other->name) == 0;
}

static void
name_chain(const struct link *l, const struct link *back_to, struct buf *out)
{
	if (l->outer != NULL && !is_same(l, back_to))
		name_chain(l->outer, back_to, out);
	buf_printf(out, "%s%s -> ", sign_of(l->playlist), l->name);
}

static enum err_code
complain_of_circle(struct expansion *x, const struct link *here)
{
	struct buf text = { 0 };

	name_chain(here->outer, here, &text);
	err_set(x->e, ERR_USAGE, "saved searches go in a circle: %s%s%s", text.data != NULL ? text.data : "",
	    sign_of(here->playlist), here->name);
	buf_free(&text);
	return x->e->code;
}

/* @NAME may be a word, too ("@peace"), but not where it is close to a name. */
static enum err_code
unknown_name(struct expansion *x, struct node *n)
{
	char *near = saved_nearest(x->db, n->value);
	struct buf text = { 0 };

	if (near != NULL)
		err_set(x->e, ERR_USAGE, "there is no saved search '%s'; did you mean '%s'?", n->value, near);
	else if (!n->at_sign)
		err_set(x->e, ERR_USAGE, "there is no saved search '%s'", n->value);
	free(near);
	if (x->e->code != ERR_NONE)
		return x->e->code;
	if (query_add_note(x->q, x->e, "searching for the text", "there is no saved search '%s'", n->value) !=
	    ERR_NONE)
		return x->e->code;
	buf_printf(&text, "@%s", n->value);
	if (buf_ok(&text, x->e) != ERR_NONE)
		return x->e->code;
	free(n->value);
	n->value = buf_detach(&text);
	n->kind = NODE_TEXT;
	n->op = OP_HAS;
	return ERR_NONE;
}

/* Nodes point to the words that they came from. */
static enum err_code
adopt_words(struct expansion *x, char **words, size_t n)
{
	struct query *q = x->q;
	char **more = realloc(q->words, (q->nwords + n + 1) * sizeof *more);

	if (more == NULL) {
		for (size_t i = 0; i < n; i++)
			free(words[i]);
		return err_memory(x->e);
	}
	q->words = more;
	memcpy(more + q->nwords, words, n * sizeof *words);
	q->nwords += n;
	more[q->nwords] = NULL;
	return ERR_NONE;
}

static size_t
count_nodes(const struct node *n)
{
	size_t count = 1;

	for (size_t i = 0; i < n->n; i++)
		count += count_nodes(n->child[i]);
	return count;
}

/* As a part of another query it finds what it finds by itself: words that its last one begins, too. */
static void
keep_prefixes(struct node *n)
{
	n->prefix |= n->last;
	n->last = false;
	for (size_t i = 0; i < n->n; i++)
		keep_prefixes(n->child[i]);
}

static enum err_code expand(struct expansion *x, struct node **slot, const struct link *chain);

static enum err_code
read_saved(struct expansion *x, const struct link *here, const struct words *w, struct query *inner)
{
	const char *what = here->playlist ? "playlist" : "saved search";

	/* query_read() remembers the pointers, which stay what they are */
	if (query_read(inner, w->word, x->exists, x->db, x->e) != ERR_NONE ||
	    (w->sort != NULL && query_sort(inner, w->sort, x->e) != ERR_NONE))
		err_context(x->e, "in the %s '%s'", what, here->name);
	if (adopt_words(x, w->word, w->n) != ERR_NONE)
		return x->e->code;
	for (size_t i = 0; w->most == 0 && i < inner->norder && x->q->norder < ORDER_MAX; i++)
		x->q->order[x->q->norder++] = inner->order[i];
	if (x->q->note == NULL) {
		x->q->note = inner->note;
		x->q->fault = inner->fault;
		inner->note = NULL;
	}
	if (x->e->code != ERR_NONE)
		return x->e->code;
	x->nodes += count_nodes(inner->root);
	return x->nodes <= NODES_MAX
	    ? ERR_NONE
	    : err_set(x->e, ERR_USAGE, "the query is too long with the %s '%s' in it", what, here->name);
}

/* The words that a node stands for: 1, 0 where it stays what it is, -1. */
static int
find_words(struct expansion *x, struct node *n, struct words *w)
{
	int64_t id = 0;
	int found;

	if (n->kind == NODE_SAVED) {
		found = saved_words(x->db, n->value, &w->word, &w->n, x->e);
		return found == 0 && unknown_name(x, n) != ERR_NONE ? -1 : found;
	}
	found = member_find(x->db, n->value, &id, x->e);
	return found > 0 ? smart_words(x->db, id, &w->word, &w->n, &w->sort, &w->most, x->e) : found;
}

/* The first tracks of a smart playlist that has no more: a set of ids. */
static enum err_code
cut(struct expansion *x, struct query *inner, int64_t most)
{
	struct node *ids = node_new(NODE_IDS);

	if (ids == NULL)
		return err_memory(x->e);
	if (query_settle(inner, x->db, true, x->e) != ERR_NONE ||
	    query_ids(inner, x->db, most, 0, &ids->ids, &ids->nids, x->e) != ERR_NONE) {
		node_free(ids);
		return x->e->code;
	}
	node_free(inner->root);
	inner->root = ids;
	return ERR_NONE;
}

static enum err_code
replace(struct expansion *x, struct node **slot, const struct link *chain)
{
	struct node *n = *slot;
	struct link here = { n->value, n->kind == NODE_PLAYLIST, chain };
	struct query inner = { 0 };
	struct words w = { 0 };

	for (const struct link *l = chain; l != NULL; l = l->outer)
		if (is_same(l, &here))
			return complain_of_circle(x, &here);
	if (find_words(x, n, &w) > 0 && read_saved(x, &here, &w, &inner) == ERR_NONE &&
	    expand(x, &inner.root, &here) == ERR_NONE &&
	    (w.most == 0 || cut(x, &inner, w.most) == ERR_NONE)) {
		if (n != x->q->root)
			keep_prefixes(inner.root);
		*slot = inner.root;
		inner.root = NULL;
		node_free(n);
	}
	node_free(inner.root);
	free(inner.note);
	free(w.word);
	free(w.sort);
	return x->e->code;
}

static enum err_code
expand(struct expansion *x, struct node **slot, const struct link *chain)
{
	if ((*slot)->kind == NODE_SAVED || (*slot)->kind == NODE_PLAYLIST)
		return replace(x, slot, chain);
	for (size_t i = 0; i < (*slot)->n; i++)
		if (expand(x, &(*slot)->child[i], chain) != ERR_NONE)
			break;
	return x->e->code;
}

enum err_code
query_expand(struct query *q, struct db *db, const char *self, tag_exists *exists, struct err *e)
{
	struct expansion x = { .q = q, .db = db, .exists = exists, .e = e };
	struct link first = { self, false, NULL };

	return expand(&x, &q->root, self != NULL ? &first : NULL);
}
