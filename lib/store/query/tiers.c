/* SPDX-License-Identifier: MIT */
#include "store/query/tiers.h"

#include <string.h>

#include "store/index.h"
#include "store/query/bare.h"
#include "store/query/run.h"
#include "store/query/tiers_priv.h"
#include "text/fold.h"

static const char *
text_of(const struct buf *b)
{
	return b->len > 0 ? b->data : "";
}

const char tier_columns[] =
    "t.id, t.title_key, t.artist_key, r.album_key, t.release_id, t.disc, t.track, t.year, t.rating,"
    " (SELECT h.plays FROM heard h WHERE h.recording_id = t.recording_id)";

static const char *
column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text != NULL ? text : "";
}

/* Whole windows, as many as hold what is needed: part of one could not be put in order. */
static int64_t
rows_needed(int64_t need)
{
	return need < 0 ? -1 : (need / RANK_WINDOW + 1) * RANK_WINDOW;
}

void
tier_row(sqlite3_stmt *st, struct candidate *found, struct keys *k)
{
	*k = (struct keys){ column(st, 1), column(st, 2), column(st, 3) };
	found->release = sqlite3_column_int64(st, 4);
	found->disc = sqlite3_column_int(st, 5);
	found->track = sqlite3_column_int(st, 6);
	found->year = sqlite3_column_int(st, 7);
	found->rating = sqlite3_column_int(st, 8);
	found->plays = sqlite3_column_int(st, 9);
}

/* What a tier goes through: rows, and those that it need not look at because a tier before had them. */
struct passage {
	struct bits *seen;
	uint32_t rows;
	struct err e;
};

/* fonoteca_fresh(doc): was it not seen yet? */
static void
sql_fresh(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct passage *p = sqlite3_user_data(context);
	int64_t doc = sqlite3_value_int64(value[0]);
	bool seen = bits_have(p->seen, doc);

	(void)n;
	p->rows++;
	if (!seen && bits_set(p->seen, doc, &p->e) != ERR_NONE)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_int(context, !seen);
}

/* Add a statement's rows (tier_columns, or the id alone) as candidates of a tier.  p (may be NULL) counts
 * them.
 */
static enum err_code
add_rows(
    struct compiler *c, struct buf *sql, enum tier tier, int64_t limit, struct passage *p, struct ranking *r)
{
	sqlite3_stmt *st;
	uint32_t row = 0;

	if (limit >= 0)
		buf_printf(sql, " LIMIT %lld", (long long)limit);
	buf_printf(sql, STEP_MARK "%s */", ranking_tier(tier));
	st = part_prepare(c, sql);

	if (st == NULL)
		return c->e->code;
	while (sql_step(c->db, st, c->e) > 0) {
		struct candidate found = { .id = sqlite3_column_int64(st, 0),
			.tier = (uint8_t)tier,
			.window = (p != NULL ? p->rows - 1 : row++) / RANK_WINDOW };
		struct keys k = { "", "", "" };

		if (tier != TIER_REST)
			tier_row(st, &found, &k);
		if (ranking_add(r, &found, tier != TIER_REST ? &k : NULL, c->e) != ERR_NONE)
			break;
	}
	sqlite3_finalize(st);
	return c->e->code;
}

static bool
is_full(const struct ranking *r, int64_t need)
{
	return need >= 0 && r->found >= (size_t)need;
}

static void
add_hash(struct compiler *c, struct buf *list, const char *text, size_t len)
{
	buf_printf(list, "%s?%d", list->len > 0 ? ", " : "", param_int(c, fold_hash(text, len)));
}

enum { TITLES = 1, ARTISTS, ALBUMS, ALBUMARTISTS, KEY_KINDS }; /* of keys, as index.c has them */

/* How many documents have the name as a key of each kind. */
static enum err_code
count_keys(struct compiler *c, const struct buf *hashes, int64_t count[KEY_KINDS])
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_printf(&sql, "SELECT kind, count(*) FROM skey WHERE hash IN (%s) GROUP BY kind",
	    hashes->failed ? "" : hashes->data);
	sql.failed |= hashes->failed;
	st = part_prepare(c, &sql);
	while (st != NULL && sql_step(c->db, st, c->e) > 0) {
		int kind = sqlite3_column_int(st, 0);

		if (kind > 0 && kind < KEY_KINDS)
			count[kind] = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return c->e->code;
}

/* "queen" is the band, "one" a song: has the artist of that name some tracks, and more than twice as many as
 * there are titles of it? */
static bool
artist_is_meant(const struct branch *b, const int64_t count[KEY_KINDS])
{
	enum { SOME = 3 };

	return b->field == F_NONE && count[ARTISTS] >= SOME && count[ARTISTS] > 2 * count[TITLES];
}

/* Whole titles, artists, albums. */
static enum err_code
exact_tiers(struct compiler *c, struct branch *b, int64_t need, struct ranking *r)
{
	static const struct {
		enum tier tier;
		int kind;
		enum field field;
	} tiers[] = { { TIER_MEANT, ARTISTS, F_NONE }, { TIER_TITLE, TITLES, F_TITLE },
		{ TIER_ARTIST, ARTISTS, F_ARTIST }, { TIER_ALBUM, ALBUMS, F_ALBUM },
		{ TIER_ALBUMARTIST, ALBUMARTISTS, F_ALBUMARTIST }, { TIER_NAMED, TITLES, F_TITLE } };
	int64_t count[KEY_KINDS] = { 0 };
	bool later = b->named != NULL && r->as_typed; /* titles come behind what was typed */
	const char *name = b->named != NULL ? b->named->value : b->text.data;
	int64_t limit = rows_needed(need);
	struct buf hashes = { 0 }, where = { 0 };

	add_hash(c, &hashes, name, strlen(name));
	for (size_t i = 0; i < b->joined.len;) {
		size_t n = strcspn(b->joined.data + i, " ");

		add_hash(c, &hashes, b->joined.data + i, n);
		i += n + 1;
	}
	if (count_keys(c, &hashes, count) == ERR_NONE && b->rest.n > 0) {
		int sure, set = sieve_add(c, &b->rest, false, &sure);

		if (set != SIEVE_NONE)
			buf_printf(&where, " AND fonoteca_may(k.doc, %d)", set);
		buf_puts(&where, " AND ");
		c->driven = c->few = true;
		compile_where(c, &b->rest, &where);
		c->driven = c->few = false;
	}
	for (size_t i = 0; i < sizeof tiers / sizeof tiers[0] && !b->full; i++) {
		struct buf sql = { 0 };

		if (count[tiers[i].kind] == 0 || tiers[i].tier == (later ? TIER_TITLE : TIER_NAMED))
			continue;
		if (tiers[i].tier == TIER_MEANT ? r->respelt || !artist_is_meant(b, count)
						: b->field != F_NONE && b->field != tiers[i].field)
			continue;
		buf_printf(&sql,
		    "SELECT %s FROM skey k CROSS JOIN doc d ON d.doc = k.doc CROSS JOIN track t ON t.id = "
		    "d.track_id%s WHERE k.hash IN (%s) AND k.kind = %d%s",
		    tier_columns, PART_WITH_RELEASE, hashes.failed ? "" : hashes.data, tiers[i].kind,
		    where.len > 0 ? where.data : "");
		sql.failed |= hashes.failed || where.failed;
		if (add_rows(c, &sql, tiers[i].tier, limit, NULL, r) != ERR_NONE)
			break;
		b->full = is_full(r, need);
	}
	r->as_typed |= r->found > 0;
	buf_free(&hashes);
	buf_free(&where);
	return c->e->code;
}

/* What the index finds for match (and the part) as a tier. */
static enum err_code
index_tier(struct compiler *c, struct branch *b, const char *match, const struct part *p, enum tier tier,
    int64_t need, struct ranking *r)
{
	struct passage passage = { .seen = &b->seen };
	bool all = need < 0 && p->where.len == 0 && p->set == SIEVE_NONE; /* each document is a match */
	struct buf sql = { 0 };

	if (all &&
	    sqlite3_create_function(c->db->sql, "fonoteca_fresh", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
		&passage, sql_fresh, NULL, NULL) != SQLITE_OK)
		return sql_error(c->db, c->e);
	buf_printf(&sql, "SELECT %s %s%s WHERE fts MATCH ?%d%s", tier_columns, PART_FROM_INDEX,
	    PART_WITH_RELEASE, param_text(c, match, strlen(match)),
	    all ? " AND fonoteca_fresh(fts.rowid)" : "");
	part_conditions(p, "fts.rowid", &sql);
	add_rows(c, &sql, tier, rows_needed(need), all ? &passage : NULL, r);
	b->full = is_full(r, need);
	return c->e->code;
}

/* A field begins with the words; all of them are in the title. */
static enum err_code
title_tiers(struct compiler *c, struct branch *b, int64_t need, struct ranking *r)
{
	const char *name = b->field == F_NONE ? "title" : index_column(b->field);
	struct part others = { 0 };
	struct buf match = { 0 };
	const char *join;

	c->narrow = true;
	part_make(c, &b->rest, &others);
	c->narrow = false;
	join = others.match.len > 0 ? " AND " : "";
	buf_printf(&match, "(%s : ^ \"%s\")%s%s%s", name, b->index_text.data, join, text_of(&others.match),
	    text_of(&others.without));
	if (buf_ok(&match, c->e) == ERR_NONE)
		index_tier(c, b, match.data, &others, TIER_BEGINS, need, r);
	if (b->field == F_NONE && !b->full && c->e->code == ERR_NONE) {
		buf_clear(&match);
		buf_putc(&match, '(');
		for (size_t i = 0; i < b->list.n; i++) {
			if (!branch_ranks(b, b->list.child[i]))
				continue;
			if (match.len > 1)
				buf_puts(&match, " AND ");
			if (!compile_words(c, b->list.child[i], "title", &match))
				buf_puts(&match, "\"\"");
		}
		buf_printf(&match, ")%s%s%s", join, text_of(&others.match), text_of(&others.without));
		if (buf_ok(&match, c->e) == ERR_NONE)
			index_tier(c, b, match.data, &others, TIER_IN_TITLE, need, r);
	}
	buf_free(&match);
	part_free(&others);
	return c->e->code;
}

static enum err_code
all_tier(struct compiler *c, struct branch *b, bool prefix, int64_t need, struct ranking *r)
{
	struct part all = { 0 };

	c->prefix_last = prefix;
	part_make(c, &b->list, &all);
	if (all.match.len > 0 && buf_ok(&all.match, c->e) == ERR_NONE)
		index_tier(c, b, all.match.data, &all, prefix ? TIER_PREFIX : TIER_ALL, need, r);
	c->prefix_last = false;
	part_free(&all);
	return c->e->code;
}

/* An alternative of filters alone, or with words among alternatives of its own: as they come. */
static enum err_code
rest_tier(struct compiler *c, struct branch *b, int64_t need, struct ranking *r)
{
	struct part all = { 0 };
	struct buf sql = { 0 };

	c->prefix_last = true;
	part_make(c, &b->list, &all);
	c->prefix_last = false;
	buf_puts(&sql, "SELECT t.id ");
	part_from(c, &all, "FROM track t", "", &sql);
	part_free(&all);
	return add_rows(c, &sql, TIER_REST, need, NULL, r);
}

enum err_code
tiers_run(struct compiler *c, const struct node *n, int64_t need, struct ranking *r)
{
	struct branch b = { 0 };

	ranking_branch(r); /* what other branches found says nothing of this one's ranks */
	if (branch_read(&b, n, c->e) != ERR_NONE)
		goto out;
	r->respelt = n->respelt && b.named == NULL;
	r->as_typed &= n->respelt;
	if (!b.ranked) {
		rest_tier(c, &b, need, r);
		goto out;
	}
	if (ranking_words(r, b.text.data, c->e) != ERR_NONE)
		goto out;
	if (exact_tiers(c, &b, need, r) != ERR_NONE || b.named != NULL || b.full)
		goto out;
	if (tiers_look_ahead(c, &b, r)) {
		tiers_few(c, &b, r);
		goto out;
	}
	if (!b.starred && (title_tiers(c, &b, need, r) != ERR_NONE || b.full))
		goto out;
	if (all_tier(c, &b, false, need, r) == ERR_NONE && !b.full)
		all_tier(c, &b, true, need, r);
out:
	branch_free(&b);
	return c->e->code;
}
