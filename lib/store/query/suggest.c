#include "store/query/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/words.h"
#include "store/query/run.h"
#include "store/query/slot.h"
#include "store/sql.h"
#include "store/vocabulary.h"
#include "text/distance.h"

/* An edit costs more than all that orders corrections with as many. */
enum {
	COST_MEETS = -400,
	COST_EDIT = 1000,
	COST_OTHER_LETTER = 300,
	COST_BLANK = 900,
	COST_BLANK_APART = 1150,
	COST_SHORTER = 120, /* letters are left out more often than put in */
	COST_RARE = 8
};
enum {
	OPTIONS_MOST = NEAR_WORDS + 4, /* for a slot */
	EDITED_MOST = 3,               /* moves of one correction */
	PROBES_MOST = 30,
	PROBES_SURE = 12, /* that are made however long they take */
	BUDGET_US = 6000  /* of CPU, for all of them */
};

struct option {
	char *text;
	size_t slots; /* how many words give way to it */
	int cost;
};

struct options {
	struct option v[OPTIONS_MOST];
	size_t n;
	bool near; /* words near by were looked for */
};

struct correction {
	struct {
		size_t slot, option;
	} move[EDITED_MOST];
	size_t n;
	int cost;
};

struct search {
	struct db *db;
	struct slots slots;
	struct options options[SLOTS_MAX];
	struct correction *list;
	size_t n, cap;
	int64_t least; /* that a correction must find */
	struct err *e;
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

/* Has the index the expression, in a column where one is named? */
static bool
is_in_index(struct search *s, const char *column, const struct buf *expression)
{
	struct buf fts = { 0 };
	sqlite3_stmt *st = sql_get(s->db, "SELECT 1 FROM fts WHERE fts MATCH ?1 LIMIT 1", s->e);
	bool found = false;

	if (column != NULL)
		buf_printf(&fts, "%s : ", column);
	buf_printf(&fts, "(%s)", expression->data);
	if (st != NULL && buf_ok(expression, s->e) == ERR_NONE && buf_ok(&fts, s->e) == ERR_NONE) {
		sql_text(st, 1, fts.data);
		found = sql_step(s->db, st, s->e) == 1;
	}
	sql_done(st);
	buf_free(&fts);
	return found;
}

/* "word", or "word" * */
static bool
has_word(struct search *s, const struct slot *slot)
{
	struct buf word = { 0 };
	bool found;

	buf_printf(&word, "\"%s\"%s", slot->key, slot->last ? " *" : "");
	found = is_in_index(s, slot->column, &word);
	buf_free(&word);
	return found;
}

static void
add_option(struct search *s, size_t slot, const char *text, size_t slots, int cost)
{
	struct options *o = &s->options[slot];
	size_t at = o->n;
	char *copy;

	if (o->n == OPTIONS_MOST)
		return;
	copy = strdup(text);
	if (copy == NULL) {
		err_memory(s->e);
		return;
	}
	while (at > 0 && o->v[at - 1].cost > cost)
		at--;
	memmove(&o->v[at + 1], &o->v[at], (o->n++ - at) * sizeof o->v[0]);
	o->v[at] = (struct option){ copy, slots, cost };
}

/* Commoner words cost less: 0 to COST_RARE a doubling. */
static int
rarity(int64_t docs)
{
	int doublings = 0;

	while (doublings < 24 && docs > 0) {
		docs >>= 1;
		doublings++;
	}
	return (24 - doublings) * COST_RARE;
}

/* Words near a key, for one slot or in the place of two that it was joined from. */
static void
add_near(struct search *s, size_t slot, const char *key, size_t slots, int most, int extra)
{
	struct near_word near[NEAR_WORDS];
	int n = NEAR_WORDS;

	if (vocabulary_near(s->db, key, most, near, &n, s->e) != ERR_NONE)
		return;
	for (int i = 0; i < n; i++)
		add_option(s, slot, near[i].text, slots,
		    extra + near[i].distance * COST_EDIT + (near[i].begins_alike ? 0 : COST_OTHER_LETTER) +
			(text_length(near[i].text, strlen(near[i].text)) < text_length(key, strlen(key))
				? COST_SHORTER
				: 0) +
			rarity(near[i].docs));
}

/* How many edits a word may have: of few letters too much else is near. */
static int
edits_allowed(const struct search *s, const char *key)
{
	size_t chars = text_length(key, strlen(key));

	return chars < 2 ? 0 : chars < 4 || (chars == 4 && s->slots.n == 1) ? 1 : 2;
}

/* "radio head" for radiohead, also misspelt. */
static void
add_joined(struct search *s, size_t i)
{
	struct slot *a = &s->slots.slot[i], *b = a + 1;
	struct buf joined = { 0 }, quoted = { 0 };

	buf_printf(&joined, "%s%s", a->key, b->key);
	buf_printf(&quoted, "\"%s\"%s", joined.data, b->last ? " *" : "");
	if (is_in_index(s, a->column, &quoted))
		add_option(s, i, joined.data, 2, COST_BLANK);
	else if (s->e->code == ERR_NONE && text_length(joined.data, joined.len) > 5)
		add_near(s, i, joined.data, 2, 1, COST_BLANK);
	buf_free(&joined);
	buf_free(&quoted);
}

/* "pinkfloyd" for pink floyd: words that follow each other, or at least occur together. */
static void
add_split(struct search *s, size_t i)
{
	const char *key = s->slots.slot[i].key, *column = s->slots.slot[i].column;
	size_t len = strlen(key);

	for (size_t at = 1; at + 1 < len && s->e->code == ERR_NONE; at++) {
		struct buf row = { 0 }, together = { 0 }, text = { 0 };

		if (((unsigned char)key[at] & 0xc0) == 0x80 || text_length(key, at) < 2)
			continue;
		buf_printf(&text, "%.*s %s", (int)at, key, key + at);
		buf_printf(&together, "\"%.*s\" AND \"%s\"", (int)at, key, key + at);
		buf_printf(&row, "\"%s\"", text.data);
		if (is_in_index(s, column, &together))
			add_option(
			    s, i, text.data, 1, is_in_index(s, column, &row) ? COST_BLANK : COST_BLANK_APART);
		buf_free(&row);
		buf_free(&together);
		buf_free(&text);
	}
}

static void
find_options(struct search *s, size_t i)
{
	const char *key = s->slots.slot[i].key;

	if (s->options[i].near || s->e->code != ERR_NONE)
		return;
	s->options[i].near = true;
	add_near(s, i, key, 1, edits_allowed(s, key), 0);
	if (!s->slots.slot[i].known)
		add_split(s, i);
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

/* Does the corrected query find something?  Its words go to *words if so. */
static bool
probe(struct search *s, const struct correction *c, char ***words)
{
	struct move moves[EDITED_MOST];
	struct query *q = NULL;
	struct err own = { 0 }; /* a word that reads as an operator makes no suggestion, and no error */
	char **better;
	bool found = false, whole = false;
	size_t n = 0;

	for (size_t m = 0; m < c->n; m++) {
		const struct option *o = &s->options[c->move[m].slot].v[c->move[m].option];

		moves[m] = (struct move){ c->move[m].slot, o->slots, o->text };
		whole |= s->slots.slot[moves[m].first + moves[m].n - 1].last;
	}
	better = slots_rewrite(&s->slots, moves, c->n);
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

static int64_t
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
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
		if (i >= PROBES_SURE && cpu_us() > until)
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

/* The word that a slot has, or most probably was to have; NULL: nobody knows. */
static const char *
probable(const struct search *s, size_t i)
{
	const struct options *o = &s->options[i];

	return s->slots.slot[i].known        ? s->slots.slot[i].key
	    : o->n > 0 && o->v[0].slots == 1 ? o->v[0].text
					     : NULL;
}

/* Of three words and more too many can be wrong at once to try all of it: words that occur together with
 * others of the query come first. */
static void
weigh(struct search *s, size_t i, int64_t until)
{
	struct options *o = &s->options[i];

	for (size_t k = 0; k < o->n && k < NEAR_WORDS / 2 && cpu_us() < until; k++)
		for (size_t j = 0; j < s->slots.n && s->e->code == ERR_NONE; j++) {
			struct buf both = { 0 };

			if (j == i || probable(s, j) == NULL)
				continue;
			buf_printf(&both, "\"%s\" AND \"%s\"", o->v[k].text, probable(s, j));
			if (is_in_index(s, NULL, &both))
				o->v[k].cost += COST_MEETS;
			buf_free(&both);
		}
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
	found = is_in_index(s, NULL, &all);
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
	until = cpu_us() + BUDGET_US;
	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE && cpu_us() < until; i++)
		find_options(s, i);
	for (size_t i = 0; i < s->slots.n && s->slots.n > 2 && s->e->code == ERR_NONE; i++)
		weigh(s, i, until);
	for (size_t moves = unknown > 0 ? unknown + 1 : 1; moves <= EDITED_MOST; moves++)
		if (try_all(s, moves, moves, until, words))
			return true;
	return false;
}

static void
look_up(struct search *s, char ***words)
{
	int64_t until = cpu_us() + BUDGET_US;
	size_t unknown = 0, optional = 0;

	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE; i++) {
		struct slot *slot = &s->slots.slot[i];

		slot->known = has_word(s, slot);
		unknown += !slot->known;
		optional += !slot->known && slot->optional;
	}
	for (size_t i = 0; i < s->slots.n && s->e->code == ERR_NONE; i++) {
		if (slots_adjoin(&s->slots, i))
			add_joined(s, i);
		if (!s->slots.slot[i].known)
			find_options(s, i);
	}
	if (correct(s, unknown, until, words) || optional == 0)
		return;
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
			add_near(&s, i, slot->key, 1, 1, 0);
	}
	if (e->code == ERR_NONE)
		try_all(&s, 1, 1, cpu_us() + BUDGET_US / 4, words);
out:
	search_free(&s);
	return e->code;
}
