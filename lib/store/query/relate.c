/* SPDX-License-Identifier: MIT */
#include "store/query/relate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/likeness/likeness.h"
#include "store/query/complain.h"
#include "store/sql.h"
#include "text/harmony.h"

/* Times of a tempo that are as good as it. */
static const double folds[] = { 0.25, 0.5, 1, 2, 4 };
static const double reach = 1.08;

struct relation {
	struct query *q;
	struct db *db;
	bool look;
	struct err *e;
};

static enum err_code
complain(struct relation *r, const struct node *n, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return query_complain(r->e, n->word, n->at, "%s", text);
}

/* "12"; 0 where it is no id. */
static int64_t
read_id(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < 19 && strspn(s, "0123456789") == len ? strtoll(s, NULL, 10) : 0;
}

static struct node *
leaf(enum node_kind kind, enum field f, enum op op, const char *value, const char *high)
{
	struct node *n = node_new(kind);

	if (n == NULL)
		return NULL;
	n->field = f;
	n->op = op;
	n->value = strdup(value);
	n->high = high != NULL ? strdup(high) : NULL;
	if (n->value == NULL || (high != NULL && n->high == NULL)) {
		node_free(n);
		return NULL;
	}
	return n;
}

static struct node *
negation(struct node *n)
{
	struct node *not = node_new(NODE_NOT);

	if (!node_add(not, n)) {
		node_free(not );
		return NULL;
	}
	return not ;
}

/* The keys that go together with k; NULL when memory is out. */
static struct node *
keys_beside(const struct music_key *k)
{
	struct music_key keys[] = { *k, key_on_wheel(k, -1), key_on_wheel(k, 1), key_relative(k) };
	struct node *any = node_new(NODE_OR);

	for (size_t i = 0; any != NULL && i < sizeof keys / sizeof keys[0]; i++) {
		if (!node_add(any, leaf(NODE_TEXT, F_KEY, OP_SAME, keys[i].name, NULL))) {
			node_free(any);
			return NULL;
		}
	}
	return any;
}

static struct node *
tempi_beside(double bpm)
{
	struct node *any = node_new(NODE_OR);

	for (size_t i = 0; any != NULL && i < sizeof folds / sizeof folds[0]; i++) {
		char low[64], high[64];

		snprintf(low, sizeof low, "%.6f", bpm * folds[i] / reach);
		snprintf(high, sizeof high, "%.6f", bpm * folds[i] * reach);
		if (!node_add(any, leaf(NODE_RANGE, F_BPM, OP_BETWEEN, low, high))) {
			node_free(any);
			return NULL;
		}
	}
	return any;
}

/* All but the recording itself, with the key and the tempo that are known. */
static struct node *
mixes_with(const struct music_key *k, double bpm, int64_t recording)
{
	struct node *all = node_new(NODE_AND);
	char id[32];
	bool ok;

	snprintf(id, sizeof id, "%lld", (long long)recording);
	ok = k != NULL || bpm > 0 || node_add(all, negation(node_new(NODE_ALL)));
	if (k != NULL) /* what leaves least comes first */
		ok = ok && node_add(all, keys_beside(k));
	if (bpm > 0)
		ok = ok && node_add(all, tempi_beside(bpm));
	ok = ok && node_add(all, negation(leaf(NODE_RANGE, F_RECORDING, OP_HAS, id, NULL)));
	if (!ok) {
		node_free(all);
		return NULL;
	}
	return all;
}

static enum err_code
mix_track(struct relation *r, const struct node *n, int64_t id, struct node **with)
{
	sqlite3_stmt *st = sql_get(r->db, "SELECT tone, tempo, recording_id FROM track WHERE id = ?", r->e);
	struct music_key k;
	const char *key;
	bool known;
	int step;

	if (st == NULL)
		return r->e->code;
	sql_int(st, 1, id);
	step = sql_step(r->db, st, r->e);
	if (step == 0)
		complain(r, n, "mix: there is no track %lld", (long long)id);
	if (step == 1) {
		double bpm = sqlite3_column_double(st, 1);

		key = (const char *)sqlite3_column_text(st, 0);
		known = key != NULL && key_read(key, &k);
		if (!known && bpm <= 0)
			query_add_note(r->q, r->e, "nothing can be mixed with it",
			    "track %lld has neither a key nor a tempo", (long long)id);
		*with = mixes_with(known ? &k : NULL, bpm, sqlite3_column_int64(st, 2));
		if (*with == NULL)
			err_memory(r->e);
	}
	sql_done(st);
	return r->e->code;
}

static enum err_code
replace_mix(struct relation *r, struct node **slot)
{
	struct node *n = *slot, *with = NULL;
	struct music_key k;
	int64_t id = read_id(n->value);

	if (id > 0) {
		if (!r->look || mix_track(r, n, id, &with) != ERR_NONE)
			return r->e->code;
	} else if (key_read(n->value, &k)) {
		with = keys_beside(&k);
		if (with == NULL)
			return err_memory(r->e);
	} else {
		return complain(
		    r, n, "mix takes a key such as Am or 8A, or the id of a track, not '%s'", n->value);
	}
	*slot = with;
	node_free(n);
	return ERR_NONE;
}

static enum err_code
replace_similar(struct relation *r, struct node *n)
{
	struct likeness *list = NULL;
	int64_t id = read_id(n->value);
	const struct likeness_to to = { .id = &id, .n = 1 };

	if (id == 0)
		return complain(r, n, "similar takes the id of a track, not '%s'", n->value);
	if (!r->look)
		return ERR_NONE;
	if (likeness_find(r->db, &to, NULL, 0, &list, &n->nids, r->e) != ERR_NONE) {
		if (r->e->code == ERR_NOTFOUND)
			complain(r, n, "similar: there is no track %lld", (long long)id);
		return r->e->code;
	}
	n->kind = NODE_IDS;
	n->ids = calloc(n->nids + 1, sizeof *n->ids);
	for (size_t i = 0; n->ids != NULL && i < n->nids; i++)
		n->ids[i] = list[i].id;
	free(list);
	return n->ids != NULL ? ERR_NONE : err_memory(r->e);
}

static enum err_code
relate(struct relation *r, struct node **slot)
{
	if ((*slot)->kind == NODE_SIMILAR)
		return replace_similar(r, *slot);
	if ((*slot)->kind == NODE_MIX)
		return replace_mix(r, slot);
	for (size_t i = 0; i < (*slot)->n && r->e->code == ERR_NONE; i++)
		relate(r, &(*slot)->child[i]);
	return r->e->code;
}

enum err_code
query_relate(struct query *q, struct db *db, bool look, struct err *e)
{
	struct relation r = { .q = q, .db = db, .look = look, .e = e };

	return relate(&r, &q->root);
}
