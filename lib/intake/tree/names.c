/* SPDX-License-Identifier: MIT */
#include "intake/tree/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/fold.h"

static size_t
slot_of(const struct names *names, const char *key)
{
	size_t i = (size_t)fold_hash(key, strlen(key)) & (names->size - 1);

	while (names->v[i] != NULL && strcmp(names->v[i], key) != 0)
		i = (i + 1) & (names->size - 1);
	return i;
}

static bool
grow(struct names *names)
{
	struct names more = { .size = names->size > 0 ? 2 * names->size : 256 };

	more.v = calloc(more.size, sizeof *more.v);
	if (more.v == NULL)
		return false;
	for (size_t i = 0; i < names->size; i++)
		if (names->v[i] != NULL)
			more.v[slot_of(&more, names->v[i])] = names->v[i];
	more.n = names->n;
	free(names->v);
	*names = more;
	return true;
}

int
names_take(struct names *names, char *key)
{
	size_t i;

	if (2 * (names->n + 1) > names->size && !grow(names))
		return -1;
	i = slot_of(names, key);
	if (names->v[i] != NULL)
		return 0;
	names->v[i] = key;
	names->n++;
	return 1;
}

void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->size; i++)
		free(names->v[i]);
	free(names->v);
}
