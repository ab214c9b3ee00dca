/* SPDX-License-Identifier: MIT */
/* What packed columns tell of a term: ranges, flags, missing values, kinds of files. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "store/packed/kind.h"
#include "store/query/part.h"
#include "store/query/sieve.h"

/* Flags that are a matter of one column: has it a value? */
static const struct {
	const char *name;
	enum packed_column column;
	bool negated;
	double least; /* 0: any value */
} flags[] = {
	{ "rated", PACKED_RATING, false, 0 },
	{ "unrated", PACKED_RATING, true, 0 },
	{ "loved", PACKED_RATING, false, 90 },
	{ "played", PACKED_LASTPLAYED, false, 0 },
	{ "unplayed", PACKED_LASTPLAYED, true, 0 },
};

static bool
has_value(struct sieve_test *t, enum packed_column column, bool negated, double least)
{
	uint64_t low = least > 0 ? packed_number(column, least) : 1;

	*t = (struct sieve_test){ .column = column,
		.low = low,
		.high = UINT64_MAX,
		.sure_low = low,
		.sure_high = UINT64_MAX,
		.negated = negated };
	return true;
}

static bool
is_flag(const struct node *n, struct sieve_test *t)
{
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (strcasecmp(flags[i].name, n->value) == 0)
			return has_value(t, flags[i].column, flags[i].negated, flags[i].least);
	return false;
}

/* A name is its first bytes, and may be empty. */
static bool
is_number(enum packed_column column)
{
	return column != PACKED_NONE && (column < PACKED_TITLE || column > PACKED_ALBUM);
}

static bool
has_field(const struct node *n, struct sieve_test *t)
{
	enum field f = field_find(n->value);
	enum packed_column column =
	    f == F_NONE ? PACKED_NONE : packed_column(f == F_PLAYS ? F_LASTPLAYED : f);

	return is_number(column) && has_value(t, column, false, 0);
}

/* The greatest whole number that is not above x; beyond 2^53 all of them are whole. */
static double
down(double x)
{
	double whole;

	if (!(x > -9e15 && x < 9e15))
		return x;
	whole = (double)(int64_t)x;
	return whole > x ? whole - 1 : whole;
}

static double
up(double x)
{
	return -down(-x);
}

/* Of whole numbers the ends become the first and the last that match. */
static void
tighten(struct bounds_of *b)
{
	if (isfinite(b->low))
		b->low = b->open_low ? down(b->low) + 1 : up(b->low);
	if (isfinite(b->high))
		b->high = b->open_high ? up(b->high) - 1 : down(b->high);
}

static bool
in_range(struct compiler *c, const struct node *n, struct sieve_test *t)
{
	enum packed_column column = packed_column(n->field);
	struct bounds_of b;

	if (!is_number(column) || !compile_bounds(c, n, &b))
		return false;
	if (packed_is_whole(column))
		tighten(&b);
	*t = (struct sieve_test){
		.column = column, .low = packed_number(column, b.low), .high = packed_number(column, b.high)
	};
	if (b.low > b.high) { /* nothing lies between */
		t->low = t->sure_low = 1;
		t->high = t->sure_high = 0;
		return true;
	}
	t->sure_low = isinf(b.low) || (b.low >= 0 && packed_is_exact(column, t->low)) ? t->low : t->low + 1;
	t->sure_high = isinf(b.high) || (b.high >= 0 && packed_is_exact(column, t->high)) ? t->high
	    : t->high > 0                                                                 ? t->high - 1
											  : 0;
	if (t->sure_high == 0 && t->high == 0 && !isinf(b.high) && b.high < 0)
		t->sure_low = 1; /* none is sure */
	return true;
}

/* Is it a condition on nothing but what packed_kind has? */
static bool
is_of_kind(const struct node *n)
{
	static const char *const names[] = { "lossless", "lossy", "missing" };
	enum field f = n->field;
	bool all = n->n > 0;

	switch (n->kind) {
	case NODE_AND:
	case NODE_OR:
	case NODE_NOT:
		for (size_t i = 0; i < n->n; i++)
			all &= is_of_kind(n->child[i]);
		return all;
	case NODE_IS:
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (strcasecmp(names[i], n->value) == 0)
				return true;
		return false;
	case NODE_HAS:
		f = field_find(n->value);
		break;
	case NODE_TEXT:
		break;
	default:
		return false;
	}
	return n->tag == NULL && (f == F_FORMAT || f == F_CODEC);
}

/* The condition itself, with the table's rows in the place of tracks and their files. */
static const char kinds_as_tracks[] =
    "WITH file(track_id, preferred, format, codec, part, state, damaged) AS"
    " (SELECT code, 1, format, codec, part, state, damaged FROM main.packed_kind),"
    " t(id) AS (SELECT code FROM main.packed_kind UNION ALL SELECT 0) SELECT t.id FROM t WHERE ";

static bool
by_kind(struct compiler *c, const struct node *n, struct sieve_test *t)
{
	bool driven = c->driven;
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	*t = (struct sieve_test){ .column = PACKED_KIND };
	buf_puts(&sql, kinds_as_tracks);
	c->driven = true;
	compile_where(c, n, &sql);
	c->driven = driven;
	st = part_prepare(c, &sql);
	while (st != NULL && sql_step(c->db, st, c->e) > 0) {
		int code = sqlite3_column_int(st, 0);

		if (code >= KIND_NONE && code < KIND_OTHER)
			t->kinds[code >> 6] |= (uint64_t)1 << (code & 63);
	}
	sqlite3_finalize(st);
	return c->e->code == ERR_NONE;
}

static bool
is_packed(struct compiler *c, const struct node *n, struct sieve_test *t)
{
	if (is_of_kind(n))
		return by_kind(c, n, t);
	switch (n->kind) {
	case NODE_IS:
		return is_flag(n, t);
	case NODE_HAS:
		return has_field(n, t);
	case NODE_RANGE:
		return in_range(c, n, t);
	default:
		return false;
	}
}

bool
sieve_term(struct compiler *c, const struct node *n, struct sieve_test *t)
{
	if (n->kind == NODE_NOT && !is_of_kind(n)) {
		if (!sieve_term(c, n->child[0], t))
			return false;
		t->negated = !t->negated;
		return true;
	}
	if (is_packed(c, n, t))
		return true;
	*t = (struct sieve_test){ .column = PACKED_NONE, .members = members_new(c, n) };
	return t->members != NULL;
}
