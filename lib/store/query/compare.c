/* SPDX-License-Identifier: MIT */
/* Text in the order of the alphabet, beginnings of values, words that are misspelt or near each other. */
#include <stdlib.h>
#include <string.h>

#include "store/query/compile.h"
#include "text/distance.h"
#include "text/fold.h"
#include "text/parse.h"

/* Behind everything that begins with a folded text. */
static const char behind_all[] = "\xf4\x8f\xbf\xbf";

/* fonoteca_fuzzy(text, folded word, edits): is one of the text's words that near to it? */
static void
sql_fuzzy(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	const char *word = (const char *)sqlite3_value_text(arg[1]);
	int edits = sqlite3_value_int(arg[2]);
	struct distance d;
	struct buf folded = { 0 };
	struct err e = { 0 };
	bool found = false;

	(void)n;
	if (text == NULL || word == NULL || !distance_begin(&d, word, strlen(word)))
		return;
	if (fold_index(&folded, text, (size_t)sqlite3_value_bytes(arg[0]), &e) != ERR_NONE)
		sqlite3_result_error_nomem(context);
	for (size_t i = 0; i < folded.len && !found;) {
		size_t len = strcspn(folded.data + i, " ");

		found = distance_to(&d, folded.data + i, len, edits) <= edits;
		i += len + 1;
	}
	if (e.code == ERR_NONE)
		sqlite3_result_int(context, found);
	buf_free(&folded);
}

/* Does a word of the text stand at s? */
static bool
is_word(const char *text, size_t len, const char *word, size_t wlen)
{
	return len == wlen && memcmp(text, word, len) == 0;
}

/* Are all words of `words` within `room` words of text from its beginning on? */
static bool
near_from(const char *text, const char *words, int room)
{
	for (const char *w = words; *w != '\0'; w += strspn(w, " ")) {
		size_t wlen = strcspn(w, " "), len;
		const char *s = text;
		bool found = false;

		for (int i = 0; i < room && *s != '\0' && !found; i++) {
			len = strcspn(s, " ");
			found = is_word(s, len, w, wlen);
			s += len + (s[len] == ' ');
		}
		if (!found)
			return false;
		w += wlen;
	}
	return true;
}

/* fonoteca_near(text, folded words, most words between the first and the last) */
static void
sql_near(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	const char *words = (const char *)sqlite3_value_text(arg[1]);
	struct buf folded = { 0 };
	struct err e = { 0 };
	bool found = false;

	(void)n;
	if (text == NULL || words == NULL)
		return;
	if (fold_index(&folded, text, (size_t)sqlite3_value_bytes(arg[0]), &e) != ERR_NONE)
		sqlite3_result_error_nomem(context);
	for (size_t i = 0; i < folded.len && !found;) {
		found = near_from(folded.data + i, words, sqlite3_value_int(arg[2]) + 2);
		i += strcspn(folded.data + i, " ") + 1;
	}
	if (e.code == ERR_NONE)
		sqlite3_result_int(context, found);
	buf_free(&folded);
}

/* fonoteca_begins(text, folded words): does it begin with them? */
static void
sql_begins(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	const char *words = (const char *)sqlite3_value_text(arg[1]);
	size_t len = words != NULL ? strlen(words) : 0;
	struct buf folded = { 0 };
	struct err e = { 0 };

	(void)n;
	if (text == NULL || len == 0)
		return;
	if (fold_index(&folded, text, (size_t)sqlite3_value_bytes(arg[0]), &e) != ERR_NONE)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_int(context,
		    folded.len >= len && memcmp(folded.data, words, len) == 0 &&
			(folded.data[len] == ' ' || folded.data[len] == '\0'));
	buf_free(&folded);
}

enum err_code
compare_functions(struct db *db, struct err *e)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(db->sql, "fonoteca_fuzzy", 3, flags, NULL, sql_fuzzy, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_create_function(db->sql, "fonoteca_begins", 2, flags, NULL, sql_begins, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_create_function(db->sql, "fonoteca_near", 3, flags, NULL, sql_near, NULL, NULL) !=
		SQLITE_OK)
		return sql_error(db, e);
	return ERR_NONE;
}

/* The value as it folds. */
static void
put_key(const struct place *p, struct buf *sql)
{
	buf_printf(sql, p->key != NULL ? "%s" : "fonoteca_fold(%s)", p->key != NULL ? p->key : p->value);
}

/* "AND key op text", or that it stands before or behind everything that begins with the text. */
static void
add_end(
    struct compiler *c, const struct place *p, const char *op, const char *text, bool behind, struct buf *sql)
{
	char *folded = fold_key(text);
	struct buf end = { 0 };

	if (folded != NULL)
		buf_puts(&end, folded);
	if (folded == NULL || (behind && (buf_puts(&end, behind_all), end.failed))) {
		err_memory(c->e);
	} else {
		buf_puts(sql, " AND ");
		put_key(p, sql);
		buf_printf(sql, " %s ?%d", op, param_text(c, end.data != NULL ? end.data : "", end.len));
	}
	buf_free(&end);
	free(folded);
}

static bool
is_number(const char *s)
{
	struct span v;

	return *s == '\0' || parse_number(s, strlen(s), &v);
}

/* A free tag whose ends are numbers is compared as one. */
static bool
compare_numbers(const struct node *n, const char *value, struct buf *sql)
{
	const char *high = n->op == OP_BETWEEN ? n->high : "";
	bool above = n->op == OP_GREATER || n->op == OP_GREATER_EQUAL || n->op == OP_BETWEEN;
	bool open = n->op == OP_GREATER || n->op == OP_LESS || n->open_low;
	struct span v;

	if (n->tag == NULL || !is_number(n->value) || !is_number(high))
		return false;
	buf_printf(sql, "%s GLOB '*[0-9]*'", value);
	if (*n->value != '\0' && parse_number(n->value, strlen(n->value), &v))
		buf_printf(sql, " AND CAST(%s AS REAL) %c%s %.17g", value, above ? '>' : '<', open ? "" : "=",
		    v.exact);
	if (*high != '\0' && parse_number(high, strlen(high), &v))
		buf_printf(sql, " AND CAST(%s AS REAL) <%s %.17g", value, n->open_high ? "" : "=", v.exact);
	return true;
}

static void
compare(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	if (compare_numbers(n, p->value, sql))
		return;
	put_key(p, sql);
	buf_puts(sql, " <> ''");
	switch (n->op) {
	case OP_LESS:
		add_end(c, p, "<", n->value, false, sql);
		break;
	case OP_LESS_EQUAL:
		add_end(c, p, "<", n->value, true, sql);
		break;
	case OP_GREATER:
		add_end(c, p, ">=", n->value, true, sql);
		break;
	case OP_GREATER_EQUAL:
		add_end(c, p, ">=", n->value, false, sql);
		break;
	case OP_BETWEEN:
		if (*n->value != '\0')
			add_end(c, p, ">=", n->value, n->open_low, sql);
		if (*n->high != '\0')
			add_end(c, p, "<", n->high, !n->open_high, sql);
		break;
	default: /* OP_BEGINS */
		add_end(c, p, ">=", n->value, false, sql);
		add_end(c, p, "<", n->value, true, sql);
		break;
	}
}

/* Every word of the leaf is one of the value's, but for some edits. */
static void
compare_fuzzy(
    struct compiler *c, const struct node *n, const char *folded, const struct place *p, struct buf *sql)
{
	for (size_t i = 0; folded[i] != '\0';) {
		size_t len = strcspn(folded + i, " ");

		buf_printf(sql, "%sfonoteca_fuzzy(%s, ?%d, %d)", i > 0 ? " AND " : "", p->value,
		    param_text(c, folded + i, len), n->distance);
		i += len + (folded[i + len] == ' ');
	}
}

bool
compile_compared(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	struct buf folded = { 0 };

	if (n->op == OP_BEGINS || n->op == OP_BETWEEN || (n->op >= OP_LESS && n->op <= OP_GREATER_EQUAL)) {
		buf_putc(sql, '(');
		compare(c, n, p, sql);
		buf_putc(sql, ')');
		return true;
	}
	if (n->op != OP_FUZZY && n->op != OP_NEAR)
		return false;
	if (fold_index(&folded, n->value, strlen(n->value), c->e) != ERR_NONE || folded.len == 0)
		buf_puts(sql, "0");
	else if (n->op == OP_FUZZY)
		compare_fuzzy(c, n, folded.data, p, sql);
	else
		buf_printf(sql, "fonoteca_near(%s, ?%d, %d)", p->value,
		    param_text(c, folded.data, folded.len), n->distance);
	buf_free(&folded);
	return true;
}
