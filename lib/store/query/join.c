/* SPDX-License-Identifier: MIT */
#include "store/query/join.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/index.h"
#include "store/query/bare.h"
#include "store/sql.h"
#include "text/distance.h"
#include "text/fold.h"

enum { LETTERS_HALF = 3, LETTERS_SEAMED = 3, LETTERS_JOINED = 5, WORDS_MOST = 6, OTHERS_MOST = 4 };

struct joiner {
	struct db *db;
	struct node *others[OTHERS_MOST + 1];
	size_t n;
	struct err *e;
};

/* The only word of a term that may be spelt otherwise, folded; NULL where it is none. */
static char *
only_word(struct joiner *j, const struct node *n)
{
	const char *column = n->kind == NODE_TEXT && n->field != F_NONE ? index_column(n->field) : "";
	struct buf folded = { 0 };
	char *word = NULL;

	if (n->kind != NODE_TEXT || n->op != OP_HAS || n->tag != NULL || n->phrase || n->prefix ||
	    column == NULL || *column == 'x' || strpbrk(n->value, " \t\r\n") != NULL)
		return NULL;
	if (fold_index(&folded, n->value, strlen(n->value), j->e) == ERR_NONE && folded.len > 0 &&
	    strchr(folded.data, ' ') == NULL)
		word = buf_detach(&folded);
	buf_free(&folded);
	return word;
}

static bool
is_in_index(struct joiner *j, enum field f, const char *words)
{
	sqlite3_stmt *st = sql_get(j->db, "SELECT 1 FROM fts WHERE fts MATCH ?1 LIMIT 1", j->e);
	struct buf fts = { 0 };
	bool found = false;

	if (f != F_NONE)
		buf_printf(&fts, "%s : ", index_column(f));
	buf_printf(&fts, "\"%s\"", words);
	if (st != NULL && buf_ok(&fts, j->e) == ERR_NONE) {
		sql_text(st, 1, fts.data);
		found = sql_step(j->db, st, j->e) == 1;
	}
	sql_done(st);
	buf_free(&fts);
	return found;
}

/* `whole` with other words in the place of `taken` of its terms from `at` on, as another alternative. */
static void
add_other(struct joiner *j, const struct node *whole, size_t at, size_t taken, const char *words)
{
	struct node *other = j->n < OTHERS_MOST ? node_copy(whole) : NULL, *leaf;

	if (other == NULL) {
		if (j->n < OTHERS_MOST)
			err_memory(j->e);
		return;
	}
	leaf = other->kind == NODE_AND ? other->child[at] : other;
	free(leaf->value);
	leaf->value = strdup(words);
	leaf->word = NULL; /* it stands nowhere in the arguments */
	leaf->phrase = strchr(words, ' ') != NULL;
	leaf->last = taken > 1 && whole->child[at + taken - 1]->last;
	if (taken > 1) {
		node_free(other->child[at + 1]);
		memmove(
		    other->child + at + 1, other->child + at + 2, (other->n - at - 2) * sizeof *other->child);
		other->n--;
	}
	if (leaf->value == NULL)
		err_memory(j->e);
	if (other->kind == NODE_AND && other->n == 1) {
		other->n = 0;
		node_free(other);
		other = leaf;
	}
	other->respelt = true;
	j->others[j->n++] = other;
}

/* May a word be cut in front of its i-th byte?  Between a letter and a digit there is little doubt: sum41. */
static bool
is_seam(const char *word, size_t len, size_t i)
{
	bool before = isdigit((unsigned char)word[i - 1]), behind = isdigit((unsigned char)word[i]);

	if (((unsigned char)word[i] & 0xc0) == 0x80)
		return false;
	return (before != behind && len >= LETTERS_SEAMED) ||
	    (text_length(word, i) >= LETTERS_HALF && text_length(word + i, len - i) >= LETTERS_HALF);
}

static void
try_halves(struct joiner *j, const struct node *whole, size_t at, enum field f, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 1; i < len && j->e->code == ERR_NONE; i++) {
		struct buf both = { 0 };

		if (!is_seam(word, len, i))
			continue;
		buf_printf(&both, "%.*s %s", (int)i, word, word + i);
		if (buf_ok(&both, j->e) == ERR_NONE && is_in_index(j, f, both.data))
			add_other(j, whole, at, 1, both.data);
		buf_free(&both);
	}
}

static void
try_joined(struct joiner *j, const struct node *whole, size_t at, enum field f, const char *a, const char *b)
{
	struct buf both = { 0 };

	buf_printf(&both, "%s%s", a, b);
	if (buf_ok(&both, j->e) == ERR_NONE && text_length(both.data, both.len) >= LETTERS_JOINED &&
	    is_in_index(j, f, both.data))
		add_other(j, whole, at, 2, both.data);
	buf_free(&both);
}

/* The term, or list of terms, that must match. */
static void
find_others(struct joiner *j, const struct node *whole)
{
	size_t n = whole->kind == NODE_AND ? whole->n : 1;
	char *before = NULL;

	for (size_t i = 0; i < n && i < WORDS_MOST && j->e->code == ERR_NONE; i++) {
		const struct node *leaf = whole->kind == NODE_AND ? whole->child[i] : whole;
		char *word = only_word(j, leaf);

		if (word != NULL && text_length(word, strlen(word)) <= DISTANCE_LONGEST)
			try_halves(j, whole, i, leaf->field, word);
		if (word != NULL && before != NULL && whole->child[i - 1]->field == leaf->field)
			try_joined(j, whole, i - 1, leaf->field, before, word);
		free(before);
		before = word;
	}
	free(before);
}

static enum err_code
respell(struct joiner *j, struct node **slot)
{
	struct node *any, *bare;

	j->n = 0;
	find_others(j, *slot);
	bare = j->e->code == ERR_NONE ? bare_other(j->db, *slot, j->e) : NULL;
	if (bare != NULL)
		j->others[j->n++] = bare;
	if (j->n == 0)
		return j->e->code;
	any = node_new(NODE_OR);
	if (any == NULL || j->e->code != ERR_NONE || !node_add(any, *slot)) {
		for (size_t i = 0; i < j->n; i++)
			node_free(j->others[i]);
		if (any != NULL && any->n == 0 && j->e->code == ERR_NONE) /* node_add() took it */
			*slot = NULL;
		node_free(any);
		return j->e->code != ERR_NONE ? j->e->code : err_memory(j->e);
	}
	*slot = any;
	for (size_t i = 0; i < j->n; i++)
		if (!node_add(any, j->others[i]))
			err_memory(j->e);
	return j->e->code;
}

enum err_code
query_join(struct query *q, struct db *db, struct err *e)
{
	struct joiner j = { .db = db, .e = e };

	if (q->root->kind != NODE_OR)
		return respell(&j, &q->root);
	for (size_t i = 0; i < q->root->n && i < WORDS_MOST && e->code == ERR_NONE; i++)
		respell(&j, &q->root->child[i]);
	return e->code == ERR_NONE ? node_flatten(&q->root, e) : e->code;
}
