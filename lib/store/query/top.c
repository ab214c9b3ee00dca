/* SPDX-License-Identifier: MIT */
#include "store/query/top.h"

#include <stdlib.h>

#include "store/query/candidates.h"
#include "store/query/foremost.h"
#include "store/query/source.h"

/* More candidates than are needed are no harm: a few rows cost less than finding out which.  Of one in so
 * many of all tracks the rows are sooner asked than a table is read. */
enum { SPARE = 500, MANY = 8, ONE_IN = 32 };

struct search {
	struct compiler *c;
	const struct top *t;
	struct batch batch;
	struct documents found; /* by the index */
	bool given;             /* these, not all */
	struct documents chosen;
	bool cut; /* something was left out */
};

static enum err_code
add_documents(struct documents *to, const struct documents *from, struct err *e)
{
	for (size_t i = 0; i < from->n; i++)
		if (documents_add(to, from->doc[i], e) != ERR_NONE)
			break;
	return e->code;
}

static enum err_code
add_all(struct search *x, struct source *s, struct documents *to)
{
	struct batch *b = &x->batch;

	s->at = 0;
	while (source_next(s, b) > 0)
		for (size_t i = 0; i < b->n; i++)
			if (documents_add(to, (uint32_t)(b->chunk << PACKED_SHIFT) + b->place[i], x->c->e) !=
			    ERR_NONE)
				return x->c->e->code;
	return x->c->e->code;
}

/* Of what nothing is known only the rows can tell. */
static enum err_code
add_batch(struct search *x, struct source *s, struct candidates *l)
{
	struct batch *b = &x->batch;
	bool known = source_keys(s, b);
	uint32_t first = (uint32_t)(b->chunk << PACKED_SHIFT);

	for (size_t i = 0; i < b->n && x->c->e->code == ERR_NONE; i++)
		if (known)
			candidates_add(l, b->key[i], first + b->place[i], x->c->e);
		else
			documents_add(&x->chosen, first + b->place[i], x->c->e);
	return x->c->e->code;
}

/* Ids tell apart what is equal, but not what only shares a code. */
static bool
was_exact(const struct source *s, const struct candidates *l)
{
	uint64_t last;

	return !s->by_id || !l->cut || !candidates_last(l, &last) || source_is_exact(s, last >> 32);
}

static enum err_code
find_candidates(struct search *x, struct source *s, size_t k, struct candidates *l)
{
	size_t chosen = x->chosen.n;

	s->by_id = x->t->n <= 1 && !x->t->names && !source_is_long(s);
	for (;; s->by_id = false) {
		x->chosen.n = chosen;
		s->at = 0;
		if (candidates_begin(l, k, x->c->e) != ERR_NONE)
			break;
		while (source_next(s, &x->batch) > 0)
			if (add_batch(x, s, l) != ERR_NONE)
				break;
		candidates_end(l);
		if (x->c->e->code != ERR_NONE || was_exact(s, l))
			break;
	}
	return x->c->e->code;
}

/* What is packed tells which come first, and which of the others only a further field can tell apart. */
static enum err_code
by_column(struct search *x, struct source *s, size_t *k, struct documents *tied)
{
	struct candidates l = { 0 };
	size_t before = 0;
	uint64_t last = 0;
	bool apart;

	if (find_candidates(x, s, *k, &l) == ERR_NONE)
		x->cut |= l.cut;
	apart = !s->by_id && candidates_last(&l, &last) && source_is_exact(s, last);
	for (size_t i = 0; i < l.n && x->c->e->code == ERR_NONE; i++) {
		bool equal = apart && l.v[i].key == last;

		documents_add(equal ? tied : &x->chosen, l.v[i].doc, x->c->e);
		before += !equal;
	}
	*k -= before < *k ? before : *k;
	candidates_free(&l);
	return x->c->e->code;
}

/* Between equal values of the last field. */
static enum tie
tie_of(const struct top *t, size_t field)
{
	if (field + 1 < t->n)
		return TIE_FIELD;
	return t->names ? TIE_RELEASE : t->newest ? TIE_NEWEST : TIE_ID;
}

/* The same by a table of values. */
static enum err_code
by_values(struct search *x, struct source *s, size_t field, size_t *k, struct documents *tied)
{
	const struct order *o = &x->t->by[field];
	struct documents of = { 0 };
	struct foremost f = { 0 };

	s->descending = false;
	if (add_all(x, s, &of) != ERR_NONE)
		goto out;
	if (of.n <= *k + SPARE || (int64_t)of.n <= x->c->sieve->packed.chunks * PACKED_CHUNK / ONE_IN) {
		add_documents(&x->chosen, &of, x->c->e);
		goto out;
	}
	if (foremost_find(x->c, o->field, o->descending, tie_of(x->t, field), &of, *k, &f) != ERR_NONE)
		goto out;
	x->cut |= f.before.n + f.tied.n < of.n;
	add_documents(&x->chosen, &f.before, x->c->e);
	*k -= f.before.n < *k ? f.before.n : *k;
	*tied = f.tied;
	f.tied = (struct documents){ 0 };
out:
	documents_free(&of);
	foremost_free(&f);
	return x->c->e->code;
}

/* What decides at step i: the fields, and behind them the release or the id. */
static void
set_step(const struct search *x, struct source *s, size_t i)
{
	const struct top *t = x->t;

	if (i < t->n) {
		s->column = packed_column(t->by[i].field);
		s->descending = t->by[i].descending;
		s->whole |= s->column == PACKED_NONE && i == 0;
	} else {
		s->column = t->names ? PACKED_RELEASE : PACKED_TRACK;
		s->descending = t->newest && !t->names;
	}
}

/* The candidates for the first k: step by step, for as long as too many are equal. */
static enum err_code
choose(struct search *x, struct source *s, size_t k)
{
	struct documents tied = { 0 }, before = { 0 };

	for (size_t i = 0;; i++) {
		set_step(x, s, i);
		if (s->column != PACKED_NONE)
			by_column(x, s, &k, &tied);
		else
			by_values(x, s, i, &k, &tied);
		documents_free(&before);
		if (x->c->e->code != ERR_NONE || tied.n <= k + SPARE || i >= x->t->n)
			break;
		s->found = before = tied;
		s->given = true;
		s->set = SIEVE_NONE;
		tied = (struct documents){ 0 };
	}
	if (x->c->e->code == ERR_NONE && k > 0)
		add_documents(&x->chosen, &tied, x->c->e);
	else
		x->cut |= tied.n > 0;
	documents_free(&tied);
	return x->c->e->code;
}

/* What was left out comes behind every candidate whose key is known, but it may come before one whose key
 * is not: the list is right as far as the last known one, or to its end where nothing was left out. */
static enum err_code
read_ids(struct search *x, const struct source *s, sqlite3_stmt *st, int64_t need, int64_t **ids, size_t *n)
{
	struct err *e = x->c->e;
	int64_t *list = malloc(((size_t)need + 1) * sizeof *list), count = 0, right = 0;

	if (list == NULL)
		return err_memory(e);
	while (right < need && sql_step(x->c->db, st, e) > 0) {
		if (count < need)
			list[count] = sqlite3_column_int64(st, 0);
		count++;
		if (!x->cut || source_knows(s, (uint32_t)sqlite3_column_int64(st, 1)))
			right = count;
	}
	if (e->code != ERR_NONE) {
		free(list);
		return e->code;
	}
	*ids = list;
	*n = (size_t)(right < need ? right : need);
	return ERR_NONE;
}

/* The first of the candidates. */
static enum err_code
ask_rows(struct search *x, const struct source *s, int64_t need, int64_t **ids, size_t *n)
{
	const struct top *t = x->t;
	struct compiler *c = x->c;
	struct buf json = { 0 }, sql = { 0 };
	sqlite3_stmt *st;

	if (documents_json(&x->chosen, &json, c->e) == ERR_NONE)
		buf_printf(&sql, "SELECT t.id, d.doc " TOP_FROM "%s%s%s%s",
		    param_text(c, json.data, json.len), t->release, t->where != NULL ? " WHERE " : "",
		    t->where != NULL ? t->where : "", t->order);
	buf_free(&json);
	st = part_prepare(c, &sql);
	if (st != NULL)
		read_ids(x, s, st, need, ids, n);
	sqlite3_finalize(st);
	return c->e->code;
}

/* The first need of what remains, once it is tested and in order. */
static enum err_code
first_of(struct search *x, int64_t need, int64_t **ids, size_t *n)
{
	bool few = x->given && x->found.n <= (size_t)need + SPARE; /* there is nothing to choose */

	for (size_t k = (size_t)need;; k *= MANY) {
		struct source s = { .c = x->c,
			.found = x->found,
			.given = x->given,
			.set = x->t->set,
			.newest = x->t->newest };

		x->chosen.n = 0;
		x->cut = false;
		if ((few ? add_all(x, &s, &x->chosen) : choose(x, &s, k)) == ERR_NONE)
			ask_rows(x, &s, need, ids, n);
		if (x->c->e->code != ERR_NONE || !x->cut || (int64_t)*n >= need)
			return x->c->e->code;
		free(*ids);
		*ids = NULL;
	}
}

enum err_code
top_ids(struct compiler *c, const struct top *t, int64_t need, int64_t **ids, size_t *n)
{
	struct search *x = calloc(1, sizeof *x);

	if (x == NULL)
		return err_memory(c->e);
	x->c = c;
	x->t = t;
	x->given = t->match != NULL || t->docs != NULL;
	if (!x->given || gather_part(c, t->match, t->docs, &x->found) == ERR_NONE)
		first_of(x, need, ids, n);
	documents_free(&x->found);
	documents_free(&x->chosen);
	free(x);
	return c->e->code;
}

enum err_code
top_documents(struct compiler *c, int set, struct buf *json, bool *few)
{
	struct source s = { .c = c, .set = set };
	struct search *x = calloc(1, sizeof *x);

	if (x == NULL)
		return err_memory(c->e);
	x->c = c;
	if (add_all(x, &s, &x->chosen) == ERR_NONE) {
		*few = (int64_t)x->chosen.n < c->sieve->packed.chunks * PACKED_CHUNK / 4;
		if (*few)
			documents_json(&x->chosen, json, c->e);
	}
	documents_free(&x->chosen);
	free(x);
	return c->e->code;
}

bool
top_few(struct compiler *c, int set, size_t most, struct buf *list)
{
	struct source s = { .c = c, .set = set };
	struct batch *b = malloc(sizeof *b);
	size_t n = 0;

	if (b == NULL) {
		err_memory(c->e);
		return false;
	}
	while (n <= most && source_next(&s, b) > 0)
		for (size_t i = 0; i < b->n && n <= most; i++)
			buf_printf(list, "%s%lld", n++ > 0 ? ", " : "",
			    (long long)(b->chunk << PACKED_SHIFT) + b->place[i]);
	free(b);
	return n <= most && c->e->code == ERR_NONE;
}
