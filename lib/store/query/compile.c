/* SPDX-License-Identifier: MIT */
#include "store/query/compile.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/query/bare.h"
#include "store/query/complain.h"
#include "text/fold.h"
#include "text/regex.h"

void
compiler_free(struct compiler *c)
{
	for (int i = 0; i < c->nparams; i++) {
		free(c->param[i].text);
		regex_free(c->param[i].regex);
	}
	free(c->param);
	c->param = NULL;
	c->nparams = 0;
}

void
compile_complain(struct compiler *c, const struct node *n, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (c->e->code != ERR_NONE)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	query_complain(c->e, n->word, n->at, "%s", text);
}

static struct param *
new_param(struct compiler *c)
{
	struct param *more = realloc(c->param, ((size_t)c->nparams + 1) * sizeof *more);

	if (more == NULL) {
		err_memory(c->e);
		return NULL;
	}
	c->param = more;
	more[c->nparams] = (struct param){ 0 };
	return &more[c->nparams++];
}

int
param_text(struct compiler *c, const char *text, size_t len)
{
	struct param *p = new_param(c);

	if (p == NULL)
		return 0;
	p->type = PARAM_TEXT;
	p->len = len;
	p->text = malloc(len + 1);
	if (p->text == NULL) {
		err_memory(c->e);
		return 0;
	}
	memcpy(p->text, text, len);
	p->text[len] = '\0';
	return c->nparams;
}

int
param_int(struct compiler *c, int64_t n)
{
	struct param *p = new_param(c);

	if (p == NULL)
		return 0;
	p->type = PARAM_INT;
	p->num = n;
	return c->nparams;
}

int
param_regex(struct compiler *c, struct regex *r)
{
	struct param *p = new_param(c);

	if (p == NULL) {
		regex_free(r);
		return 0;
	}
	p->type = PARAM_REGEX;
	p->regex = r;
	return c->nparams;
}

void
compiler_bind(const struct compiler *c, sqlite3_stmt *st)
{
	int highest = sqlite3_bind_parameter_count(st);

	for (int i = 1; i <= highest && i <= c->nparams; i++) {
		const struct param *p = &c->param[i - 1];

		switch (p->type) {
		case PARAM_TEXT:
			sqlite3_bind_text64(st, i, p->text, p->len, SQLITE_STATIC, SQLITE_UTF8);
			break;
		case PARAM_BYTES:
			sqlite3_bind_blob64(st, i, p->text, p->len, SQLITE_STATIC);
			break;
		case PARAM_INT:
			sqlite3_bind_int64(st, i, p->num);
			break;
		case PARAM_REAL:
			sqlite3_bind_double(st, i, p->real);
			break;
		case PARAM_REGEX:
			sqlite3_bind_pointer(st, i, p->regex, "regex", NULL);
			break;
		}
	}
}

bool
compile_spellings(struct compiler *c, const char *s, size_t len, struct buf *folded, struct buf *joined)
{
	bool one_word = strcspn(s, " \t\r\n") >= len;

	return fold_index(folded, s, len, c->e) == ERR_NONE &&
	    (!one_word || fold_joined(joined, s, len, c->e) == ERR_NONE) && folded->len > 0;
}

/* One word (or phrase) as it was typed -> "ac dc" OR "acdc".  False where nothing is left of it. */
static bool
match_word(struct compiler *c, const char *s, size_t len, bool prefix, struct buf *fts)
{
	struct buf folded = { 0 }, joined = { 0 };
	const char *star = prefix ? " *" : "";
	bool any = false;

	if (compile_spellings(c, s, len, &folded, &joined)) {
		any = true;
		buf_printf(fts, joined.len > 0 ? "(\"%s\"%s" : "\"%s\"%s", folded.data, star);
		for (size_t i = 0; i < joined.len;) {
			size_t n = strcspn(joined.data + i, " ");

			buf_printf(fts, " OR \"%.*s\"%s", (int)n, joined.data + i, star);
			i += n + 1;
		}
		if (joined.len > 0)
			buf_putc(fts, ')');
	}
	buf_free(&folded);
	buf_free(&joined);
	return any;
}

/* "a b"~3 */
static bool
near_words(struct compiler *c, const struct node *leaf, const char *column, struct buf *fts)
{
	struct buf folded = { 0 };
	size_t words = 0;

	if (fold_index(&folded, leaf->value, strlen(leaf->value), c->e) == ERR_NONE && folded.len > 0) {
		buf_printf(fts, column != NULL ? "%s : (NEAR(" : "%s(NEAR(", column != NULL ? column : "");
		for (size_t i = 0; i < folded.len; words++) {
			size_t n = strcspn(folded.data + i, " ");

			buf_printf(fts, "\"%.*s\" ", (int)n, folded.data + i);
			i += n + 1;
		}
		buf_printf(fts, ", %d))", leaf->distance);
	}
	buf_free(&folded);
	return words > 0;
}

bool
compile_words(struct compiler *c, const struct node *leaf, const char *column, struct buf *fts)
{
	bool prefix = leaf->prefix || leaf->op == OP_BEGINS || (leaf->last && c->prefix_last);
	bool whole = leaf->phrase || leaf->op != OP_HAS;
	const char *s = leaf->value;
	size_t start = fts->len;
	bool any = false;

	if (leaf->op == OP_NEAR)
		return near_words(c, leaf, column, fts);
	if (column != NULL)
		buf_printf(fts, "%s : ", column);
	buf_putc(fts, '(');
	while (*s != '\0') {
		size_t len = whole ? strlen(s) : strcspn(s, " \t\r\n");
		size_t before = fts->len;

		if (any)
			buf_puts(fts, " AND ");
		if (len > 0 && match_word(c, s, len, prefix && s[len] == '\0', fts))
			any = true;
		else if (!fts->failed)
			fts->len = before;
		s += len;
		s += strspn(s, " \t\r\n");
	}
	buf_putc(fts, ')');
	if (!any && !fts->failed)
		fts->len = start;
	if (fts->data != NULL)
		fts->data[fts->len] = '\0';
	return any;
}

static int
year_of(const char *s)
{
	return strlen(s) == 4 && strspn(s, "0123456789") == 4 ? (int)strtol(s, NULL, 10) : -1;
}

/* Years are words of the index, so love year:1990..1999 need not look at every love. */
static bool
match_year(const struct node *n, struct buf *fts)
{
	enum { YEARS = 30 };
	bool range = n->op == OP_BETWEEN;
	int low = year_of(n->value), high = range ? year_of(n->high) : low;

	if (n->field != F_YEAR || (!range && n->op != OP_HAS) || n->open_low || n->open_high || low < 0 ||
	    high < low || high - low > YEARS)
		return false;
	for (int year = low; year <= high; year++)
		buf_printf(fts, "%s\"%04d\"", year == low ? "x : (" : " OR ", year);
	buf_putc(fts, ')');
	return true;
}

static bool
match_list(struct compiler *c, const struct node *n, struct buf *fts, bool *exact)
{
	bool any_of = n->kind == NODE_OR, any = false, refused = false, all_exact = true;
	bool words = c->narrow || any_of; /* years alone are better found by their own index */
	size_t start = fts->len;

	buf_putc(fts, '(');
	for (size_t i = 0; i < n->n; i++) {
		size_t before = fts->len;
		bool part = false;

		if (!any_of && n->child[i]->kind == NODE_NOT) /* compile_negations() */
			continue;
		if (any)
			buf_puts(fts, any_of ? " OR " : " AND ");
		if (compile_match(c, n->child[i], fts, &part)) {
			any = true;
			words |= n->child[i]->kind != NODE_RANGE;
			all_exact &= part;
		} else {
			if (!fts->failed)
				fts->len = before;
			all_exact = false;
			refused = true;
		}
	}
	buf_putc(fts, ')');
	if ((!any || !words || (any_of && refused)) && !fts->failed) {
		fts->len = start;
		any = false;
	}
	if (fts->data != NULL)
		fts->data[fts->len] = '\0';
	*exact = any && all_exact;
	return any;
}

/* love -live: what the index can tell of the negations is told to it as well; was that all of them? */
bool
compile_negations(struct compiler *c, const struct node *n, struct buf *fts)
{
	bool all = true;

	for (size_t i = 0; i < n->n; i++) {
		const struct node *negation = n->child[i];
		size_t before = fts->len;
		bool exact = false;

		if (negation->kind != NODE_NOT)
			continue;
		buf_puts(fts, " NOT ");
		if (compile_match(c, negation->child[0], fts, &exact) && exact)
			continue;
		all = false;
		if (!fts->failed) {
			fts->len = before;
			fts->data[before] = '\0';
		}
	}
	return all;
}

bool
compile_match(struct compiler *c, const struct node *n, struct buf *fts, bool *exact)
{
	const char *column;
	size_t start = fts->len;

	*exact = false;
	switch (n->kind) {
	case NODE_TEXT:
		if (n->op != OP_HAS && n->op != OP_EXACT && n->op != OP_SAME && n->op != OP_BEGINS &&
		    n->op != OP_NEAR)
			return false;
		column = n->field != F_NONE && n->tag == NULL ? index_column(n->field) : NULL;
		if (n->tag != NULL || (n->field != F_NONE && column == NULL))
			return false;
		*exact = (n->op == OP_HAS || n->op == OP_NEAR) && (column == NULL || *column != 'x');
		return compile_words(c, n, column, fts);
	case NODE_OR:
		return match_list(c, n, fts, exact);
	case NODE_AND:
		buf_putc(fts, '(');
		if (match_list(c, n, fts, exact)) {
			*exact &= compile_negations(c, n, fts);
			buf_putc(fts, ')');
			return true;
		}
		if (!fts->failed) {
			fts->len = start;
			fts->data[start] = '\0';
		}
		return false;
	case NODE_RANGE:
		return match_year(n, fts);
	case NODE_ALL:
	case NODE_NOT:
	case NODE_IS:
	case NODE_HAS:
	case NODE_PLAYLIST:
	case NODE_SAVED:
	case NODE_MIX:
	case NODE_SIMILAR:
	case NODE_IDS:
		break;
	}
	return false;
}

static void
where_list(struct compiler *c, const struct node *n, struct buf *sql)
{
	buf_putc(sql, '(');
	for (size_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_puts(sql, n->kind == NODE_OR ? " OR " : " AND ");
		compile_where(c, n->child[i], sql);
	}
	buf_puts(sql, n->n == 0 ? "1)" : ")");
}

/* Ask the index, and then the value itself where the index cannot tell all. */
static void
where_text(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct buf fts = { 0 };
	bool exact = false; /* then nothing but the index is asked: each way must find the same */
	bool bare = n->field == F_NONE && n->tag == NULL;

	if (!compile_match(c, n, &fts, &exact) || fts.failed || (c->driven && !exact)) {
		if (bare)
			buf_puts(sql, "0");
		else
			compile_text(c, n, sql);
	} else {
		buf_printf(sql,
		    c->few ? "(EXISTS (SELECT 1 FROM fts WHERE fts MATCH ?%d AND fts.rowid = d.doc)"
			   : "(t.id IN (SELECT d.track_id FROM fts JOIN doc d ON d.doc = fts.rowid"
			     " WHERE fts MATCH ?%d)",
		    param_text(c, fts.data, fts.len));
		if (!exact) {
			buf_puts(sql, " AND ");
			compile_text(c, n, sql);
		}
		buf_putc(sql, ')');
	}
	sql->failed |= fts.failed;
	buf_free(&fts);
}

static void
where_ids(const struct node *n, struct buf *sql)
{
	buf_puts(sql, "t.id IN (");
	for (size_t i = 0; i < n->nids; i++)
		buf_printf(sql, "%s%lld", i > 0 ? "," : "", (long long)n->ids[i]);
	buf_putc(sql, ')');
}

void
compile_where(struct compiler *c, const struct node *n, struct buf *sql)
{
	switch (n->kind) {
	case NODE_ALL:
		buf_puts(sql, "1");
		break;
	case NODE_AND:
	case NODE_OR:
		where_list(c, n, sql);
		break;
	case NODE_NOT:
		buf_puts(sql, "((");
		compile_where(c, n->child[0], sql);
		buf_puts(sql, ") IS NOT TRUE)");
		break;
	case NODE_TEXT:
		if (n->op == OP_REGEX)
			compile_pattern(c, n, sql);
		else if (n->op == OP_NAMED)
			compile_named(c, n, sql);
		else
			where_text(c, n, sql);
		break;
	case NODE_PLAYLIST:
		compile_playlist(c, n, sql);
		break;
	case NODE_RANGE:
		compile_range(c, n, sql);
		break;
	case NODE_IS:
		compile_is(c, n, sql);
		break;
	case NODE_HAS:
		compile_has(c, n, sql);
		break;
	case NODE_IDS:
		where_ids(n, sql);
		break;
	case NODE_SAVED: /* query_expand() leaves none */
	case NODE_MIX:   /* nor query_relate() */
	case NODE_SIMILAR:
		buf_puts(sql, "0");
		break;
	}
}
