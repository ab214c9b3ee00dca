/* SPDX-License-Identifier: MIT */
#include "store/query/options.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/distance.h"

/* An edit costs more than all that orders corrections with as many. */
enum {
	COST_EDIT = 1000,
	COST_OTHER_LETTER = 300,
	COST_BLANK = 900,
	COST_BLANK_APART = 1150,
	COST_SHORTER = 120, /* letters are left out more often than put in */
	COST_RARE = 8
};
int64_t
options_cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool
options_in_index(struct search *s, const char *column, const struct buf *expression)
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

bool
options_have_word(struct search *s, const struct slot *slot)
{
	struct buf word = { 0 };
	bool found;

	buf_printf(&word, "\"%s\"%s", slot->key, slot->last ? " *" : "");
	found = options_in_index(s, slot->column, &word);
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

/* What it costs to take a word for a key. */
static int
cost_of(const struct near_word *near, const char *key)
{
	bool shorter = text_length(near->text, strlen(near->text)) < text_length(key, strlen(key));

	return near->distance * COST_EDIT + (near->begins_alike ? 0 : COST_OTHER_LETTER) +
	    (shorter ? COST_SHORTER : 0) + rarity(near->docs);
}

void
options_add_near(struct search *s, size_t slot, const char *key, size_t slots, int most, int extra)
{
	struct near_word near[NEAR_WORDS];
	int n = NEAR_WORDS;

	if (vocabulary_near(s->db, key, most, near, &n, s->e) != ERR_NONE)
		return;
	for (int i = 0; i < n; i++)
		add_option(s, slot, near[i].text, slots, extra + cost_of(&near[i], key));
}

/* How many edits a word may have: of few letters too much else is near. */
static int
edits_allowed(const struct search *s, const char *key)
{
	size_t chars = text_length(key, strlen(key));

	return chars < 2 ? 0 : chars < 4 || (chars == 4 && s->slots.n == 1) ? 1 : 2;
}

void
options_add_joined(struct search *s, size_t i)
{
	struct slot *a = &s->slots.slot[i], *b = a + 1;
	struct buf joined = { 0 }, quoted = { 0 };

	buf_printf(&joined, "%s%s", a->key, b->key);
	buf_printf(&quoted, "\"%s\"%s", joined.data, b->last ? " *" : "");
	if (options_in_index(s, a->column, &quoted))
		add_option(s, i, joined.data, 2, COST_BLANK);
	else if (s->e->code == ERR_NONE && text_length(joined.data, joined.len) > 5)
		options_add_near(s, i, joined.data, 2, 1, COST_BLANK);
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
		if (options_in_index(s, column, &together))
			add_option(s, i, text.data, 1,
			    options_in_index(s, column, &row) ? COST_BLANK : COST_BLANK_APART);
		buf_free(&row);
		buf_free(&together);
		buf_free(&text);
	}
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

bool
options_meet(struct search *s, const char *word, size_t j)
{
	const char *other = probable(s, j);
	struct buf both = { 0 };
	bool found;

	if (other == NULL)
		return false;
	buf_printf(&both, "\"%s\" AND \"%s\"%s", word, other,
	    s->slots.slot[j].last && s->slots.slot[j].known ? " *" : "");
	found = options_in_index(s, NULL, &both);
	buf_free(&both);
	return found;
}

static bool
meets_another(struct search *s, const char *word, size_t i)
{
	for (size_t j = 0; j < s->slots.n && s->e->code == ERR_NONE; j++)
		if (j != i && options_meet(s, word, j))
			return true;
	return false;
}

/* A word that exists is near to many others: of more of them those that occur together with other words of
 * the query. */
static void
add_meeting(struct search *s, size_t i)
{
	enum { MANY = 120 };
	const char *key = s->slots.slot[i].key;
	struct near_word *near = calloc(MANY, sizeof *near);
	int64_t until = options_cpu_us() + BUDGET_US / 2;
	int n = MANY;

	if (near == NULL)
		err_memory(s->e);
	else if (vocabulary_near(s->db, key, edits_allowed(s, key), near, &n, s->e) == ERR_NONE)
		for (int k = 0; k < n && s->options[i].n < NEAR_WORDS && options_cpu_us() < until; k++)
			if (meets_another(s, near[k].text, i))
				add_option(s, i, near[k].text, 1, cost_of(&near[k], key));
	free(near);
}

void
options_find(struct search *s, size_t i)
{
	const char *key = s->slots.slot[i].key;

	if (s->options[i].near || s->e->code != ERR_NONE)
		return;
	s->options[i].near = true;
	if (s->slots.slot[i].known && s->slots.n > 1) {
		add_meeting(s, i);
		return;
	}
	options_add_near(s, i, key, 1, edits_allowed(s, key), 0);
	if (!s->slots.slot[i].known && text_length(key, strlen(key)) <= DISTANCE_LONGEST)
		add_split(s, i);
}
