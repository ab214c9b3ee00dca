/* SPDX-License-Identifier: MIT */
#include "store/query/bare.h"

#include <string.h>

#include "store/query/branch.h"
#include "text/fold.h"

const char *
bare_kinds(enum field f)
{
	return f == F_TITLE ? "1" : f == F_ARTIST ? "2" : f == F_ALBUM ? "3" : "1, 2, 3, 4";
}

/* Has a document that name without its articles, and not as it was typed? */
static bool
is_known(struct db *db, enum field f, const char *bare, const struct buf *typed, struct err *e)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st = NULL;
	bool known = false;

	buf_printf(&sql,
	    "SELECT 1 FROM skey k WHERE k.hash = ?1 AND k.kind IN (%s) AND NOT EXISTS (SELECT 1 FROM skey o"
	    " WHERE o.hash = ?2 AND o.kind = k.kind AND o.doc = k.doc) LIMIT 1",
	    bare_kinds(f));
	if (buf_ok(&sql, e) == ERR_NONE)
		st = sql_prepare(db, sql.data, e);
	buf_free(&sql);
	if (st == NULL)
		return false;
	sql_int(st, 1, fold_hash(bare, strlen(bare)));
	sql_int(st, 2, fold_hash(typed->data, typed->len));
	known = sql_step(db, st, e) > 0;
	sqlite3_finalize(st);
	return known;
}

static struct node *
named(const struct branch *b, const char *bare, struct err *e)
{
	struct node *all = node_new(NODE_AND), *leaf = node_new(NODE_TEXT);
	bool ok = all != NULL && leaf != NULL;

	if (ok) {
		leaf->op = OP_NAMED;
		leaf->field = b->field;
		leaf->value = strdup(bare);
		leaf->high = strdup(b->text.data);
		ok = leaf->value != NULL && leaf->high != NULL;
	}
	if (!ok || !node_add(all, leaf)) {
		if (!ok)
			node_free(leaf);
		node_free(all);
		err_memory(e);
		return NULL;
	}
	for (size_t i = 0; i < b->rest.n && ok; i++)
		ok = node_add(all, node_copy(b->others[i]));
	if (!ok) {
		node_free(all);
		err_memory(e);
		return NULL;
	}
	if (all->n == 1) {
		all->n = 0;
		node_free(all);
		all = leaf;
	}
	all->respelt = true;
	return all;
}

struct node *
bare_other(struct db *db, const struct node *whole, struct err *e)
{
	struct branch b = { 0 };
	struct node *other = NULL;
	char bare[1024];

	if (branch_read(&b, whole, e) == ERR_NONE && b.ranked && b.named == NULL && !b.quoted && !b.starred &&
	    fold_bare(bare, sizeof bare, b.text.data) && is_known(db, b.field, bare, &b.text, e))
		other = named(&b, bare, e);
	branch_free(&b);
	return other;
}

void
compile_named(struct compiler *c, const struct node *n, struct buf *sql)
{
	int hash = param_int(c, fold_hash(n->value, strlen(n->value)));

	buf_printf(sql,
	    c->few ? "EXISTS (SELECT 1 FROM skey k WHERE k.hash = ?%d AND k.kind IN (%s) AND k.doc = d.doc)"
		   : "t.id IN (SELECT d.track_id FROM skey k CROSS JOIN doc d ON d.doc = k.doc WHERE k.hash "
		     "= ?%d AND k.kind IN (%s))",
	    hash, bare_kinds(n->field));
}
