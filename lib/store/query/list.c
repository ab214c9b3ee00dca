/* SPDX-License-Identifier: MIT */
/* Matches in an order of their own, or as they come; and how many. */
#include <stdlib.h>
#include <string.h>

#include "store/query/part.h"
#include "store/query/place.h"
#include "store/query/run.h"
#include "store/query/scan.h"
#include "store/query/top.h"

/* SQLite would rather sort everything than follow an index and look rows up. */
static const char *
rows_in_order(const struct node *root, enum field order)
{
	if (order == F_ALBUM)
		return "FROM release r CROSS JOIN track t ON t.release_id = r.id";
	return order == F_ARTIST && root->kind == NODE_ALL ? "FROM track t INDEXED BY track_artist"
							   : "FROM track t";
}

/* The terms of the whole query. */
void
run_part(struct compiler *c, const struct node *root, struct part *all)
{
	struct node list, *only;

	c->prefix_last = !c->whole;
	part_list(root, &only, &list);
	part_make(c, &list, all);
	if (root->kind == NODE_OR && all->match.len == 0)
		part_alternatives(c, root, all);
}

void
run_set(struct compiler *c, const struct node *root, const char *join, struct buf *sql)
{
	struct part all = { 0 };
	struct buf rows = { 0 };

	run_part(c, root, &all);
	buf_printf(&rows, "FROM track t%s", join);
	part_from(c, &all, rows.failed ? "" : rows.data, join, sql);
	sql->failed |= rows.failed;
	buf_free(&rows);
	part_free(&all);
}

/* Asked for NULLS LAST, SQLite would not use an index. */
static bool
never_null(enum field f)
{
	return f == F_ID || f == F_TITLE || f == F_ARTIST || f == F_ADDED || f == F_MODIFIED;
}

/* An artist's tracks come in the order of albums, an album's in theirs. */
static bool
is_by_names(const struct query *q)
{
	bool names = false;

	for (size_t i = 0; i < q->norder; i++)
		names |= q->order[i].field == F_ARTIST || q->order[i].field == F_ALBUMARTIST ||
		    q->order[i].field == F_ALBUM;
	return names;
}

/* What came together came in the order of ids: then the last of them is the newest. */
static bool
is_newest_first(const struct query *q)
{
	return q->norder > 0 && (q->order[0].field == F_ADDED || q->order[0].field == F_MODIFIED) &&
	    q->order[0].descending;
}

static void
add_order(const struct query *q, bool by_album, struct buf *sql)
{
	bool names = is_by_names(q);

	buf_puts(sql, " ORDER BY ");
	for (size_t i = 0; i < q->norder; i++) {
		const char *down = q->order[i].descending ? " DESC" : "";
		enum field f = q->order[i].field;

		if (f == F_ALBUM && by_album) {
			buf_printf(sql, "r.album_key%s, r.albumartist_key%s, r.id%s, ", down, down, down);
			continue;
		}
		field_order(f, sql);
		buf_printf(sql, "%s%s, ", down, never_null(f) ? "" : " NULLS LAST");
	}
	if (names && !by_album)
		buf_puts(sql, "t.release_id, ");
	buf_puts(sql, names ? "t.disc, t.track, t.id" : is_newest_first(q) ? "t.id DESC" : "t.id");
}

const struct node *
run_order_of_ids(const struct node *root)
{
	if (root->kind == NODE_IDS)
		return root;
	for (size_t i = 0; root->kind == NODE_AND && i < root->n; i++)
		if (root->child[i]->kind == NODE_IDS)
			return root->child[i];
	return NULL;
}

static void
add_order_of_ids(const struct node *list, struct buf *sql)
{
	buf_puts(sql, " ORDER BY (SELECT x.key FROM json_each('[");
	for (size_t i = 0; i < list->nids; i++)
		buf_printf(sql, "%s%lld", i > 0 ? "," : "", (long long)list->ids[i]);
	buf_puts(sql, "]') x WHERE x.value = t.id)");
}

/* What is listed in an order by rows: a statement.  before > 0: only of tracks with lesser ids. */
static enum err_code
list_rows(struct compiler *c, const struct query *q, const struct part *all, int64_t before, int64_t limit,
    int64_t offset, int64_t **ids, size_t *n)
{
	enum field first = q->norder > 0 ? q->order[0].field : F_NONE;
	struct buf sql = { 0 };
	int64_t *list = NULL;
	size_t count = 0, cap = 0;
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT t.id ");
	if (q->root->kind == NODE_ALL && q->norder == 1 && (first == F_TITLE || first == F_ADDED))
		/* of such an index alone, without a look at any row */
		buf_puts(
		    &sql, "FROM track t WHERE t.id NOT IN (SELECT id FROM track WHERE removed IS NOT NULL)");
	else if (before > 0)
		buf_printf(&sql, "FROM track t WHERE t.removed IS NULL AND t.id < %lld AND %s",
		    (long long)before, all->where.data);
	else
		part_from(
		    c, all, rows_in_order(q->root, first), first == F_ALBUM ? PART_WITH_RELEASE : "", &sql);
	if (q->norder > 0)
		add_order(q, first == F_ALBUM, &sql);
	else if (run_order_of_ids(q->root) != NULL)
		add_order_of_ids(run_order_of_ids(q->root), &sql);
	else if (all->match.len == 0) /* else the index has its order, and the first page comes at once */
		buf_puts(&sql, " ORDER BY t.id");
	buf_printf(
	    &sql, " LIMIT %lld OFFSET %lld" STEP_MARK STEP_LISTED " */", (long long)limit, (long long)offset);
	st = part_prepare(c, &sql);
	if (st == NULL)
		return c->e->code;
	while (sql_step(c->db, st, c->e) > 0) {
		if (count == cap) {
			int64_t *more = realloc(list, (cap = cap > 0 ? 2 * cap : 256) * sizeof *more);

			if (more == NULL) {
				err_memory(c->e);
				break;
			}
			list = more;
		}
		list[count++] = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	if (c->e->code != ERR_NONE) {
		free(list);
		return c->e->code;
	}
	*ids = list;
	*n = count;
	return ERR_NONE;
}

/* Has the catalogue an index in that order? */
static bool
is_indexed(const struct query *q, enum field first)
{
	return q->norder <= 1 && never_null(first) && packed_column(first) != PACKED_NONE;
}

/* Fill in t where what is packed, or the tables of values, tell the first of the order. */
static bool
choose_top(struct compiler *c, const struct query *q, const struct part *all, struct top *t)
{
	enum field first = q->norder > 0 ? q->order[0].field : F_ID;
	bool known = packed_column(first) != PACKED_NONE;

	if (c->sieve == NULL || c->sieve->packed.chunks == 0 || all->match.failed || all->where.failed ||
	    all->docs.failed || (!known && !packed_bearable(&c->sieve->packed)))
		return false;
	*t = (struct top){ .match = all->match.len > 0 ? all->match.data : NULL,
		.docs = all->docs.len > 0 ? all->docs.data : NULL,
		.where = all->where.len > 0 ? all->where.data : NULL,
		.set = all->set,
		.by = q->order,
		.n = q->norder,
		.names = is_by_names(q),
		.newest = is_newest_first(q),
		.release = first == F_ALBUM ? PART_WITH_RELEASE : "" };
	if (t->set == SIEVE_NONE && t->match == NULL && t->where != NULL && scan_can(c, all) &&
	    q->norder > 0 && sieve_ask_members(c, all->sure) == ERR_NONE)
		t->set = all->sure;
	if (q->norder == 0 && (t->match != NULL || run_order_of_ids(q->root) != NULL))
		return false;
	if (t->match != NULL || t->docs != NULL)
		return true;
	return t->set != SIEVE_NONE || (t->where == NULL && !is_indexed(q, first));
}

/* The page of a list of its first n. */
static void
cut_page(int64_t *list, size_t count, int64_t offset, int64_t **ids, size_t *n)
{
	size_t skip = (uint64_t)offset < count ? (size_t)offset : count;

	if (skip > 0 && count > skip)
		memmove(list, list + skip, (count - skip) * sizeof *list);
	*ids = list;
	*n = count - skip;
}

/* Further down a list the rows themselves are as quick. */
enum { TOP_MOST = 10000 };

static enum err_code
list_top(struct compiler *c, const struct query *q, struct top *t, int64_t limit, int64_t offset,
    int64_t **ids, size_t *n)
{
	struct buf order = { 0 };
	int64_t *list = NULL;
	size_t count = 0;

	if (q->norder > 0)
		add_order(q, q->order[0].field == F_ALBUM, &order);
	else
		buf_puts(&order, " ORDER BY t.id");
	t->order = order.data;
	if (buf_ok(&order, c->e) == ERR_NONE && top_ids(c, t, limit + offset, &list, &count) == ERR_NONE)
		cut_page(list, count, offset, ids, n);
	buf_free(&order);
	return c->e->code;
}

/* In the order of ids, a page of many. */
static enum err_code
list_scanned(
    struct compiler *c, const struct part *all, int64_t limit, int64_t offset, int64_t **ids, size_t *n)
{
	int64_t *list = NULL;
	size_t count = 0;

	if (scan_ids(c, all, &list, &count) != ERR_NONE)
		return c->e->code;
	cut_page(list, count, offset, ids, n);
	if (limit >= 0 && *n > (uint64_t)limit)
		*n = (size_t)limit;
	return ERR_NONE;
}

/* Most conditions are met by enough of the first rows for a page: true.  Else it is better to look what the
 * tables of the values have. */
static bool
first_rows(struct compiler *c, const struct query *q, const struct part *all, int64_t limit, int64_t offset,
    int64_t **ids, size_t *n)
{
	int64_t before = c->sieve->packed.chunks * PACKED_CHUNK / 16;

	if (all->where.len == 0 || list_rows(c, q, all, before, limit, offset, ids, n) != ERR_NONE ||
	    (int64_t)*n == limit)
		return true;
	free(*ids);
	*ids = NULL;
	return false;
}

enum err_code
run_listed(struct compiler *c, const struct query *q, int64_t limit, int64_t offset, int64_t **ids, size_t *n)
{
	bool some = limit > 0 && limit <= TOP_MOST && offset <= TOP_MOST;
	bool by_id = q->norder == 0 && run_order_of_ids(q->root) == NULL;
	struct part all = { 0 };
	struct top t;

	run_part(c, q->root, &all);
	if (some && choose_top(c, q, &all, &t))
		list_top(c, q, &t, limit, offset, ids, n);
	else if (by_id && all.match.len == 0 && scan_can(c, &all) &&
	    !(some && first_rows(c, q, &all, limit, offset, ids, n)))
		list_scanned(c, &all, limit, offset, ids, n);
	else if (c->e->code == ERR_NONE && *ids == NULL)
		list_rows(c, q, &all, 0, limit, offset, ids, n);
	part_free(&all);
	return c->e->code;
}

enum err_code
run_matches(struct compiler *c, const struct node *term, int64_t track, bool *matches)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT 1 ");
	run_set(c, term, "", &sql);
	buf_printf(&sql, " AND t.id = %lld", (long long)track);
	st = part_prepare(c, &sql);
	if (st != NULL)
		*matches = sql_step(c->db, st, c->e) > 0;
	sqlite3_finalize(st);
	return c->e->code;
}

enum err_code
run_finds(struct compiler *c, const struct node *root, int64_t least, bool *found)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT 1 ");
	run_set(c, root, "", &sql);
	buf_printf(&sql, " LIMIT 1 OFFSET %lld", (long long)least - 1);
	st = part_prepare(c, &sql);
	if (st != NULL)
		*found = sql_step(c->db, st, c->e) > 0;
	sqlite3_finalize(st);
	return c->e->code;
}

enum err_code
run_count(struct compiler *c, const struct node *root, int64_t *count)
{
	struct part all = { 0 };
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	run_part(c, root, &all);
	if (root->kind != NODE_ALL && (all.match.len == 0 || all.where.len > 0) && scan_can(c, &all)) {
		scan_count(c, &all, count);
		part_free(&all);
		return c->e->code;
	}
	buf_puts(&sql, "SELECT count(*) ");
	if (root->kind == NODE_ALL)
		buf_puts(&sql, "FROM doc"); /* what the index holds is what there is */
	else if (all.match.len > 0 && all.where.len == 0)
		buf_printf(
		    &sql, "FROM fts WHERE fts MATCH ?%d", param_text(c, all.match.data, all.match.len));
	else if (all.docs.len > 0)
		buf_printf(&sql, "FROM (%s)", all.docs.data);
	else
		part_from(c, &all, "FROM track t", "", &sql);
	sql.failed |= all.match.failed || all.where.failed || all.docs.failed;
	part_free(&all);
	st = part_prepare(c, &sql);
	if (st == NULL)
		return c->e->code;
	if (sql_step(c->db, st, c->e) > 0)
		*count = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return c->e->code;
}
