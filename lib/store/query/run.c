/* SPDX-License-Identifier: MIT */
#include "store/query/run.h"

#include <string.h>

#include "base/time.h"
#include "store/query/branch.h"
#include "store/query/tiers.h"

enum err_code
run_begin(struct compiler *c, const struct query *q, struct db *db, struct err *e)
{
	*c = (struct compiler){ .db = db, .e = e, .now = time_now() };
	if (compile_functions(db, e) != ERR_NONE)
		return e->code;
	c->within = db->in_txn;
	if (!c->within && sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	if (!q->plain && sieve_open(c) != ERR_NONE && !c->within) {
		struct err ignored = { 0 };

		(void)sql_commit(db, &ignored);
	}
	return e->code;
}

enum err_code
run_end(struct compiler *c)
{
	struct err ignored = { 0 };

	sieve_close(c);
	compiler_free(c);
	if (!c->within)
		(void)sql_commit(c->db, c->e->code == ERR_NONE ? c->e : &ignored);
	return c->e->code;
}

const char *
run_step_name(const char *sql)
{
	const char *at = sql != NULL ? strstr(sql, STEP_MARK) : NULL;

	if (at == NULL)
		return NULL;
	at += strlen(STEP_MARK);
	if (strncmp(at, STEP_LISTED, strlen(STEP_LISTED)) == 0)
		return STEP_LISTED;
	for (int tier = 0; tier < TIERS; tier++) {
		const char *name = ranking_tier((enum tier)tier);

		if (strncmp(at, name, strlen(name)) == 0 && strcmp(at + strlen(name), " */") == 0)
			return name;
	}
	return NULL;
}

bool
run_is_ranked(struct compiler *c, const struct node *root)
{
	struct branch b = { 0 };
	bool ranked = root->kind == NODE_OR || (branch_read(&b, root, c->e) == ERR_NONE && b.ranked);

	branch_free(&b);
	return ranked;
}

enum err_code
run_ranked(struct compiler *c, const struct node *root, int64_t need, struct ranking *r)
{
	if (root->kind != NODE_OR)
		tiers_run(c, root, need, r);
	for (size_t i = 0; root->kind == NODE_OR && i < root->n && c->e->code == ERR_NONE; i++)
		tiers_run(c, root->child[i], need, r);
	ranking_sort(r);
	return c->e->code;
}
