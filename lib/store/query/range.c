/* SPDX-License-Identifier: MIT */
/* Conditions on numbers, lengths, sizes, dates and instants. */
#include <math.h>
#include <string.h>

#include "store/query/compile.h"
#include "store/query/place.h"
#include "text/parse.h"

/* What a value is compared with: lo <= x < hi, or x <= hi where closed; either may be missing. */
struct bounds {
	int lo, hi; /* parameters, 0: none */
	const char *lo_op, *hi_op;
};

static int
param_number(struct compiler *c, double x)
{
	int i = param_int(c, 0);

	if (i > 0) {
		c->param[i - 1].type = PARAM_REAL;
		c->param[i - 1].real = x;
	}
	return i;
}

static void
above(struct bounds *b, const char *op, int param)
{
	b->lo_op = op;
	b->lo = param;
}

static void
below(struct bounds *b, const char *op, int param)
{
	b->hi_op = op;
	b->hi = param;
}

/* 120-128 is how some write 120..128. */
static void
no_number(struct compiler *c, const struct node *n, const char *text, const char *what)
{
	const char *name = field_info(n->field)->name, *dash = strchr(text, '-');

	if (dash != NULL && dash > text && dash[1] >= '0' && dash[1] <= '9')
		compile_complain(c, n, "%s: '%s' is not %s; a range is %.*s..%s", name, text, what,
		    (int)(dash - text), text, dash + 1);
	else
		compile_complain(c, n, "%s: '%s' is not %s", name, text, what);
}

static bool
read_number(struct compiler *c, const struct node *n, const char *text, struct span *v)
{
	const char *what = "a number";
	size_t len = strlen(text);
	bool ok;

	if (n->field == F_DURATION) {
		ok = parse_duration(text, len, n->plain_unit ? 1 : 1000, v);
		what = "a length such as 4:30 or 90s";
	} else if (n->field == F_SIZE) {
		ok = parse_size(text, len, v);
		what = "a size such as 10M";
	} else {
		ok = parse_number(text, len, v);
	}
	if (!ok)
		no_number(c, n, text, what);
	return ok;
}

/* A length is the whole second that a player shows: up to 4:30 includes 4:30.4. */
static void
number_bounds(struct compiler *c, const struct node *n, struct bounds *b)
{
	struct span v = { 0 }, w = { 0 };
	bool length = n->field == F_DURATION;
	bool open_low = n->op == OP_BETWEEN && *n->value == '\0';
	bool open_high = n->op == OP_BETWEEN && *n->high == '\0';

	if (!open_low && !read_number(c, n, n->value, &v))
		return;
	if (n->op == OP_BETWEEN && !open_high && !read_number(c, n, n->high, &w))
		return;
	switch (n->op) {
	case OP_LESS:
		below(b, "<", param_number(c, length ? v.lo : v.exact));
		break;
	case OP_LESS_EQUAL:
		below(b, length ? "<" : "<=", param_number(c, length ? v.hi : v.exact));
		break;
	case OP_GREATER:
		above(b, length ? ">=" : ">", param_number(c, length ? v.hi : v.exact));
		break;
	case OP_GREATER_EQUAL:
		above(b, ">=", param_number(c, length ? v.lo : v.exact));
		break;
	case OP_BETWEEN:
		if (!open_low && n->open_low)
			above(b, length ? ">=" : ">", param_number(c, length ? v.hi : v.exact));
		else if (!open_low)
			above(b, ">=", param_number(c, length ? v.lo : v.exact));
		if (!open_high && n->open_high)
			below(b, "<", param_number(c, length ? w.lo : w.exact));
		else if (!open_high)
			below(b, length ? "<" : "<=", param_number(c, length ? w.hi : w.exact));
		break;
	case OP_EXACT:
		above(b, ">=", param_number(c, v.exact));
		below(b, "<=", param_number(c, v.exact));
		break;
	default: /* OP_HAS, OP_SAME */
		above(b, ">=", param_number(c, v.lo));
		below(b, "<", param_number(c, v.hi));
		break;
	}
}

static bool
read_when(struct compiler *c, const struct node *n, const char *text, struct when *w)
{
	if (parse_when(text, strlen(text), c->now, w))
		return true;
	compile_complain(
	    c, n, "%s: '%s' is not a date such as 2024-03, today or 2w", field_info(n->field)->name, text);
	return false;
}

static void
instant_bounds(struct compiler *c, const struct node *n, struct bounds *b)
{
	struct when w = { 0 }, high = { 0 };
	bool open_low = n->op == OP_BETWEEN && *n->value == '\0';
	bool open_high = n->op == OP_BETWEEN && *n->high == '\0';
	bool less = n->op == OP_LESS || n->op == OP_LESS_EQUAL;
	bool more = n->op == OP_GREATER || n->op == OP_GREATER_EQUAL;
	bool equal = n->op == OP_LESS_EQUAL || n->op == OP_GREATER_EQUAL;

	if ((!open_low && !read_when(c, n, n->value, &w)) ||
	    (n->op == OP_BETWEEN && !open_high && !read_when(c, n, n->high, &high)))
		return;
	if (n->op == OP_BETWEEN) {
		if (!open_low && n->open_low)
			above(b, w.relative ? ">" : ">=", param_int(c, w.to));
		else if (!open_low)
			above(b, ">=", param_int(c, w.from));
		if (!open_high && n->open_high)
			below(b, "<", param_int(c, high.from));
		else if (!open_high)
			below(b, high.relative ? "<=" : "<", param_int(c, high.to));
	} else if (w.age && (less || more)) { /* younger than, older than */
		if (less)
			above(b, equal ? ">=" : ">", param_int(c, w.from));
		else
			below(b, equal ? "<=" : "<", param_int(c, w.from));
	} else if (less) {
		below(b, equal && w.relative ? "<=" : "<", param_int(c, equal ? w.to : w.from));
	} else if (more) {
		above(b, !equal && w.relative ? ">" : ">=", param_int(c, equal ? w.from : w.to));
	} else { /* within that span; a relative one: since then */
		above(b, ">=", param_int(c, w.from));
		if (!w.relative)
			below(b, "<", param_int(c, w.to));
	}
}

struct day {
	char text[12]; /* with room for the sign that closes the span of a prefix */
	bool relative, age;
};

static bool
read_day(struct compiler *c, const struct node *n, const char *text, struct day *d)
{
	if (parse_date(text, strlen(text), c->now, d->text, &d->relative, &d->age))
		return true;
	compile_complain(
	    c, n, "%s: '%s' is not a date such as 1999 or 1999-12-31", field_info(n->field)->name, text);
	return false;
}

/* Dates are compared as text; behind every date that begins with d comes d followed by ':'. */
static int
day_param(struct compiler *c, const struct day *d, bool behind)
{
	char text[16];

	strcpy(text, d->text);
	if (behind)
		strcat(text, ":");
	return param_text(c, text, strlen(text));
}

/* A date that knows no day, or no month, is whole: 1999 is not before 1999-01-01, and is from then on. */
static int
first_day_param(struct compiler *c, const struct day *d)
{
	struct day first = *d;
	size_t len;

	while ((len = strlen(first.text)) > 4 && strcmp(first.text + len - 3, "-01") == 0)
		first.text[len - 3] = '\0';
	return day_param(c, &first, false);
}

static void
date_bounds(struct compiler *c, const struct node *n, struct bounds *b)
{
	struct day d = { 0 }, high = { 0 };
	bool open_low = n->op == OP_BETWEEN && *n->value == '\0';
	bool open_high = n->op == OP_BETWEEN && *n->high == '\0';
	bool less = n->op == OP_LESS || n->op == OP_LESS_EQUAL;
	bool more = n->op == OP_GREATER || n->op == OP_GREATER_EQUAL;
	bool equal = n->op == OP_LESS_EQUAL || n->op == OP_GREATER_EQUAL;

	if ((!open_low && !read_day(c, n, n->value, &d)) ||
	    (n->op == OP_BETWEEN && !open_high && !read_day(c, n, n->high, &high)))
		return;
	if (d.age && (less || more)) {
		less = !less;
		more = !more;
	}
	if (n->op == OP_BETWEEN) {
		if (!open_low)
			above(b, ">=", n->open_low ? day_param(c, &d, true) : first_day_param(c, &d));
		if (!open_high)
			below(b, "<", n->open_high ? first_day_param(c, &high) : day_param(c, &high, true));
	} else if (less) {
		below(b, "<", equal ? day_param(c, &d, true) : first_day_param(c, &d));
	} else if (more) {
		above(b, ">=", equal ? first_day_param(c, &d) : day_param(c, &d, true));
	} else {
		above(b, ">=", day_param(c, &d, false));
		if (!d.relative)
			below(b, "<", day_param(c, &d, true));
	}
}

static void
read_bounds(struct compiler *c, const struct node *n, struct bounds *b)
{
	if (n->op == OP_BETWEEN && *n->value == '\0' && *n->high == '\0')
		compile_complain(c, n, "%s: a range wants at least one end", field_info(n->field)->name);
	else if (field_info(n->field)->type == FIELD_TIME)
		instant_bounds(c, n, b);
	else if (field_info(n->field)->type == FIELD_DATE)
		date_bounds(c, n, b);
	else
		number_bounds(c, n, b);
}

static bool
number_of(const struct compiler *c, int param, double *x)
{
	const struct param *p = &c->param[param - 1];

	*x = p->type == PARAM_INT ? (double)p->num : p->real;
	return p->type == PARAM_INT || p->type == PARAM_REAL;
}

bool
compile_bounds(struct compiler *c, const struct node *n, struct bounds_of *of)
{
	struct bounds b = { 0 };

	if (n->kind != NODE_RANGE)
		return false;
	read_bounds(c, n, &b);
	*of = (struct bounds_of){ .low = -INFINITY,
		.high = INFINITY,
		.open_low = b.lo > 0 && strcmp(b.lo_op, ">") == 0,
		.open_high = b.hi > 0 && strcmp(b.hi_op, "<") == 0 };
	return c->e->code == ERR_NONE && (b.lo > 0 || b.hi > 0) &&
	    (b.lo == 0 || number_of(c, b.lo, &of->low)) && (b.hi == 0 || number_of(c, b.hi, &of->high));
}

void
compile_range(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct place p[PLACES_MAX];
	struct bounds b = { 0 };
	int count = field_places(n->field, false, 0, p);

	read_bounds(c, n, &b);
	for (int i = 0; i < count; i++) {
		place_open(p, i, c->rows, sql);
		if (b.lo > 0)
			buf_printf(sql, "%s %s ?%d", p[i].value, b.lo_op, b.lo);
		if (b.hi > 0)
			buf_printf(sql, "%s%s %s ?%d", b.lo > 0 ? " AND " : "", p[i].value, b.hi_op, b.hi);
		if (b.lo == 0 && b.hi == 0) /* an error that was noted */
			buf_putc(sql, '0');
	}
	place_close(p, count, c->rows, sql);
}
