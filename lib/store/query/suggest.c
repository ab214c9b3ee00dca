/* SPDX-License-Identifier: MIT */
#include "store/query/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "store/query/options.h"
#include "store/query/run.h"
#include "text/distance.h"

/* It costs less than another of as many edits. */
enum { COST_MEETS = -400 };
enum {
	EDITED_MOST = 3, /* moves of one correction */
	PROBES_MOST = 30,
	PROBES_SURE = 12, /* that are made however long they take */
	LEFT_OUT_MOST = 4
};

struct correction {
	struct {
		size_t slot, option;
	} move[EDITED_MOST];
	size_t n;
	int cost;
};

static void
search_free(struct search *s)
{
	for (size_t i = 0; i < s->slots.n; i++)
		for (size_t k = 0; k < s->options[i].n; k++)
			free(s->options[i].v[k].text);
	free(s->list);
	slots_free(&s->slots);
}

static void
add_correction(struct search *s, const struct correction *c)
{
	if (s->n == s->cap) {
		size_t cap = s->cap > 0 ? 2 * s->cap : 128;
		struct correction *more = realloc(s->list, cap * sizeof *more);

		if (more == NULL) {
			err_memory(s->e);
			return;
		}
		s->list = more;
		s->cap = cap;
	}
	s->list[s->n++] = *c;
}

/* Every way to correct the slots from i on with `least` to `most` moves in all so that none is unknown.  The
 * more of them there are, the fewer options of each are looked at. */
static void
combine(struct search *s, size_t i, struct correction *c, size_t least, size_t most, size_t ranks)
{
	const struct options *o = &s->options[i];

	if (i >= s->slots.n) {
		if (c->n >= least)
			add_correction(s, c);
		return;
	}
	if (s->slots.slot[i].known)
		combine(s, i + 1, c, least, most, ranks);
	for (size_t k = 0; k < o->n && k <= ranks && c->n < most; k++) {
		struct correction next = *c;

		next.move[next.n].slot = i;
		next.move[next.n++].option = k;
		next.cost += o->v[k].cost;
		combine(s, i + o->v[k].slots, &next, least, most, ranks - k);
	}
}

static int
by_cost(const void *left, const void *right)
{
	const struct correction *a = left, *b = right;

	return (a->cost > b->cost) - (a->cost < b->cost);
}

/* Does the query find something with these moves made?  Its words go to *words if so.  `whole`: its last word
 * does not stand for the beginnings of others. */
static bool
probe_moves(struct search *s, const struct move *moves, size_t nmoves, bool whole, char ***words)
{
	char **better = slots_rewrite(&s->slots, moves, nmoves);
	struct query *q = NULL;
	struct err own = { 0 }; /* a word that reads as an operator makes no suggestion, and no error */
	bool found = false;
	size_t n = 0;

	if (better == NULL) {
		err_memory(s->e);
		return false;
	}
	if (query_parse(&q, s->db, better, &own) == ERR_NONE)
		(void)query_finds(q, s->db, whole, s->least, &found, &own);
	query_free(q);
	if (found) {
		*words = better;
		return true;
	}
	while (better[n] != NULL)
		n++;
	words_free(better, n);
	return false;
}

static bool
probe(struct search *s, const struct correction *c, char ***words)
{
	struct move moves[EDITED_MOST];
	bool whole = false;

	for (size_t m = 0; m < c->n; m++) {
		const struct option *o = &s->options[c->move[m].slot].v[c->move[m].option];

		moves[m] = (struct move){ c->move[m].slot, o->slots, o->text };
		whole |= s->slots.slot[moves[m].first + moves[m].n - 1].last;
	}
	return probe_moves(s, moves, c->n, whole, words);
}

static bool
try_all(struct search *s, size_t least, size_t most, int64_t until, char ***words)
{
	struct correction none = { 0 };

	s->n = 0;
	combine(s, 0, &none, least, most, NEAR_WORDS);
	if (s->e->code != ERR_NONE || s->n == 0)
		return false;
	qsort(s->list, s->n, sizeof *s->list, by_cost);
	for (size_t i = 0; i < s->n && i < PROBES_MOST && s->e->code == ERR_NONE; i++) {
		if (i >= PROBES_SURE && options_cpu_us() > until)
			break;
		if (probe(s, &s->list[i], words))
			return true;
	}
	return false;
}

static int
by_option_cost(const void *left, const void *right)
{
	const struct option *a = left, *b = right;

	return (a->cost > b->cost) - (a->cost < b->cost);
}

/* Of three words and more too many can be wrong at once to try all of it: words that occur together with
 * others of the query come first. */
static void
weigh(struct search *s, size_t i, int64_t until)
{
	struct options *o = &s->options[i];

	for (size_t k = 0; k < o->n && k < NEAR_WORDS / 2 && options_cpu_us() < until; k++)
		for (size_t j = 0; j < s->slots.n && s->e->code == ERR_NONE; j++)
			if (j != i && options_meet(s, o->v[k].text, j))
				o->v[k].cost += COST_MEETS;
	qsort(o->v, o->n, sizeof o->v[0], by_option_cost);
}

/* Do the words occur together, so that it is the rest of the query that finds nothing? */
static bool
occur_together(struct search *s)
{
	struct buf all = { 0 };
	bool found;

	for (size_t i = 0; i < s->slots.n; i++) {
		const struct slot *slot = &s->slots.slot[i];

		buf_puts(&all, i > 0 ? " AND " : "");
		if (slot->column != NULL)
			buf_printf(&all, "%s : ", slot->column);
		buf_printf(&all, "\"%s\"%s", slot->key, slot->last ? " *" : "");
	}
	found = options_in_index(s, NULL, &all);
	buf_free(&all);
	return found;
}

/* Is there a word that must give way and has nothing to give way to? */
static bool
is_hopeless(const struct search *s)
{
	for (size_t i = 0; i < s->slots.n; i++) {
		bool joined = i > 0 && s->options[i - 1].n > 0 && slots_adjoin(&s->slots, i - 1);

		if (!s->slots.slot[i].known && s->options[i].n == 0 && !joined)
			return true;
	}
	return false;
}

/* With `unknown` words that must give way, and others that may. */
static bool
correct(struct search *s, size_t unknown, int64_t until, char ***words)
{
	if (unknown > EDITED_MOST || s->e->code != ERR_NONE || is_hopeless(s) ||
	    (unknown == 0 && occur_together(s)))
		return false;
	if (try_all(s, 1, unknown > 0 ? unknown : 1, until, words))
		return true;
	/* words that exist, but not together, may be misspelt, too */
	until = options_cpu_us() + BUDGET_US;
	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE && options_cpu_us() < until; i++)
		options_find(s, i);
	for (size_t i = 0; i < s->slots.n && s->slots.n > 2 && s->e->code == ERR_NONE; i++)
		weigh(s, i, until);
	for (size_t moves = unknown > 0 ? unknown + 1 : 1; moves <= EDITED_MOST; moves++)
		if (try_all(s, moves, moves, until, words))
			return true;
	return false;
}

/* May the word go without taking an operator or a field with it? */
static bool
stands_among_words(const struct search *s, size_t i)
{
	return !s->slots.slot[i].value && s->slots.slot[i].column == NULL &&
	    ((i > 0 && slots_adjoin(&s->slots, i - 1)) || (i + 1 < s->slots.n && slots_adjoin(&s->slots, i)));
}

/* Of three words and more one may be too much: creep by radiohead.  That which no track has, else the
 * shortest few of them by turns. */
static void
leave_one_out(struct search *s, char ***words)
{
	bool tried[SLOTS_MAX] = { false };
	size_t unknown = 0;

	for (size_t i = 0; i < s->slots.n; i++)
		unknown += !s->slots.slot[i].known;
	for (int n = 0; n < LEFT_OUT_MOST && s->slots.n >= 3 && unknown <= 1 && s->e->code == ERR_NONE; n++) {
		struct move gone = { s->slots.n, 1, "" };

		for (size_t i = 0; i < s->slots.n; i++) {
			const struct slot *slot = &s->slots.slot[i];

			if (tried[i] || (unknown > 0 && slot->known) || !stands_among_words(s, i))
				continue;
			if (gone.first == s->slots.n ||
			    strlen(slot->key) < strlen(s->slots.slot[gone.first].key))
				gone.first = i;
		}
		if (gone.first == s->slots.n || probe_moves(s, &gone, 1, false, words))
			return;
		tried[gone.first] = true;
	}
}

static void
look_up(struct search *s, char ***words)
{
	int64_t until = options_cpu_us() + BUDGET_US;
	size_t unknown = 0, optional = 0;

	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE; i++) {
		struct slot *slot = &s->slots.slot[i];

		slot->known = options_have_word(s, slot);
		unknown += !slot->known;
		optional += !slot->known && slot->optional;
	}
	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE; i++) {
		if (slots_adjoin(&s->slots, i))
			options_add_joined(s, i);
		if (!s->slots.slot[i].known)
			options_find(s, i);
	}
	if (correct(s, unknown, until, words))
		return;
	if (optional == 0) {
		leave_one_out(s, words);
		return;
	}
	for (size_t i = 0; i < s->slots.n; i++)
		s->slots.slot[i].known |= s->slots.slot[i].optional;
	correct(s, unknown - optional, until, words);
}

enum err_code
query_suggest(struct query *q, struct db *db, char ***words, struct err *e)
{
	struct search s = { .db = db, .least = 1, .e = e };

	if (slots_find(&s.slots, q, q->narguments, e) == ERR_NONE && s.slots.n > 0)
		look_up(&s, words);
	search_free(&s);
	return e->code;
}

/* Is the word in so few documents that it may be a slip of the pen in them? */
static bool
is_rare(struct search *s, const struct slot *slot)
{
	sqlite3_stmt *st =
	    sql_get(s->db, "SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ?1 LIMIT ?2)", s->e);
	struct buf word = { 0 };
	bool rare = false;

	buf_printf(&word, "\"%s\"", slot->key);
	if (st != NULL && buf_ok(&word, s->e) == ERR_NONE) {
		sql_text(st, 1, word.data);
		sql_int(st, 2, SUGGEST_FEW + 1);
		rare = sql_step(s->db, st, s->e) == 1 && sqlite3_column_int(st, 0) <= SUGGEST_FEW;
	}
	sql_done(st);
	buf_free(&word);
	return rare;
}

enum err_code
query_suggest_more(struct query *q, struct db *db, size_t found, char ***words, int64_t *least, struct err *e)
{
	struct search s = { .db = db, .least = (int64_t)found * SUGGEST_TIMES, .e = e };

	*least = s.least;
	if (slots_find(&s.slots, q, q->narguments, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < s.slots.n && e->code == ERR_NONE; i++) {
		struct slot *slot = &s.slots.slot[i];

		slot->known = true;
		if (text_length(slot->key, strlen(slot->key)) >= SUGGEST_LETTERS && is_rare(&s, slot))
			options_add_near(&s, i, slot->key, 1, 1, 0);
	}
	if (e->code == ERR_NONE)
		try_all(&s, 1, 1, options_cpu_us() + BUDGET_US / 4, words);
out:
	search_free(&s);
	return e->code;
}
