/* SPDX-License-Identifier: MIT */
/* A query's tree for people and for programs. */
#include <string.h>

#include "base/out.h"
#include "store/query/explain.h"
#include "store/query/tree.h"

static const char *
kind_name(enum node_kind kind)
{
	static const char *const names[] = { [NODE_ALL] = "every track",
		[NODE_AND] = "all of",
		[NODE_OR] = "any of",
		[NODE_NOT] = "not",
		[NODE_TEXT] = "text",
		[NODE_RANGE] = "value",
		[NODE_IS] = "is",
		[NODE_HAS] = "has",
		[NODE_PLAYLIST] = "playlist",
		[NODE_SAVED] = "saved",
		[NODE_MIX] = "mix",
		[NODE_SIMILAR] = "similar",
		[NODE_IDS] = "tracks" };

	return names[kind];
}

static const char *
op_name(const struct node *n)
{
	static const char *const names[] = { [OP_HAS] = "has",
		[OP_EXACT] = "is exactly",
		[OP_SAME] = "is",
		[OP_LESS] = "<",
		[OP_LESS_EQUAL] = "<=",
		[OP_GREATER] = ">",
		[OP_GREATER_EQUAL] = ">=",
		[OP_BETWEEN] = "between",
		[OP_BEGINS] = "begins with",
		[OP_REGEX] = "matches",
		[OP_FUZZY] = "is nearly",
		[OP_NEAR] = "has close together",
		[OP_NAMED] = "is the name" };

	return n->kind == NODE_RANGE && n->op == OP_HAS ? "=" : names[n->op];
}

static const char *
field_name(const struct node *n)
{
	return n->tag != NULL ? n->tag : n->field != F_NONE ? field_info(n->field)->name : "anywhere";
}

static bool
is_list(const struct node *n)
{
	return n->kind == NODE_AND || n->kind == NODE_OR || n->kind == NODE_NOT;
}

static const char *
manner(const struct node *n)
{
	return n->prefix ? ", as a beginning"
	    : n->last    ? ", or a word that begins so"
	    : n->phrase  ? ", in a row"
			 : "";
}

static void
add_term(const struct node *n, struct buf *out)
{
	const char *value = n->value != NULL ? n->value : "";

	switch (n->kind) {
	case NODE_TEXT:
		buf_printf(out, "%s %s \"%s\"%s", field_name(n), op_name(n), value, manner(n));
		break;
	case NODE_RANGE:
		if (n->op == OP_BETWEEN)
			buf_printf(out, "%s %s..%s", field_name(n), value, n->high != NULL ? n->high : "");
		else
			buf_printf(out, "%s %s %s", field_name(n), op_name(n), value);
		break;
	case NODE_IDS:
		buf_printf(out, "%zu tracks", n->nids);
		break;
	default:
		buf_printf(out, "%s%s%s", kind_name(n->kind), *value != '\0' ? " " : "", value);
		break;
	}
}

static void
add_lines(const struct node *n, int depth, struct buf *out)
{
	buf_printf(out, "%*s", 2 * depth, "");
	if (!is_list(n))
		add_term(n, out);
	else
		buf_puts(out, kind_name(n->kind));
	buf_puts(out, n->respelt ? " (another spelling)\n" : "\n");
	for (size_t i = 0; i < n->n; i++)
		add_lines(n->child[i], depth + 1, out);
}

void
explain_tree(const struct query *q, struct buf *out)
{
	add_lines(q->root, 1, out);
}

static void
add_json(const struct node *n, const char *key, struct buf *out)
{
	json_object_begin(out, key);
	json_text(out, "kind", kind_name(n->kind));
	if (n->respelt)
		json_bool(out, "respelt", true);
	if (n->kind == NODE_TEXT || n->kind == NODE_RANGE) {
		json_text(out, "field", field_name(n));
		json_text(out, "op", op_name(n));
	}
	if (n->value != NULL)
		json_text_n(out, "value", n->value, strlen(n->value));
	if (n->high != NULL && n->op == OP_BETWEEN)
		json_text_n(out, "high", n->high, strlen(n->high));
	if (n->prefix || n->last)
		json_bool(out, "beginning", true);
	if (n->phrase)
		json_bool(out, "phrase", true);
	if (n->n > 0) {
		json_array_begin(out, "terms");
		for (size_t i = 0; i < n->n; i++)
			add_json(n->child[i], NULL, out);
		json_array_end(out);
	}
	json_object_end(out);
}

void
explain_tree_json(const struct query *q, const char *key, struct buf *out)
{
	add_json(q->root, key, out);
}

void
explain_term(const struct node *n, struct buf *out)
{
	if (is_list(n)) {
		add_lines(n, 0, out);
		return;
	}
	add_term(n, out);
	buf_putc(out, '\n');
}
