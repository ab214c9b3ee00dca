/* SPDX-License-Identifier: MIT */
#include "store/query/slot.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/words.h"
#include "store/index.h"
#include "text/fold.h"

void
slots_free(struct slots *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->slot[i].key);
	s->n = 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 128 || c == '\'';
}

/* Behind "artist:", "artist:=~", "artist = ", where a term begins with such; else s itself. */
static const char *
behind_operator(const char *s)
{
	const char *name = s;

	while (isalnum((unsigned char)*s) || *s == '_' || *s == '-')
		s++;
	if (s == name)
		return name;
	while (is_blank(*s))
		s++;
	if (strncmp(s, "contains \"", 10) == 0)
		return s + 9;
	if (strchr(":=!", *s) == NULL || *s == '\0')
		return name;
	s += strspn(s, ":=!~");
	while (is_blank(*s))
		s++;
	return s;
}

/* The bytes of word i from `at` on as a slot, unless there is no single word in them. */
static enum err_code
add_slot(struct slots *s, const struct node *leaf, size_t arg, size_t at, size_t len, struct err *e)
{
	struct slot *slot = &s->slot[s->n];
	struct buf key = { 0 };

	if (s->n == SLOTS_MAX)
		return ERR_NONE;
	if (fold_index(&key, s->words[arg] + at, len, e) != ERR_NONE || key.len == 0 ||
	    strchr(key.data, ' ') != NULL) {
		buf_free(&key);
		return e->code;
	}
	*slot = (struct slot){ .arg = arg, .at = at, .len = len };
	slot->key = buf_detach(&key);
	slot->column = leaf->field != F_NONE ? index_column(leaf->field) : NULL;
	s->n++;
	return slot->key != NULL ? ERR_NONE : err_memory(e);
}

/* The words of a leaf's value in its argument. */
static enum err_code
find_words(struct slots *s, const struct node *leaf, size_t arg, struct err *e)
{
	const char *text = s->words[arg], *from = text + leaf->at;
	bool named = leaf->field != F_NONE;
	const char *start = named ? behind_operator(from) : from;
	size_t before = s->n;

	from = start;
	for (const char *v = leaf->value; *v != '\0';) {
		size_t len = 0;
		char *word;
		const char *at;

		while (is_letter(v[len]))
			len++;
		if (len == 0) {
			v++;
			continue;
		}
		word = strndup(v, len);
		if (word == NULL)
			return err_memory(e);
		at = strstr(from, word);
		free(word);
		if (at == NULL) /* a backslash stands in it */
			return ERR_NONE;
		if (add_slot(s, leaf, arg, (size_t)(at - text), len, e) != ERR_NONE)
			return e->code;
		from = at + len;
		v += len;
	}
	if (s->n > before && leaf->last)
		s->slot[s->n - 1].last = true;
	if (s->n > before && named && start > text + leaf->at && start == text + s->slot[before].at)
		s->slot[before].value = true;
	return ERR_NONE;
}

static bool
may_be_misspelt(const struct node *n)
{
	return n->kind == NODE_TEXT && (n->op == OP_HAS || n->op == OP_SAME) && n->tag == NULL &&
	    !n->prefix && n->word != NULL && (n->field == F_NONE || index_column(n->field) != NULL);
}

static enum err_code
find(struct slots *s, const struct query *q, const struct node *n, struct err *e)
{
	size_t before = s->n, typed = 0;

	if (n->kind == NODE_AND || n->kind == NODE_OR)
		for (size_t i = 0; i < n->n && e->code == ERR_NONE; i++) {
			if (n->child[i]->respelt)
				continue;
			find(s, q, n->child[i], e);
			typed++;
		}
	for (size_t i = before; i < s->n && n->kind == NODE_OR && typed > 1; i++)
		s->slot[i].optional = true;
	if (!may_be_misspelt(n))
		return e->code;
	for (size_t arg = 0; arg < s->nwords; arg++)
		if (n->word == q->words[arg])
			return find_words(s, n, arg, e);
	return e->code;
}

enum err_code
slots_find(struct slots *s, const struct query *q, size_t nwords, struct err *e)
{
	*s = (struct slots){ .words = q->words, .nwords = nwords };
	return find(s, q, q->root, e);
}

bool
slots_adjoin(const struct slots *s, size_t i)
{
	const struct slot *a = &s->slot[i], *b = a + 1;
	const char *end = s->words[a->arg] + a->at + a->len;

	if (i + 1 >= s->n)
		return false;
	if (b->arg == a->arg + 1) /* an argument each */
		return a->at == 0 && *end == '\0' && b->at == 0 && s->words[b->arg][b->len] == '\0';
	if (b->arg != a->arg)
		return false;
	while (is_blank(*end))
		end++;
	return end == s->words[b->arg] + b->at;
}

/* The text of an argument with the moves that touch it. */
static void
rewrite(const struct slots *s, size_t arg, const struct move *moves, size_t nmoves, struct buf *out)
{
	const char *text = s->words[arg];
	size_t done = 0;

	for (size_t m = 0; m < nmoves; m++)
		for (size_t i = moves[m].first; i < moves[m].first + moves[m].n; i++) {
			const struct slot *slot = &s->slot[i];
			bool quote = slot->value && strchr(moves[m].text, ' ') != NULL &&
			    text[slot->at + slot->len] != '\0';

			if (slot->arg != arg)
				continue;
			if (i > moves[m].first &&
			    s->slot[i - 1].arg == arg) { /* it went into the one before */
				done = slot->at + slot->len;
				continue;
			}
			buf_add(out, text + done, slot->at - done);
			if (i == moves[m].first)
				buf_printf(out, quote ? "\"%s\"" : "%s", moves[m].text);
			done = slot->at + slot->len;
			if (moves[m].text[0] == '\0') /* a word that goes takes a blank along */
				done += strspn(text + done, " \t");
			while (moves[m].text[0] == '\0' && strchr("\")", text[done]) != NULL &&
			    out->len > 0 && out->data[out->len - 1] == ' ')
				out->data[--out->len] = '\0';
		}
	buf_puts(out, text + done);
}

/* Is the argument one word that a move makes several of? */
static bool
falls_apart(const struct slots *s, size_t arg, const struct move *moves, size_t nmoves)
{
	for (size_t m = 0; m < nmoves; m++) {
		const struct slot *slot = &s->slot[moves[m].first];

		if (slot->arg == arg && slot->at == 0 && s->words[arg][slot->len] == '\0')
			return true;
	}
	return false;
}

char **
slots_rewrite(const struct slots *s, const struct move *moves, size_t nmoves)
{
	char **words = calloc(s->nwords + 2 * nmoves + 1, sizeof *words);
	size_t n = 0;

	for (size_t arg = 0; words != NULL && arg < s->nwords; arg++) {
		bool apart = falls_apart(s, arg, moves, nmoves);
		struct buf out = { 0 };
		char *text, *next;

		rewrite(s, arg, moves, nmoves, &out);
		text = buf_detach(&out);
		if (text == NULL) {
			words_free(words, n);
			return NULL;
		}
		next = apart ? strchr(text, ' ') : NULL;
		if (next != NULL)
			*next++ = '\0';
		if (*text == '\0' && *s->words[arg] != '\0') { /* it went into the argument before */
			free(text);
			continue;
		}
		words[n++] = text;
		if (next != NULL && (words[n++] = strdup(next)) == NULL) {
			words_free(words, n - 1);
			return NULL;
		}
	}
	return words;
}
