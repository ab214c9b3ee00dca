/* SPDX-License-Identifier: MIT */
/* Nodes, made and copied. */
#include "store/query/tree.h"

#include <stdlib.h>
#include <string.h>

struct node *
node_new(enum node_kind kind)
{
	struct node *n = calloc(1, sizeof *n);

	if (n != NULL) {
		n->kind = kind;
		n->field = F_NONE;
	}
	return n;
}

void
node_free(struct node *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n; i++)
		node_free(n->child[i]);
	free(n->child);
	free(n->tag);
	free(n->value);
	free(n->high);
	free(n->ids);
	free(n);
}

bool
node_add(struct node *parent, struct node *child)
{
	struct node **more;

	if (parent == NULL || child == NULL) {
		node_free(child);
		return false;
	}
	more = realloc(parent->child, (parent->n + 1) * sizeof *more);
	if (more == NULL) {
		node_free(child);
		return false;
	}
	parent->child = more;
	more[parent->n++] = child;
	return true;
}

struct node *
node_copy(const struct node *from)
{
	struct node *n = node_new(from->kind);

	if (n == NULL)
		return NULL;
	*n = *from;
	n->child = NULL;
	n->n = 0;
	n->tag = from->tag != NULL ? strdup(from->tag) : NULL;
	n->value = from->value != NULL ? strdup(from->value) : NULL;
	n->high = from->high != NULL ? strdup(from->high) : NULL;
	n->ids = from->ids != NULL ? calloc(from->nids + 1, sizeof *n->ids) : NULL;
	if (n->ids != NULL)
		memcpy(n->ids, from->ids, from->nids * sizeof *n->ids);
	if ((from->tag != NULL && n->tag == NULL) || (from->value != NULL && n->value == NULL) ||
	    (from->high != NULL && n->high == NULL) || (from->ids != NULL && n->ids == NULL))
		goto fail;
	for (size_t i = 0; i < from->n; i++)
		if (!node_add(n, node_copy(from->child[i])))
			goto fail;
	return n;
fail:
	node_free(n);
	return NULL;
}
