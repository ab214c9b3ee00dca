/* SPDX-License-Identifier: MIT */
#include "store/query/part.h"

#include <string.h>

#include "store/query/bare.h"
#include "store/query/branch.h"
#include "store/query/top.h"
#include "text/fold.h"

void
part_free(struct part *p)
{
	buf_free(&p->match);
	buf_free(&p->without);
	buf_free(&p->where);
	buf_free(&p->docs);
}

/* Is the term told to the index in full, as itself or as a negation? */
static bool
is_exact(struct compiler *c, const struct node *n, bool positive)
{
	struct buf ignored = { 0 };
	const struct node *asked = n->kind == NODE_NOT ? n->child[0] : n;
	bool exact = false, match = compile_match(c, asked, &ignored, &exact);

	buf_free(&ignored);
	return match && exact && (n->kind != NODE_NOT || positive);
}

/* A term that must match, or all terms of a list. */
void
part_make(struct compiler *c, struct node *all, struct part *p)
{
	bool exact;
	bool positive = compile_match(c, all, &p->match, &exact);

	p->set = sieve_add(c, all, positive || c->narrow, &p->sure);

	if (!positive)
		buf_clear(&p->match);
	if (!positive && c->narrow)
		compile_negations(c, all, &p->without);
	positive |= c->narrow;
	c->driven = positive;
	for (size_t i = 0; i < all->n; i++) {
		if (all->child[i]->kind == NODE_ALL || is_exact(c, all->child[i], positive))
			continue;
		buf_puts(&p->where, p->where.len > 0 ? " AND " : "");
		compile_where(c, all->child[i], &p->where);
	}
	c->driven = false;
}

/* The documents of one alternative: false where they are not to be had so. */
static bool
add_alternative(struct compiler *c, const struct node *n, struct buf *docs)
{
	struct branch b = { 0 };
	struct part p = { 0 };
	bool known = false;

	if (branch_read(&b, n, c->e) == ERR_NONE && b.named != NULL) {
		buf_printf(docs,
		    "SELECT k.doc AS doc FROM skey k CROSS JOIN doc d ON d.doc = k.doc CROSS JOIN track t ON "
		    "t.id = d.track_id WHERE k.hash = ?%d AND k.kind IN (%s)",
		    param_int(c, fold_hash(b.named->value, strlen(b.named->value))),
		    bare_kinds(b.named->field));
		if (b.rest.n > 0) {
			buf_puts(docs, " AND ");
			c->driven = c->few = true;
			compile_where(c, &b.rest, docs);
			c->driven = c->few = false;
		}
		known = true;
	} else if (c->e->code == ERR_NONE) {
		part_make(c, &b.list, &p);
		known = p.match.len > 0;
	}
	if (known && b.named == NULL) {
		bool alone = p.where.len == 0 && p.set == SIEVE_NONE;

		buf_printf(docs, "SELECT fts.rowid AS doc %s WHERE fts MATCH ?%d",
		    alone ? "FROM fts" : PART_FROM_INDEX, param_text(c, p.match.data, p.match.len));
		part_conditions(&p, "fts.rowid", docs);
	}
	part_free(&p);
	branch_free(&b);
	return known;
}

void
part_alternatives(struct compiler *c, const struct node *any, struct part *p)
{
	struct buf docs = { 0 };
	bool known = true;

	for (size_t i = 0; i < any->n && known && c->e->code == ERR_NONE; i++) {
		buf_puts(&docs, i > 0 ? " UNION " : "");
		known = add_alternative(c, any->child[i], &docs);
	}
	if (!known) {
		buf_free(&docs);
		return;
	}
	buf_clear(&p->where);
	p->set = p->sure = SIEVE_NONE;
	p->docs = docs;
}

void
part_conditions(const struct part *p, const char *doc, struct buf *sql)
{
	if (p->set != SIEVE_NONE)
		buf_printf(sql, " AND fonoteca_may(%s, %d)", doc, p->set);
	if (p->where.len > 0)
		buf_printf(sql, " AND %s", p->where.data);
	sql->failed |= p->where.failed || p->match.failed;
}

void
part_list(const struct node *n, struct node **only, struct node *list)
{
	*list = (struct node){ .kind = NODE_AND, .field = F_NONE };
	if (n->kind == NODE_AND) {
		list->child = n->child;
		list->n = n->n;
	} else {
		*only = (struct node *)n;
		list->child = only;
		list->n = 1;
	}
}

void
part_from(struct compiler *c, const struct part *p, const char *rows, const char *release, struct buf *sql)
{
	struct buf documents = { 0 };
	bool few = false;

	if (p->match.len > 0) {
		buf_printf(sql, PART_FROM_INDEX "%s WHERE fts MATCH ?%d", release,
		    param_text(c, p->match.data, p->match.len));
		part_conditions(p, "fts.rowid", sql);
		return;
	}
	if (p->docs.len > 0) {
		buf_printf(sql,
		    "FROM (%s) u CROSS JOIN doc d ON d.doc = u.doc CROSS JOIN track t ON t.id = d.track_id%s "
		    "WHERE 1",
		    p->docs.data, release);
		sql->failed |= p->docs.failed;
		return;
	}
	if (p->set != SIEVE_NONE && top_documents(c, p->set, &documents, &few) == ERR_NONE && few)
		buf_printf(sql, TOP_FROM "%s", param_text(c, documents.data, documents.len), release);
	else
		buf_puts(sql, rows);
	buf_printf(sql, " WHERE t.removed IS NULL%s%s", p->where.len > 0 ? " AND " : "",
	    p->where.len > 0 ? p->where.data : "");
	sql->failed |= p->where.failed;
	buf_free(&documents);
}

sqlite3_stmt *
part_prepare(struct compiler *c, struct buf *sql)
{
	sqlite3_stmt *st = NULL;

	if (c->e->code == ERR_NONE && buf_ok(sql, c->e) == ERR_NONE)
		st = sql_prepare(c->db, sql->data, c->e);
	if (st != NULL)
		compiler_bind(c, st);
	buf_free(sql);
	return st;
}
