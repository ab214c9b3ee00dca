/* SPDX-License-Identifier: MIT */
#include "store/query/candidates.h"

#include <stdlib.h>

enum err_code
candidates_begin(struct candidates *l, size_t k, struct err *e)
{
	uint64_t *heap = realloc(l->heap, (k + 1) * sizeof *heap);

	if (heap == NULL)
		return err_memory(e);
	*l = (struct candidates){ .v = l->v, .cap = l->cap, .heap = heap, .k = k };
	return ERR_NONE;
}

void
candidates_free(struct candidates *l)
{
	free(l->v);
	free(l->heap);
	*l = (struct candidates){ 0 };
}

/* The greatest gives way to a lesser one. */
static void
replace_top(struct candidates *l, uint64_t key)
{
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < l->kept; i = child) {
		child += child + 1 < l->kept && l->heap[child + 1] > l->heap[child];
		if (key >= l->heap[child])
			break;
		l->heap[i] = l->heap[child];
	}
	l->heap[i] = key;
}

static void
keep(struct candidates *l, uint64_t key)
{
	size_t i;

	if (l->kept == l->k) {
		if (key < l->heap[0])
			replace_top(l, key);
		return;
	}
	for (i = l->kept++; i > 0 && l->heap[(i - 1) / 2] < key; i = (i - 1) / 2)
		l->heap[i] = l->heap[(i - 1) / 2];
	l->heap[i] = key;
}

void
candidates_end(struct candidates *l)
{
	size_t left = 0;

	if (l->kept < l->k || l->k == 0)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].key <= l->heap[0])
			l->v[left++] = l->v[i];
	l->cut |= left < l->n;
	l->n = left;
}

static enum err_code
make_room(struct candidates *l, struct err *e)
{
	size_t cap = l->cap > 0 ? 2 * l->cap : 4096;
	struct candidate_doc *more;

	candidates_end(l);
	if (l->n <= l->cap / 2 && l->cap > 0)
		return ERR_NONE;
	more = realloc(l->v, cap * sizeof *more);
	if (more == NULL)
		return err_memory(e);
	l->v = more;
	l->cap = cap;
	return ERR_NONE;
}

enum err_code
candidates_add(struct candidates *l, uint64_t key, uint32_t doc, struct err *e)
{
	if (l->k > 0 && l->kept == l->k && key > l->heap[0]) {
		l->cut = true;
		return ERR_NONE;
	}
	if (l->k > 0)
		keep(l, key);
	if (l->n == l->cap && make_room(l, e) != ERR_NONE)
		return e->code;
	l->v[l->n++] = (struct candidate_doc){ key, doc };
	return ERR_NONE;
}

bool
candidates_last(const struct candidates *l, uint64_t *key)
{
	if (l->k == 0 || l->kept < l->k)
		return false;
	*key = l->heap[0];
	return true;
}
