/* SPDX-License-Identifier: MIT */
#include "base/texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Take over a malloced text; NULL is out of memory. */
static enum err_code
take(struct texts *t, char *text, struct err *e)
{
	if (text != NULL && t->n + 2 > t->cap) {
		size_t cap = t->cap > 0 ? t->cap * 2 : 8;
		char **more = realloc(t->v, cap * sizeof *more);

		if (more == NULL) {
			free(text);
			return err_memory(e);
		}
		t->v = more;
		t->cap = cap;
	}
	if (text == NULL)
		return err_memory(e);
	t->v[t->n++] = text;
	t->v[t->n] = NULL;
	return ERR_NONE;
}

enum err_code
texts_add(struct texts *t, const char *text, struct err *e)
{
	return take(t, strdup(text), e);
}

enum err_code
texts_printf(struct texts *t, struct err *e, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return take(t, text, e);
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
