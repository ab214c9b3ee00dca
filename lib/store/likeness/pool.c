/* SPDX-License-Identifier: MIT */
/* Ids, each once, no more than POOL_MAX. */
#include <stdlib.h>

#include "store/likeness/priv.h"

enum { SLOTS = 1 << 14 }; /* a power of 2, four times POOL_MAX */

void
like_pool_free(struct pool *p)
{
	free(p->id);
	free(p->slot);
	*p = (struct pool){ 0 };
}

enum err_code
like_pool_make(struct pool *p, const int64_t *among, size_t namong, struct err *e)
{
	p->id = calloc(POOL_MAX, sizeof *p->id);
	p->slot = calloc(SLOTS, sizeof *p->slot);
	p->among = among;
	p->namong = namong;
	return p->id != NULL && p->slot != NULL ? ERR_NONE : err_memory(e);
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

bool
like_is_asked(const struct pool *p, int64_t id)
{
	return p->among == NULL || bsearch(&id, p->among, p->namong, sizeof id, compare_ids) != NULL;
}

void
like_pool_add(struct pool *p, int64_t id)
{
	size_t at = (uint64_t)id * 0x9e3779b97f4a7c15U >> 32 & (SLOTS - 1);

	if (p->n == POOL_MAX || (!p->whole && !like_is_asked(p, id)))
		return;
	for (; p->slot[at] != 0; at = (at + 1) & (SLOTS - 1))
		if (p->id[p->slot[at] - 1] == id)
			return;
	p->id[p->n++] = id;
	p->slot[at] = (uint32_t)p->n;
}
