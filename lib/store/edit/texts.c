/* Lists of texts: the values of a field. */
#include <stdlib.h>
#include <string.h>

#include "store/edit/priv.h"

enum err_code
texts_add(struct texts *t, const char *text, struct err *e)
{
	char **more = realloc(t->v, (t->n + 1) * sizeof *more), *copy = strdup(text);

	if (more != NULL)
		t->v = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return err_memory(e);
	}
	t->v[t->n++] = copy;
	return ERR_NONE;
}

bool
texts_equal(const struct texts *a, const struct texts *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

bool
texts_have(const struct texts *t, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i], text) == 0)
			return true;
	return false;
}

void
texts_free(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	*t = (struct texts){ 0 };
}
