/* SPDX-License-Identifier: MIT */
#include "store/commit/taken.h"

#include <stdlib.h>

enum err_code
taken_init(struct taken *t, size_t n, struct err *e)
{
	*t = (struct taken){ .nheads = 64 };
	while (t->nheads < 2 * n)
		t->nheads *= 2;
	t->heads = malloc(t->nheads * sizeof *t->heads);
	if (t->heads == NULL)
		return err_memory(e);
	for (size_t i = 0; i < t->nheads; i++)
		t->heads[i] = -1;
	return ERR_NONE;
}

void
taken_free(struct taken *t)
{
	free(t->slots);
	free(t->heads);
	*t = (struct taken){ 0 };
}

enum err_code
taken_put(struct taken *t, uint64_t hash, int32_t entry, struct err *e)
{
	size_t head = hash & (t->nheads - 1);

	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 256 : 2 * t->cap;
		struct taken_slot *slots = cap > INT32_MAX ? NULL : realloc(t->slots, cap * sizeof *slots);

		if (slots == NULL)
			return err_memory(e);
		t->slots = slots;
		t->cap = cap;
	}
	t->slots[t->n] = (struct taken_slot){ hash, entry, t->heads[head] };
	t->heads[head] = (int32_t)t->n++;
	return ERR_NONE;
}

int32_t
taken_next(const struct taken *t, uint64_t hash, int32_t slot)
{
	int32_t at = slot == TAKEN_FIRST ? t->heads[hash & (t->nheads - 1)] : t->slots[slot].next;

	while (at >= 0 && t->slots[at].hash != hash)
		at = t->slots[at].next;
	return at;
}

uint64_t
taken_mix(uint64_t kind, uint64_t a, uint64_t b)
{
	uint64_t x = kind;

	for (int i = 0; i < 2; i++) {
		x ^= (i == 0 ? a : b) + 0x9e3779b97f4a7c15u + (x << 6) + (x >> 2);
		x *= 0xff51afd7ed558ccdu;
		x ^= x >> 33;
	}
	return x;
}
