#include "store/query/spell.h"

#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/sql.h"
#include "text/distance.h"
#include "text/fold.h"

/* As many words stand for one. */
enum { WORDS_MAX = 50 };

struct found {
	char *word;
	int distance;
	int64_t tracks;
};

struct speller {
	struct db *db;
	struct found found[WORDS_MAX];
	size_t n;
	bool ready; /* the vocabulary can be read */
	struct err *e;
};

static void
forget_words(struct speller *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->found[i].word);
	s->n = 0;
}

static bool
is_better(const struct found *a, const struct found *b)
{
	return a->distance != b->distance ? a->distance < b->distance : a->tracks > b->tracks;
}

/* Put a word where it belongs; the last of too many is dropped. */
static enum err_code
keep(struct speller *s, const char *word, size_t len, int distance, int64_t tracks)
{
	struct found f = { NULL, distance, tracks };
	size_t at = s->n;

	while (at > 0 && is_better(&f, &s->found[at - 1]))
		at--;
	if (at == WORDS_MAX)
		return ERR_NONE;
	f.word = strndup(word, len);
	if (f.word == NULL)
		return err_memory(s->e);
	if (s->n == WORDS_MAX)
		free(s->found[--s->n].word);
	memmove(s->found + at + 1, s->found + at, (s->n - at) * sizeof f);
	s->found[at] = f;
	s->n++;
	return ERR_NONE;
}

/* A table of the connection's own, which one that only reads may have, too. */
static enum err_code
open_vocabulary(struct speller *s)
{
	bool reads = s->db->mode == DB_READ;

	if (s->ready)
		return ERR_NONE;
	if ((!reads || sql_exec(s->db, "PRAGMA query_only = OFF", s->e) == ERR_NONE) &&
	    sql_exec(s->db, "CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'fts', 'row')", s->e) ==
		ERR_NONE)
		s->ready = true;
	return s->e->code;
}

static enum err_code
close_vocabulary(struct speller *s)
{
	struct err ignored = { 0 };
	struct err *e = s->e->code == ERR_NONE ? s->e : &ignored;

	if (s->ready && sql_exec(s->db, "DROP TABLE temp.word", e) == ERR_NONE && s->db->mode == DB_READ)
		sql_exec(s->db, "PRAGMA query_only = ON", e);
	return s->e->code;
}

/* The words of the index within some edits of a folded one. */
static enum err_code
find_words(struct speller *s, const char *word, size_t len, int edits)
{
	struct distance d;
	sqlite3_stmt *st;

	forget_words(s);
	if (!distance_begin(&d, word, len))
		return ERR_NONE;
	if (open_vocabulary(s) != ERR_NONE)
		return s->e->code;
	st = sql_get(s->db, "SELECT term, doc FROM temp.word", s->e);
	while (st != NULL && sql_step(s->db, st, s->e) > 0) {
		const char *other = (const char *)sqlite3_column_text(st, 0);
		size_t n = (size_t)sqlite3_column_bytes(st, 0);
		int distance = other != NULL ? distance_to(&d, other, n, edits) : edits + 1;

		if (distance <= edits && keep(s, other, n, distance, sqlite3_column_int64(st, 1)) != ERR_NONE)
			break;
	}
	sql_done(st);
	return s->e->code;
}

/* A leaf for one word, which stands nowhere in the arguments. */
static struct node *
word_of(const struct node *leaf, const char *word, size_t len)
{
	struct node *n = node_new(NODE_TEXT);

	if (n == NULL)
		return NULL;
	n->field = leaf->field;
	n->value = strndup(word, len);
	if (n->value == NULL) {
		node_free(n);
		return NULL;
	}
	return n;
}

/* One of the words that were found; the word itself where there was none. */
static struct node *
any_of(struct speller *s, const struct node *leaf, const char *word, size_t len)
{
	struct node *any;

	if (s->n < 2)
		return s->n == 0 ? word_of(leaf, word, len)
				 : word_of(leaf, s->found[0].word, strlen(s->found[0].word));
	any = node_new(NODE_OR);
	for (size_t i = 0; any != NULL && i < s->n; i++)
		if (!node_add(any, word_of(leaf, s->found[i].word, strlen(s->found[i].word)))) {
			node_free(any);
			return NULL;
		}
	return any;
}

static enum err_code
replace(struct speller *s, struct node **slot)
{
	struct node *leaf = *slot, *all = node_new(NODE_AND);
	struct buf folded = { 0 };

	if (all == NULL)
		err_memory(s->e);
	else
		fold_index(&folded, leaf->value, strlen(leaf->value), s->e);
	for (size_t i = 0; i < folded.len && s->e->code == ERR_NONE;) {
		size_t len = strcspn(folded.data + i, " ");

		if (find_words(s, folded.data + i, len, leaf->distance) == ERR_NONE &&
		    !node_add(all, any_of(s, leaf, folded.data + i, len)))
			err_memory(s->e);
		i += len + 1;
	}
	buf_free(&folded);
	if (s->e->code != ERR_NONE || all->n == 0) { /* nothing but signs: it finds nothing */
		node_free(all);
		return s->e->code;
	}
	*slot = all;
	node_free(leaf);
	return ERR_NONE;
}

static bool
is_indexed(const struct node *n)
{
	return n->tag == NULL && (n->field == F_NONE || index_column(n->field) != NULL);
}

static enum err_code
spell(struct speller *s, struct node **slot)
{
	struct node *n = *slot;

	if (n->kind == NODE_TEXT && n->op == OP_FUZZY && is_indexed(n))
		return replace(s, slot);
	for (size_t i = 0; i < n->n && s->e->code == ERR_NONE; i++)
		spell(s, &n->child[i]);
	return s->e->code;
}

enum err_code
query_spell(struct query *q, struct db *db, struct err *e)
{
	struct speller s = { .db = db, .e = e };

	spell(&s, &q->root);
	forget_words(&s);
	return close_vocabulary(&s);
}
