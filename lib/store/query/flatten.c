/* SPDX-License-Identifier: MIT */
/* A tree in its simplest form of the same meaning. */
#include <stdlib.h>
#include <string.h>

#include "store/query/complain.h"
#include "store/query/tree.h"

/* The children of child take its place among those of n. */
static enum err_code
splice(struct node *n, size_t at, struct err *e)
{
	struct node *child = n->child[at], **more;

	more = realloc(n->child, (n->n + child->n) * sizeof *more);
	if (more == NULL)
		return err_memory(e);
	n->child = more;
	memmove(more + at + child->n, more + at + 1, (n->n - at - 1) * sizeof *more);
	memcpy(more + at, child->child, child->n * sizeof *more);
	n->n += child->n - 1;
	child->n = 0;
	node_free(child);
	return ERR_NONE;
}

/* *slot is NOT NOT a, or a list of a alone: a takes its place, until it is neither. */
static void
unwrap(struct node **slot)
{
	for (;;) {
		struct node *outer = *slot, *inner = outer;

		if (outer->kind == NODE_NOT && outer->child[0]->kind == NODE_NOT)
			inner = outer->child[0];
		else if ((outer->kind != NODE_AND && outer->kind != NODE_OR) || outer->n != 1)
			return;
		*slot = inner->child[0];
		inner->n = 0;
		node_free(outer);
	}
}

static enum err_code
flatten(struct node **slot, int depth, struct err *e)
{
	struct node *n;

	unwrap(slot);
	n = *slot;
	for (size_t i = 0; (n->kind == NODE_AND || n->kind == NODE_OR) && i < n->n;) {
		unwrap(&n->child[i]);
		if (n->child[i]->kind != n->kind || n->child[i]->n == 0)
			i++;
		else if (splice(n, i, e) != ERR_NONE)
			return e->code;
	}
	if (depth > DEPTH_MAX)
		return query_complain(e, n->word, n->at, "the query is nested too deeply");
	for (size_t i = 0; i < n->n; i++)
		if (flatten(&n->child[i], depth + 1, e) != ERR_NONE)
			break;
	return e->code;
}

enum err_code
node_flatten(struct node **root, struct err *e)
{
	return flatten(root, 0, e);
}
