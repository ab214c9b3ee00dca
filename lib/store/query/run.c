#include "store/query/run.h"

#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/query/place.h"
#include "store/query/token.h"
#include "text/fold.h"

/* What the index and the rows are asked for a set of terms that must all match. */
struct part {
	struct buf match;   /* for the index; empty: it cannot help */
	struct buf without; /* what goes behind an expression that others make */
	struct buf where;   /* what it could not tell; empty: nothing */
};

static void
part_free(struct part *p)
{
	buf_free(&p->match);
	buf_free(&p->without);
	buf_free(&p->where);
}

static const char *
text_of(const struct buf *b)
{
	return b->len > 0 ? b->data : "";
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
static void
make_part(struct compiler *c, struct node *all, struct part *p)
{
	bool exact;
	bool positive = compile_match(c, all, &p->match, &exact);

	if (!positive)
		buf_clear(&p->match);
	if (!positive && c->narrow)
		compile_negations(c, all, &p->without);
	positive |= c->narrow;
	c->driven = positive;
	for (size_t i = 0; i < all->n; i++) {
		if (is_exact(c, all->child[i], positive))
			continue;
		buf_puts(&p->where, p->where.len > 0 ? " AND " : "");
		compile_where(c, all->child[i], &p->where);
	}
	c->driven = false;
}

/* The terms of n as an AND that borrows them. */
static void
as_list(const struct node *n, struct node **only, struct node *list)
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

static const char columns[] =
    "t.id, t.title_key, t.artist_key, r.album_key, t.release_id, t.disc, t.track, t.year, t.rating,"
    " (SELECT h.plays FROM heard h WHERE h.recording_id = t.recording_id)";
static const char from_index[] =
    "FROM fts CROSS JOIN doc d ON d.doc = fts.rowid CROSS JOIN track t ON t.id = d.track_id";
static const char with_release[] = " CROSS JOIN release r ON r.id = t.release_id";

static sqlite3_stmt *
prepare(struct compiler *c, struct buf *sql)
{
	sqlite3_stmt *st = NULL;

	if (c->e->code == ERR_NONE && buf_ok(sql, c->e) == ERR_NONE)
		st = sql_prepare(c->db, sql->data, c->e);
	if (st != NULL)
		compiler_bind(c, st);
	buf_free(sql);
	return st;
}

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

/* Add a statement's rows (`columns`, or the id alone) as candidates of a tier. */
static enum err_code
add_rows(struct compiler *c, struct buf *sql, enum tier tier, int64_t limit, struct ranking *r)
{
	sqlite3_stmt *st;
	bool keyed = tier != TIER_REST;
	uint32_t row = 0;

	if (limit >= 0)
		buf_printf(sql, " LIMIT %lld", (long long)limit);
	st = prepare(c, sql);

	if (st == NULL)
		return c->e->code;
	while (sql_step(c->db, st, c->e) > 0) {
		struct candidate found = { .id = sqlite3_column_int64(st, 0), .tier = (uint8_t)tier };
		struct keys k = { "", "", "" };

		found.window = row++ / RANK_WINDOW;
		if (keyed) {
			k = (struct keys){ column(st, 1), column(st, 2), column(st, 3) };
			found.release = sqlite3_column_int64(st, 4);
			found.disc = sqlite3_column_int(st, 5);
			found.track = sqlite3_column_int(st, 6);
			found.year = sqlite3_column_int(st, 7);
			found.rating = sqlite3_column_int(st, 8);
			found.plays = sqlite3_column_int(st, 9);
		}
		if (ranking_add(r, &found, keyed ? &k : NULL, c->e) != ERR_NONE)
			break;
	}
	sqlite3_finalize(st);
	return c->e->code;
}

/* One branch of a query: all of its terms, and those that the ranking looks at. */
struct branch {
	struct node list;
	struct node *only;
	struct node *others[TERMS_MAX];
	struct node rest; /* the others as a list */
	enum field field; /* of the ranked terms; F_NONE: they may be anywhere */
	bool ranked;
	bool starred; /* one of them is a prefix by itself */
	bool full;    /* nothing that a later tier finds can come onto the page */
	struct buf text, index_text;
	struct buf joined; /* other spellings of a query that is one word: "kesha" of Ke$ha */
};

static bool
is_ranked(const struct node *n, enum field f)
{
	return n->kind == NODE_TEXT && n->tag == NULL && n->op == OP_HAS && n->field == f;
}

/* The bare words, or else the words of the first field that has keys. */
static void
choose_ranked(struct branch *b)
{
	static const enum field fields[] = { F_NONE, F_TITLE, F_ARTIST, F_ALBUM };

	for (size_t f = 0; f < sizeof fields / sizeof fields[0] && !b->ranked; f++) {
		for (size_t i = 0; i < b->list.n; i++) {
			if (!is_ranked(b->list.child[i], fields[f]))
				continue;
			b->ranked = true;
			b->field = fields[f];
		}
	}
}

static void
branch_free(struct branch *b)
{
	buf_free(&b->text);
	buf_free(&b->index_text);
	buf_free(&b->joined);
}

static enum err_code
join_only_word(struct branch *b, struct err *e)
{
	for (size_t i = 0; i < b->list.n; i++) {
		const struct node *term = b->list.child[i];

		if (is_ranked(term, b->field) && strpbrk(term->value, " \t\r\n") == NULL)
			return fold_joined(&b->joined, term->value, strlen(term->value), e);
	}
	return ERR_NONE;
}

static enum err_code
read_branch(struct branch *b, const struct node *n, struct err *e)
{
	as_list(n, &b->only, &b->list);
	b->rest = (struct node){ .kind = NODE_AND, .field = F_NONE, .child = b->others };
	b->field = F_NONE;
	choose_ranked(b);
	for (size_t i = 0; i < b->list.n && b->ranked; i++) {
		struct node *term = b->list.child[i];

		if (!is_ranked(term, b->field)) {
			b->others[b->rest.n++] = term;
			continue;
		}
		b->starred |= term->prefix;
		if (b->text.len > 0) {
			buf_putc(&b->text, ' ');
			buf_putc(&b->index_text, ' ');
		}
		if (fold(&b->text, term->value, strlen(term->value), e) != ERR_NONE ||
		    fold_index(&b->index_text, term->value, strlen(term->value), e) != ERR_NONE)
			return e->code;
	}
	b->ranked &= b->text.len > 0;
	if (b->ranked && b->list.n == b->rest.n + 1)
		return join_only_word(b, e);
	return ERR_NONE;
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

/* "queen" is the band, "one" a song: has the artist of that name some tracks, and more than twice as many as
 * there are titles of it? */
static bool
artist_is_meant(struct compiler *c, const struct branch *b, const struct buf *hashes)
{
	enum { SOME = 3 };
	struct buf sql = { 0 };
	sqlite3_stmt *st;
	bool meant = false;

	if (b->field != F_NONE || hashes->failed)
		return false;
	buf_printf(&sql,
	    "SELECT a.n >= %d AND a.n > 2 * (SELECT count(*) FROM skey WHERE hash IN (%s) AND kind = 1)"
	    " FROM (SELECT count(*) AS n FROM skey WHERE hash IN (%s) AND kind = 2) a",
	    SOME, hashes->data, hashes->data);
	st = prepare(c, &sql);
	if (st != NULL)
		meant = sql_step(c->db, st, c->e) > 0 && sqlite3_column_int(st, 0) != 0;
	sqlite3_finalize(st);
	return meant;
}

/* Whole titles, artists, albums. */
static enum err_code
exact_tiers(struct compiler *c, struct branch *b, int64_t need, struct ranking *r)
{
	static const struct {
		enum tier tier;
		int kind;
		enum field field;
	} tiers[] = { { TIER_MEANT, 2, F_NONE }, { TIER_TITLE, 1, F_TITLE }, { TIER_ARTIST, 2, F_ARTIST },
		{ TIER_ALBUM, 3, F_ALBUM }, { TIER_ALBUMARTIST, 4, F_ALBUMARTIST } };
	int64_t limit = rows_needed(need);
	struct buf hashes = { 0 }, where = { 0 };
	char bare[1024];

	add_hash(c, &hashes, b->text.data, b->text.len);
	if (fold_bare(bare, sizeof bare, b->text.data))
		add_hash(c, &hashes, bare, strlen(bare));
	for (size_t i = 0; i < b->joined.len;) {
		size_t n = strcspn(b->joined.data + i, " ");

		add_hash(c, &hashes, b->joined.data + i, n);
		i += n + 1;
	}
	if (b->rest.n > 0) {
		buf_puts(&where, " AND ");
		c->driven = c->few = true;
		compile_where(c, &b->rest, &where);
		c->driven = c->few = false;
	}
	for (size_t i = 0; i < sizeof tiers / sizeof tiers[0] && !b->full; i++) {
		struct buf sql = { 0 };

		if (tiers[i].tier == TIER_MEANT ? !artist_is_meant(c, b, &hashes)
						: b->field != F_NONE && b->field != tiers[i].field)
			continue;
		buf_printf(&sql,
		    "SELECT %s FROM skey k CROSS JOIN doc d ON d.doc = k.doc CROSS JOIN track t ON t.id = "
		    "d.track_id%s"
		    " WHERE k.hash IN (%s) AND k.kind = %d%s",
		    columns, with_release, hashes.failed ? "" : hashes.data, tiers[i].kind,
		    where.len > 0 ? where.data : "");
		sql.failed |= hashes.failed || where.failed;
		if (add_rows(c, &sql, tiers[i].tier, limit, r) != ERR_NONE)
			break;
		b->full = is_full(r, need);
	}
	buf_free(&hashes);
	buf_free(&where);
	return c->e->code;
}

/* What the index finds for match (and the part) as a tier. */
static enum err_code
index_tier(struct compiler *c, struct branch *b, const char *match, const struct part *p, enum tier tier,
    int64_t need, struct ranking *r)
{
	struct buf sql = { 0 };

	buf_printf(&sql, "SELECT %s %s%s WHERE fts MATCH ?%d", columns, from_index, with_release,
	    param_text(c, match, strlen(match)));
	if (p->where.len > 0)
		buf_printf(&sql, " AND %s", p->where.data);
	add_rows(c, &sql, tier, rows_needed(need), r);
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
	make_part(c, &b->rest, &others);
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
			if (!is_ranked(b->list.child[i], F_NONE))
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
	make_part(c, &b->list, &all);
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
	make_part(c, &b->list, &all);
	c->prefix_last = false;
	if (all.match.len > 0)
		buf_printf(&sql, "SELECT t.id %s WHERE fts MATCH ?%d", from_index,
		    param_text(c, all.match.data, all.match.len));
	else
		buf_puts(&sql, "SELECT t.id FROM track t WHERE t.removed IS NULL");
	if (all.where.len > 0)
		buf_printf(&sql, " AND %s", all.where.data);
	part_free(&all);
	return add_rows(c, &sql, TIER_REST, need, r);
}

static enum err_code
run_branch(struct compiler *c, const struct node *n, int64_t need, struct ranking *r)
{
	struct branch b = { 0 };

	r->respelt = n->respelt;
	ranking_branch(r); /* what other branches found says nothing of this one's ranks */
	if (read_branch(&b, n, c->e) != ERR_NONE)
		goto out;
	if (!b.ranked) {
		rest_tier(c, &b, need, r);
		goto out;
	}
	if (ranking_words(r, b.text.data, c->e) != ERR_NONE)
		goto out;
	if (exact_tiers(c, &b, need, r) != ERR_NONE || b.full)
		goto out;
	if (!b.starred && (title_tiers(c, &b, need, r) != ERR_NONE || b.full))
		goto out;
	if (all_tier(c, &b, false, need, r) == ERR_NONE && !b.full)
		all_tier(c, &b, true, need, r);
out:
	branch_free(&b);
	return c->e->code;
}

bool
run_is_ranked(struct compiler *c, const struct node *root)
{
	struct branch b = { 0 };
	bool ranked = root->kind == NODE_OR || (read_branch(&b, root, c->e) == ERR_NONE && b.ranked);

	branch_free(&b);
	return ranked;
}

enum err_code
run_ranked(struct compiler *c, const struct node *root, int64_t need, struct ranking *r)
{
	if (root->kind != NODE_OR)
		run_branch(c, root, need, r);
	for (size_t i = 0; root->kind == NODE_OR && i < root->n && c->e->code == ERR_NONE; i++)
		run_branch(c, root->child[i], need, r);
	ranking_sort(r);
	return c->e->code;
}

/* FROM and WHERE of the whole query; true where the index is asked. */
static bool
add_set(struct compiler *c, const struct node *root, enum field order, struct buf *sql)
{
	struct node list, *only;
	struct part all = { 0 };
	bool by_album = order == F_ALBUM, indexed;

	c->prefix_last = !c->whole;
	as_list(root, &only, &list);
	make_part(c, &list, &all);
	indexed = all.match.len > 0;
	if (indexed)
		buf_printf(sql, "%s%s WHERE fts MATCH ?%d", from_index, by_album ? with_release : "",
		    param_text(c, all.match.data, all.match.len));
	else if (by_album)
		buf_puts(
		    sql, "FROM release r CROSS JOIN track t ON t.release_id = r.id WHERE t.removed IS NULL");
	else /* SQLite would rather sort everything than follow an index and look rows up */
		buf_printf(sql, "FROM track t%s WHERE t.removed IS NULL",
		    order == F_ARTIST && root->kind == NODE_ALL ? " INDEXED BY track_artist" : "");
	if (all.where.len > 0)
		buf_printf(sql, " AND %s", all.where.data);
	sql->failed |= all.where.failed || all.match.failed;
	part_free(&all);
	return indexed;
}

void
run_set(struct compiler *c, const struct node *root, struct buf *sql)
{
	add_set(c, root, F_NONE, sql);
}

/* Asked for NULLS LAST, SQLite would not use an index. */
static bool
never_null(enum field f)
{
	return f == F_ID || f == F_TITLE || f == F_ARTIST || f == F_ADDED || f == F_MODIFIED;
}

/* An artist's tracks come in the order of albums, an album's in theirs. */
static void
add_order(const struct query *q, bool by_album, struct buf *sql)
{
	char value[512];
	bool names = false, newest = false;

	buf_puts(sql, " ORDER BY ");
	for (size_t i = 0; i < q->norder; i++) {
		const char *down = q->order[i].descending ? " DESC" : "";
		enum field f = q->order[i].field;

		newest = i == 0 && (f == F_ADDED || f == F_MODIFIED) && q->order[i].descending;
		names |= f == F_ARTIST || f == F_ALBUMARTIST || f == F_ALBUM;
		if (f == F_ALBUM && by_album) {
			buf_printf(sql, "r.album_key%s, r.albumartist_key%s, r.id%s, ", down, down, down);
			continue;
		}
		field_order(f, value, sizeof value);
		buf_printf(sql, "%s%s%s, ", value, down, never_null(f) ? "" : " NULLS LAST");
	}
	if (names && !by_album)
		buf_puts(sql, "t.release_id, ");
	/* What came together came in the order of ids: then the last of them is the newest. */
	buf_puts(sql, names ? "t.disc, t.track, t.id" : newest ? "t.id DESC" : "t.id");
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

enum err_code
run_listed(struct compiler *c, const struct query *q, int64_t limit, int64_t offset, int64_t **ids, size_t *n)
{
	enum field first = q->norder > 0 ? q->order[0].field : F_NONE;
	struct buf sql = { 0 };
	int64_t *list = NULL;
	size_t count = 0, cap = 0;
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT t.id ");
	add_set(c, q->root, first, &sql);
	if (q->norder > 0) /* else an index's order is as good, and the first page comes at once */
		add_order(q, first == F_ALBUM, &sql);
	else if (run_order_of_ids(q->root) != NULL)
		add_order_of_ids(run_order_of_ids(q->root), &sql);
	buf_printf(&sql, " LIMIT %lld OFFSET %lld", (long long)limit, (long long)offset);
	st = prepare(c, &sql);
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

enum err_code
run_finds(struct compiler *c, const struct node *root, int64_t least, bool *found)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT 1 ");
	add_set(c, root, F_NONE, &sql);
	buf_printf(&sql, " LIMIT 1 OFFSET %lld", (long long)least - 1);
	st = prepare(c, &sql);
	if (st != NULL)
		*found = sql_step(c->db, st, c->e) > 0;
	sqlite3_finalize(st);
	return c->e->code;
}

enum err_code
run_count(struct compiler *c, const struct node *root, int64_t *count)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_puts(&sql, "SELECT count(*) ");
	if (root->kind == NODE_ALL)
		buf_puts(&sql, "FROM doc"); /* what the index holds is what there is */
	else
		add_set(c, root, F_NONE, &sql);
	st = prepare(c, &sql);
	if (st == NULL)
		return c->e->code;
	if (sql_step(c->db, st, c->e) > 0)
		*count = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return c->e->code;
}
