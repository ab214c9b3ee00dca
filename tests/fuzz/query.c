/* Fuzz the query parser: NUL cuts the input into arguments.  What it accepts is a tree that makes sense. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct node *n)
{
	size_t children = n->kind == NODE_NOT ? 1 : n->kind == NODE_AND || n->kind == NODE_OR ? n->n : 0;

	if (n->n != children || (n->kind == NODE_OR && n->n < 2))
		abort();
	if ((n->kind == NODE_TEXT || n->kind == NODE_IS || n->kind == NODE_HAS) && n->value == NULL)
		abort();
	if (n->kind == NODE_RANGE && (n->field == F_NONE || (n->op == OP_BETWEEN) != (n->high != NULL)))
		abort();
	for (size_t i = 0; i < n->n; i++)
		check(n->child[i]);
}

static bool
tag(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "mytag") == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { ARGUMENTS = 8 };
	char *text = malloc(size + 1), *words[ARGUMENTS + 1];
	struct query q = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (char *s = text; s <= text + size && n < ARGUMENTS; s += strlen(s) + 1)
		words[n++] = s;
	words[n] = NULL;
	if (query_read(&q, words, tag, NULL, &e) == ERR_NONE)
		check(q.root);
	else if (e.code != ERR_USAGE || e.msg[0] == '\0' || q.root != NULL)
		abort();
	node_free(q.root);
	free(q.note);
	free(text);
	return 0;
}
