/* SPDX-License-Identifier: MIT */
#include "store/query/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/query/expand.h"
#include "store/query/explain.h"
#include "store/query/join.h"
#include "store/query/relate.h"
#include "store/query/run.h"
#include "store/query/sieve.h"
#include "store/query/spell.h"
#include "store/refold.h"

void
query_free(struct query *q)
{
	if (q == NULL)
		return;
	node_free(q->root);
	for (size_t i = 0; i < q->nwords; i++)
		free(q->words[i]);
	free(q->words);
	free(q->note);
	free(q);
}

/* 1000 and up: names of free tags, as schema 1 has it. */
static bool
has_tag(void *context, const char *name)
{
	struct db *db = context;
	struct err ignored = { 0 };
	sqlite3_stmt *st =
	    sql_get(db, "SELECT 1 FROM tagname WHERE name = ? COLLATE NOCASE AND id >= 1000", &ignored);
	bool found = false;

	if (st != NULL) {
		sql_text(st, 1, name);
		found = sql_step(db, st, &ignored) == 1;
	}
	sql_done(st);
	return found;
}

/* year:[1990 TO 1999] without quotes is three words. */
static bool
is_range_in_three(char *const *words)
{
	const char *open = strpbrk(words[0], "[{");

	return open != NULL && open > words[0] && strchr(":=<>", open[-1]) != NULL &&
	    strpbrk(open, "]}") == NULL && words[1] != NULL && strcmp(words[1], "TO") == 0 &&
	    words[2] != NULL && strpbrk(words[2], "]}") != NULL;
}

static enum err_code
copy_words(struct query *q, char *const *words, struct err *e)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	q->words = calloc(n + 1, sizeof *q->words);
	if (q->words == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct buf word = { 0 };

		buf_puts(&word, words[i]);
		if (is_range_in_three(words + i)) {
			buf_printf(&word, " TO %s", words[i + 2]);
			i += 2;
		}
		q->words[q->nwords] = buf_detach(&word);
		if (q->words[q->nwords++] == NULL)
			return err_memory(e);
	}
	q->narguments = q->nwords;
	return ERR_NONE;
}

enum err_code
query_settle(struct query *q, struct db *db, bool look, struct err *e)
{
	if (query_relate(q, db, look, e) != ERR_NONE || query_spell(q, db, e) != ERR_NONE)
		return e->code;
	return node_flatten(&q->root, e);
}

enum err_code
query_parse_as(struct query **ret, struct db *db, char *const *words, const char *self, struct err *e)
{
	struct query *q = calloc(1, sizeof *q);

	if (q == NULL)
		return err_memory(e);
	if (copy_words(q, words, e) != ERR_NONE || query_read(q, q->words, has_tag, db, e) != ERR_NONE ||
	    query_expand(q, db, self, has_tag, e) != ERR_NONE ||
	    query_settle(q, db, self == NULL, e) != ERR_NONE || query_join(q, db, e) != ERR_NONE) {
		query_free(q);
		return e->code;
	}
	*ret = q;
	return ERR_NONE;
}

enum err_code
query_parse(struct query **ret, struct db *db, char *const *words, struct err *e)
{
	bool current;

	if (query_parse_as(ret, db, words, NULL, e) != ERR_NONE || refold_check(db, &current, e) != ERR_NONE)
		return e->code;
	if (!current && (*ret)->note == NULL)
		(*ret)->note =
		    strdup("the search index is of another version of this program, and may miss words:"
			   " run lib-sweep once");
	return ERR_NONE;
}

void
query_plain(struct query *q)
{
	q->plain = true;
}

enum err_code
query_only(struct query *q, const int64_t *ids, size_t n, struct err *e)
{
	struct node *list = node_new(NODE_IDS);

	if (list == NULL || (list->ids = calloc(n + 1, sizeof *ids)) == NULL) {
		node_free(list);
		return err_memory(e);
	}
	if (n > 0)
		memcpy(list->ids, ids, n * sizeof *ids);
	list->nids = n;
	node_free(q->root);
	q->root = list;
	return ERR_NONE;
}

const char *
query_note(const struct query *q)
{
	return q->note;
}

char *
query_fault(const struct query *q)
{
	return q->note != NULL ? strndup(q->note, q->fault) : NULL;
}

static enum err_code
no_sort_field(const char *s, size_t len, struct err *e)
{
	char *name = strndup(s, len);
	enum field near = name != NULL && len > 2 ? field_nearest(name) : F_NONE;

	if (near != F_NONE)
		err_set(e, ERR_USAGE, "there is no field '%s' to sort by; did you mean '%s'?", name,
		    field_info(near)->name);
	else
		err_set(e, ERR_USAGE, "there is no field '%.*s' to sort by", (int)len, s);
	free(name);
	return e->code;
}

enum err_code
query_sort(struct query *q, const char *fields, struct err *e)
{
	struct order order[ORDER_MAX];
	size_t n = 0;

	for (const char *s = fields; *s != '\0';) {
		size_t len = strcspn(s, ","), name = len;
		bool sign = len > 0 && (s[len - 1] == '-' || s[len - 1] == '+');
		enum field f;

		name -= sign;
		f = field_find_n(s, name);
		if (f == F_NONE)
			return no_sort_field(s, name, e);
		if (n == ORDER_MAX)
			return err_set(e, ERR_USAGE, "--sort takes at most %d fields", ORDER_MAX);
		order[n++] = (struct order){ f, sign && s[len - 1] == '-' };
		s += len + (s[len] == ',');
	}
	for (size_t i = 0; i < q->norder && n < ORDER_MAX; i++)
		order[n++] = q->order[i];
	memcpy(q->order, order, n * sizeof order[0]);
	q->norder = n;
	return ERR_NONE;
}

/* The matches by rank, cut to the page: those from *first on, *n of them. */
static enum err_code
rank_page(struct compiler *c, const struct query *q, int64_t limit, int64_t offset, struct ranking *r,
    size_t *first, size_t *n)
{
	int64_t need = limit < 0 || limit > INT64_MAX - offset ? -1 : limit + offset;

	if (run_ranked(c, q->root, need, r) != ERR_NONE)
		return c->e->code;
	*first = (uint64_t)offset < r->n ? (size_t)offset : r->n;
	*n = r->n - *first;
	if (limit >= 0 && *n > (uint64_t)limit)
		*n = (size_t)limit;
	return ERR_NONE;
}

static enum err_code
ranked_ids(struct compiler *c, const struct query *q, int64_t limit, int64_t offset, int64_t **ids, size_t *n)
{
	struct ranking r = { 0 };
	size_t first, count;
	int64_t *list = NULL;

	if (rank_page(c, q, limit, offset, &r, &first, &count) != ERR_NONE)
		goto out;
	list = malloc((count + 1) * sizeof *list);
	if (list == NULL) {
		err_memory(c->e);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = r.c[first + i].id;
	*ids = list;
	*n = count;
out:
	ranking_free(&r);
	return c->e->code;
}

bool
query_has_order(struct query *q, struct db *db)
{
	struct err ignored = { 0 };
	struct compiler c = { .db = db, .e = &ignored };
	bool ordered = q->norder > 0 || run_is_ranked(&c, q->root) || run_order_of_ids(q->root) != NULL;

	compiler_free(&c);
	return ordered;
}

enum err_code
query_ids(
    struct query *q, struct db *db, int64_t limit, int64_t offset, int64_t **ids, size_t *n, struct err *e)
{
	struct compiler c;

	if (run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	if (q->norder == 0 && run_is_ranked(&c, q->root))
		ranked_ids(&c, q, limit, offset, ids, n);
	else
		run_listed(&c, q, limit, offset, ids, n);
	return run_end(&c);
}

static enum err_code
ranked_places(struct compiler *c, const struct query *q, int64_t limit, int64_t offset,
    struct place_of **places, size_t *n)
{
	struct ranking r = { 0 };
	size_t first, count;

	if (rank_page(c, q, limit, offset, &r, &first, &count) == ERR_NONE) {
		struct place_of *list = calloc(count + 1, sizeof *list);

		for (size_t i = 0; i < count && list != NULL; i++) {
			list[i].id = r.c[first + i].id;
			ranking_reasons(&r.c[first + i], list[i].reasons, sizeof list[i].reasons);
		}
		if (list == NULL)
			err_memory(c->e);
		*places = list;
		*n = list != NULL ? count : 0;
	}
	ranking_free(&r);
	return c->e->code;
}

static enum err_code
listed_places(struct compiler *c, const struct query *q, int64_t limit, int64_t offset,
    struct place_of **places, size_t *n)
{
	struct place_of *list;
	int64_t *ids = NULL;
	size_t count = 0;

	if (run_listed(c, q, limit, offset, &ids, &count) != ERR_NONE)
		return c->e->code;
	list = calloc(count + 1, sizeof *list);
	for (size_t i = 0; i < count && list != NULL; i++) {
		list[i].id = ids[i];
		snprintf(list[i].reasons, sizeof list[i].reasons, "%s%s",
		    q->norder > 0 ? "sorted by " : "as it comes",
		    q->norder > 0 ? field_info(q->order[0].field)->name : "");
	}
	free(ids);
	if (list == NULL)
		return err_memory(c->e);
	*places = list;
	*n = count;
	return ERR_NONE;
}

enum err_code
query_places(struct query *q, struct db *db, int64_t limit, int64_t offset, struct place_of **places,
    size_t *n, struct err *e)
{
	struct compiler c;

	if (run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	if (q->norder == 0 && run_is_ranked(&c, q->root))
		ranked_places(&c, q, limit, offset, places, n);
	else
		listed_places(&c, q, limit, offset, places, n);
	return run_end(&c);
}

enum err_code
query_misses(struct query *q, struct db *db, int64_t track, struct buf *out, struct err *e)
{
	bool list = q->root->kind == NODE_AND;
	struct compiler c;

	if (run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < (list ? q->root->n : 1) && e->code == ERR_NONE; i++) {
		const struct node *term = list ? q->root->child[i] : q->root;
		bool matches = false;

		if (run_matches(&c, term, track, &matches) == ERR_NONE && !matches)
			explain_term(term, out);
	}
	return run_end(&c);
}

enum err_code
query_count(struct query *q, struct db *db, int64_t *count, struct err *e)
{
	struct compiler c;

	if (run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	run_count(&c, q->root, count);
	return run_end(&c);
}

enum err_code
query_finds(struct query *q, struct db *db, bool whole, int64_t least, bool *found, struct err *e)
{
	struct compiler c;

	if (run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	c.whole = whole;
	run_finds(&c, q->root, least, found);
	return run_end(&c);
}
