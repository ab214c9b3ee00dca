/* SPDX-License-Identifier: MIT */
#include "store/commit/strmap.h"

#include <stdlib.h>
#include <string.h>

#include "text/fold.h"

static size_t
find(const struct strmap *m, const char *key)
{
	size_t at = (size_t)fold_hash(key, strlen(key)) & (m->size - 1);

	while (m->slots[at].key != NULL && strcmp(m->slots[at].key, key) != 0)
		at = (at + 1) & (m->size - 1);
	return at;
}

int32_t
strmap_get(const struct strmap *m, const char *key)
{
	size_t at;

	if (m->size == 0)
		return -1;
	at = find(m, key);
	return m->slots[at].key != NULL ? m->slots[at].value : -1;
}

static enum err_code
grow(struct strmap *m, struct err *e)
{
	struct strmap new = { .size = m->size == 0 ? 64 : 2 * m->size, .used = m->used };

	new.slots = calloc(new.size, sizeof *new.slots);
	if (new.slots == NULL)
		return err_memory(e);
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].key != NULL)
			new.slots[find(&new, m->slots[i].key)] = m->slots[i];
	free(m->slots);
	*m = new;
	return ERR_NONE;
}

enum err_code
strmap_put(struct strmap *m, const char *key, int32_t value, struct err *e)
{
	size_t at;

	if (2 * (m->used + 1) > m->size && grow(m, e) != ERR_NONE)
		return e->code;
	at = find(m, key);
	if (m->slots[at].key == NULL) {
		m->slots[at].key = strdup(key);
		if (m->slots[at].key == NULL)
			return err_memory(e);
		m->used++;
	}
	m->slots[at].value = value;
	return ERR_NONE;
}

void
strmap_free(struct strmap *m)
{
	for (size_t i = 0; i < m->size; i++)
		free(m->slots[i].key);
	free(m->slots);
	*m = (struct strmap){ 0 };
}
