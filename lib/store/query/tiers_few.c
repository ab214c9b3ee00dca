/* SPDX-License-Identifier: MIT */
/* All tiers at once of so few documents that each can be asked. */
#include "store/query/run.h"
#include "store/query/tiers_priv.h"
#include "store/query/top.h"

/* Of so few documents that a filter lets through each is asked of the index, which takes as long as all of a
 * word's. */
enum { FEW = 16, LET_THROUGH = 2 };

/* The first documents of the branch, at most FEW of them, separated by commas; how many, FEW where the index
 * cannot tell. */
static int
first_documents(struct compiler *c, struct branch *b, bool prefix, struct buf *list)
{
	struct part all = { 0 };
	struct buf sql = { 0 }, may = { 0 };
	sqlite3_stmt *st = NULL;
	int n = 0;

	c->prefix_last = prefix;
	part_make(c, &b->list, &all);
	c->prefix_last = false;
	if (all.match.len > 0) {
		buf_printf(&sql, "SELECT fts.rowid FROM fts WHERE fts MATCH ?%d",
		    param_text(c, all.match.data, all.match.len));
		if (all.set != SIEVE_NONE && top_few(c, all.set, LET_THROUGH, &may))
			buf_printf(&sql, " AND fts.rowid IN (%s)", may.len > 0 ? may.data : "");
		else if (all.set != SIEVE_NONE)
			buf_printf(&sql, " AND fonoteca_may(fts.rowid, %d)", all.set);
		buf_printf(&sql, " LIMIT %d", FEW);
		sql.failed |= may.failed;
		buf_free(&may);
		st = part_prepare(c, &sql);
	}
	part_free(&all);
	if (st == NULL)
		return FEW;
	for (; sql_step(c->db, st, c->e) > 0; n++)
		buf_printf(list, "%s%lld", n == 0 ? "" : ", ", (long long)sqlite3_column_int64(st, 0));
	sqlite3_finalize(st);
	return c->e->code == ERR_NONE ? n : FEW;
}

/* A prefix is dear to look up, so only where its whole word finds hardly anything. */
bool
tiers_look_ahead(struct compiler *c, struct branch *b, const struct ranking *r)
{
	return r->found < FEW && first_documents(c, b, false, &b->whole) < FEW &&
	    first_documents(c, b, true, &b->begun) < FEW;
}

/* Are a branch's words in the title? */
static void
add_in_title(struct compiler *c, const struct branch *b, struct buf *sql)
{
	bool driven = c->driven;

	c->driven = true;
	buf_puts(sql, b->starred || b->field != F_NONE ? "0" : "1");
	for (size_t i = 0; i < b->list.n; i++) {
		struct node term = *b->list.child[i];

		if (!branch_ranks(b, &term))
			continue;
		term.field = F_TITLE;
		buf_puts(sql, " AND ");
		compile_text(c, &term, sql);
	}
	c->driven = driven;
}

/* All tiers of a few documents, from their rows. */
enum err_code
tiers_few(struct compiler *c, struct branch *b, struct ranking *r)
{
	static const char *const values[] = { "t.title", "t.artist", "r.album" };
	const char *value = values[b->field == F_ARTIST ? 1 : b->field == F_ALBUM ? 2 : 0];
	struct part all = { 0 };
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	if (b->begun.len == 0)
		return ERR_NONE;
	part_make(c, &b->list, &all);
	buf_printf(&sql, "SELECT %s, d.doc IN (%s), %d AND fonoteca_begins(%s, ?%d), ", tier_columns,
	    b->whole.len > 0 ? b->whole.data : "", !b->starred, value,
	    param_text(c, b->index_text.data, b->index_text.len));
	add_in_title(c, b, &sql);
	buf_printf(&sql,
	    " FROM doc d CROSS JOIN track t ON t.id = d.track_id" PART_WITH_RELEASE " WHERE d.doc IN (%s)",
	    b->begun.data);
	part_conditions(&all, "d.doc", &sql);
	part_free(&all);
	buf_printf(&sql, STEP_MARK "%s */", ranking_tier(TIER_ALL));
	st = part_prepare(c, &sql);
	if (st == NULL)
		return c->e->code;
	while (sql_step(c->db, st, c->e) > 0) {
		struct candidate found = { .id = sqlite3_column_int64(st, 0) };
		struct keys k;

		tier_row(st, &found, &k);
		found.tier = (uint8_t)(sqlite3_column_int(st, 10) == 0 ? TIER_PREFIX
			: sqlite3_column_int(st, 11) != 0              ? TIER_BEGINS
			: sqlite3_column_int(st, 12) != 0              ? TIER_IN_TITLE
								       : TIER_ALL);
		if (ranking_add(r, &found, &k, c->e) != ERR_NONE)
			break;
	}
	sqlite3_finalize(st);
	return c->e->code;
}
