#include "store/query/top.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/gather.h"

/* More candidates than are needed are no harm: a few rows cost less than finding out which. */
enum { SPARE = 500, MANY = 8 };

/* What is gone through, several times, a chunk at a time: the documents that the index found, or all. */
struct source {
	struct compiler *c;
	const struct top *t;
	struct documents found; /* ascending */
	size_t at;              /* in found; without an index: the chunk */
	bool by_id;             /* the id is part of the key */
};

struct batch {
	int64_t chunk;
	size_t n;
	uint16_t place[PACKED_CHUNK];
	uint64_t key[PACKED_CHUNK];
};

static bool
is_given(const struct top *t)
{
	return t->match != NULL || t->docs != NULL;
}

/* The codes of a chunk until the next one is asked for; false where it is not packed. */
static bool
codes_of(struct source *s, enum packed_column column, int64_t chunk, const uint8_t **codes)
{
	struct packed *p = &s->c->sieve->packed;

	return chunk < p->chunks && p->packed[chunk] && packed_whole(p, column, chunk, codes, s->c->e) > 0 &&
	    p->packed[chunk];
}

/* The documents of a chunk that may be matches. */
static size_t
whole_chunk(struct source *s, int64_t chunk, uint16_t *place)
{
	struct compiler *c = s->c;
	int64_t first = chunk << PACKED_SHIFT;
	uint64_t track[PACKED_CHUNK];
	const uint8_t *codes;
	size_t n = 0, all;
	sqlite3_stmt *st;

	if (codes_of(s, PACKED_TRACK, chunk, &codes)) {
		for (all = 0; all < PACKED_CHUNK; all++)
			place[all] = (uint16_t)all;
		all = sieve_keep(c->sieve, s->t->set, chunk, place, all);
		packed_read(PACKED_TRACK, codes, place, all, track);
		for (size_t i = 0; i < all; i++) {
			place[n] = place[i];
			n += track[i] != 0;
		}
		return n;
	}
	if (c->e->code != ERR_NONE ||
	    (st = sql_get(c->db, "SELECT doc FROM doc WHERE doc BETWEEN ? AND ?", c->e)) == NULL)
		return 0;
	sql_int(st, 1, first);
	sql_int(st, 2, first + PACKED_CHUNK - 1);
	while (n < PACKED_CHUNK && sql_step(c->db, st, c->e) > 0)
		place[n++] = (uint16_t)(sqlite3_column_int64(st, 0) - first);
	sql_done(st);
	return n;
}

/* The newest come last: in a descending order one begins with them, and hardly any of the others gets in. */
static uint32_t
next_document(const struct source *s)
{
	return s->found.doc[s->t->descending ? s->found.n - 1 - s->at : s->at];
}

static size_t
found_of_chunk(struct source *s, int64_t chunk, uint16_t *place)
{
	size_t n = 0;

	for (; s->at < s->found.n && n < PACKED_CHUNK; s->at++) {
		uint32_t doc = next_document(s);

		if (doc >> PACKED_SHIFT != chunk)
			break;
		place[n++] = doc & (PACKED_CHUNK - 1);
	}
	return n;
}

/* Where documents stand: the least key is the first.  What has no value is the last, in either order.  Of
 * most numbers a key is 32 bits, behind which the id may follow. */
#define NO_NUMBER (UINT32_MAX)

static bool
is_long(const struct top *t)
{
	return t->column >= PACKED_TITLE && t->column <= PACKED_ALBUM;
}

static uint64_t
key_of(const struct top *t, bool wide, bool all, uint64_t code)
{
	uint64_t last = wide ? UINT64_MAX : NO_NUMBER;

	if (code == 0 && !all)
		return last;
	return t->descending ? last - 1 - code : code;
}

static uint64_t
code_of(const struct top *t, uint64_t key)
{
	return key == NO_NUMBER ? 0 : t->descending ? NO_NUMBER - 1 - key : key;
}

/* false: nothing is packed of it. */
static bool
add_keys(struct source *s, struct batch *b)
{
	const struct top *t = s->t;
	bool wide = is_long(t), all = packed_has_all(t->column);
	const uint8_t *codes;
	uint64_t id[PACKED_CHUNK];

	if (!codes_of(s, t->column, b->chunk, &codes))
		return false;
	packed_read(t->column, codes, b->place, b->n, b->key);
	for (size_t i = 0; i < b->n; i++)
		b->key[i] = key_of(t, wide, all, b->key[i]);
	if (!s->by_id)
		return true;
	if (!codes_of(s, PACKED_TRACK, b->chunk, &codes))
		return false;
	packed_read(PACKED_TRACK, codes, b->place, b->n, id);
	for (size_t i = 0; i < b->n; i++)
		b->key[i] = b->key[i] << 32 | (t->newest ? UINT32_MAX - id[i] : id[i]);
	return true;
}

/* The next chunk with what may be matches: 1, 0 at the end, or -1. */
static int
next_batch(struct source *s, struct batch *b)
{
	int64_t chunks = s->c->sieve->packed.chunks;

	do {
		if (is_given(s->t)) {
			if (s->at == s->found.n)
				return 0;
			b->chunk = next_document(s) >> PACKED_SHIFT;
			b->n = found_of_chunk(s, b->chunk, b->place);
			b->n = sieve_keep(s->c->sieve, s->t->set, b->chunk, b->place, b->n);
		} else {
			if ((int64_t)s->at >= chunks)
				return 0;
			b->chunk = s->t->descending ? chunks - 1 - (int64_t)s->at : (int64_t)s->at;
			s->at++;
			b->n = whole_chunk(s, b->chunk, b->place);
		}
		if (s->c->e->code != ERR_NONE)
			return -1;
	} while (b->n == 0);
	return 1;
}

/* The k least keys of those that were put in, the greatest of them on top. */
struct heap {
	uint64_t *key;
	size_t n, k;
};

static void
sink(struct heap *h, uint64_t key)
{
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < h->n; i = child) {
		child += child + 1 < h->n && h->key[child + 1] > h->key[child];
		if (key >= h->key[child])
			break;
		h->key[i] = h->key[child];
	}
	h->key[i] = key;
}

static void
heap_put(struct heap *h, uint64_t key)
{
	size_t i;

	if (h->n == h->k) {
		if (key < h->key[0])
			sink(h, key);
		return;
	}
	for (i = h->n++; i > 0 && h->key[(i - 1) / 2] < key; i = (i - 1) / 2)
		h->key[i] = h->key[(i - 1) / 2];
	h->key[i] = key;
}

/* What can be among the first k: at the end, all that is not behind the k-th. */
struct candidates {
	struct candidate {
		uint64_t key; /* 0: only the row can tell */
		uint32_t doc;
	} * v;
	size_t n, cap;
	struct heap heap;
	bool cut; /* something was left out */
};

static void
drop_those_behind(struct candidates *l)
{
	size_t kept = 0;

	if (l->heap.n < l->heap.k || l->heap.k == 0)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].key <= l->heap.key[0])
			l->v[kept++] = l->v[i];
	l->cut |= kept < l->n;
	l->n = kept;
}

static enum err_code
add_candidate(struct candidates *l, uint64_t key, uint32_t doc, struct err *e)
{
	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? 2 * l->cap : 4096;
		struct candidate *more;

		drop_those_behind(l);
		if (l->n > l->cap / 2 || l->cap == 0) {
			more = realloc(l->v, cap * sizeof *more);
			if (more == NULL)
				return err_memory(e);
			l->v = more;
			l->cap = cap;
		}
	}
	l->v[l->n++] = (struct candidate){ key, doc };
	return ERR_NONE;
}

static enum err_code
add_batch(struct source *s, struct batch *b, struct candidates *l)
{
	bool known = l->heap.k > 0 && add_keys(s, b);
	uint32_t first = (uint32_t)(b->chunk << PACKED_SHIFT);

	for (size_t i = 0; i < b->n && s->c->e->code == ERR_NONE; i++) {
		if (!known) {
			add_candidate(l, 0, first + b->place[i], s->c->e);
		} else if (l->heap.n < l->heap.k || b->key[i] <= l->heap.key[0]) {
			heap_put(&l->heap, b->key[i]);
			add_candidate(l, b->key[i], first + b->place[i], s->c->e);
		} else {
			l->cut = true;
		}
	}
	return s->c->e->code;
}

/* Ids tell apart what is equal, but not what only shares a code. */
static bool
was_exact(const struct source *s, const struct candidates *l)
{
	uint64_t key = l->heap.n > 0 ? l->heap.key[0] >> 32 : NO_NUMBER;

	return !s->by_id || !l->cut || key == NO_NUMBER || packed_is_exact(s->t->column, code_of(s->t, key));
}

/* The candidates for the first k; k 0: all there are. */
static enum err_code
choose(struct source *s, struct batch *b, size_t k, struct candidates *l)
{
	s->by_id = s->t->by_id && !is_long(s->t);
	do {
		l->n = l->heap.n = s->at = 0;
		l->heap.k = k;
		l->cut = false;
		while (next_batch(s, b) > 0)
			if (add_batch(s, b, l) != ERR_NONE)
				break;
		drop_those_behind(l);
		if (s->c->e->code != ERR_NONE || was_exact(s, l))
			break;
		s->by_id = false;
	} while (true);
	return s->c->e->code;
}

static enum err_code
make_json(const struct candidates *l, struct buf *json, struct err *e)
{
	struct documents d = { 0 };

	for (size_t i = 0; i < l->n; i++)
		if (documents_add(&d, l->v[i].doc, e) != ERR_NONE)
			break;
	if (e->code == ERR_NONE)
		documents_json(&d, json, e);
	documents_free(&d);
	return e->code;
}

/* What was left out comes behind every candidate whose code is known, but it may come before one whose code
 * is not: the list is right as far as the last known one, or to its end where nothing was left out. */
static enum err_code
read_ids(struct source *s, sqlite3_stmt *st, bool cut, int64_t need, int64_t **ids, size_t *n)
{
	struct err *e = s->c->e;
	int64_t *list = malloc(((size_t)need + 1) * sizeof *list), count = 0, right = 0;

	if (list == NULL)
		return err_memory(e);
	while (right < need && sql_step(s->c->db, st, e) > 0) {
		if (count < need)
			list[count] = sqlite3_column_int64(st, 0);
		count++;
		if (!cut || s->c->sieve->packed.packed[sqlite3_column_int64(st, 1) >> PACKED_SHIFT])
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
ask_rows(struct source *s, const struct candidates *l, int64_t need, int64_t **ids, size_t *n)
{
	const struct top *t = s->t;
	struct compiler *c = s->c;
	struct buf json = { 0 }, sql = { 0 };
	sqlite3_stmt *st = NULL;

	if (make_json(l, &json, c->e) == ERR_NONE)
		buf_printf(&sql, "SELECT t.id, d.doc " TOP_FROM "%s%s%s%s",
		    param_text(c, json.data, json.len), t->release, t->where != NULL ? " WHERE " : "",
		    t->where != NULL ? t->where : "", t->order);
	buf_free(&json);
	if (c->e->code == ERR_NONE && buf_ok(&sql, c->e) == ERR_NONE)
		st = sql_prepare(c->db, sql.data, c->e);
	buf_free(&sql);
	if (st == NULL)
		return c->e->code;
	compiler_bind(c, st);
	read_ids(s, st, l->cut, need, ids, n);
	sqlite3_finalize(st);
	return c->e->code;
}

/* The first need of what remains, once it is tested and in order. */
static enum err_code
first_of(struct source *s, struct batch *b, struct candidates *l, int64_t need, int64_t **ids, size_t *n)
{
	size_t k = (size_t)need;

	if (is_given(s->t) && s->found.n <= k + SPARE) /* so few that there is nothing to choose */
		k = 0;
	for (;; k *= MANY) {
		l->heap.key = malloc((k + 1) * sizeof *l->heap.key);
		if (l->heap.key == NULL)
			err_memory(s->c->e);
		else if (choose(s, b, k, l) == ERR_NONE)
			ask_rows(s, l, need, ids, n);
		free(l->heap.key);
		if (s->c->e->code != ERR_NONE || !l->cut || (int64_t)*n >= need)
			return s->c->e->code;
		free(*ids);
		*ids = NULL;
	}
}

enum err_code
top_ids(struct compiler *c, const struct top *t, int64_t need, int64_t **ids, size_t *n)
{
	struct source s = { .c = c, .t = t };
	struct batch *b = malloc(sizeof *b);
	struct candidates l = { 0 };

	if (b == NULL)
		return err_memory(c->e);
	if (!is_given(t) || gather_part(c, t->match, t->docs, &s.found) == ERR_NONE)
		first_of(&s, b, &l, need, ids, n);
	free(l.v);
	documents_free(&s.found);
	free(b);
	return c->e->code;
}

enum err_code
top_documents(struct compiler *c, int set, struct buf *json, bool *few)
{
	const struct top t = { .set = set };
	struct source s = { .c = c, .t = &t };
	struct candidates l = { 0 };
	struct batch *b = malloc(sizeof *b);

	if (b == NULL)
		return err_memory(c->e);
	if (choose(&s, b, 0, &l) == ERR_NONE) {
		*few = (int64_t)l.n < c->sieve->packed.chunks * PACKED_CHUNK / 4;
		if (*few)
			make_json(&l, json, c->e);
	}
	free(l.v);
	free(b);
	return c->e->code;
}
