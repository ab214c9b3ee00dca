/* SPDX-License-Identifier: MIT */
#include "store/query/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "store/packed/kind.h"

enum verdict { NO, PERHAPS, YES };

static enum verdict
verdict(const struct sieve_test *t, uint64_t code)
{
	enum verdict v;

	if (t->column == PACKED_KIND)
		v = code == KIND_OTHER ? PERHAPS : t->kinds[code >> 6] >> (code & 63) & 1 ? YES : NO;
	else if (code < t->low || code > t->high)
		v = NO;
	else
		v = code >= t->sure_low && code <= t->sure_high ? YES : PERHAPS;
	return t->negated ? YES - v : v;
}

bool
sieve_may(struct sieve *s, int set, int64_t doc)
{
	const struct sieve_set *tests = &s->set[set];

	for (int i = 0; i < tests->n; i++) {
		const struct sieve_test *t = &tests->test[i];
		uint64_t code = 0;

		if (t->members == NULL && packed_code(&s->packed, t->column, doc, &code, &s->e) > 0 &&
		    verdict(t, code) == NO)
			return false;
	}
	return true;
}

enum err_code
sieve_ask_members(struct compiler *c, int set)
{
	struct sieve *s = c->sieve;

	for (int i = 0; i < s->set[set].n && c->e->code == ERR_NONE; i++)
		if (s->set[set].test[i].members != NULL)
			members_fill(s->set[set].test[i].members, c);
	return c->e->code;
}

/* What each test says of n documents of a chunk. */
static enum err_code
try_members(struct sieve *s, const struct sieve_test *t, int64_t chunk, const uint16_t *place, size_t n,
    uint8_t *say, struct err *e)
{
	uint64_t track[PACKED_CHUNK], release[PACKED_CHUNK];
	const uint8_t *codes;

	if (!t->members->filled) {
		memset(say, PERHAPS, n);
		return ERR_NONE;
	}
	if (packed_whole(&s->packed, PACKED_TRACK, chunk, &codes, e) < 0)
		return e->code;
	packed_read(PACKED_TRACK, codes, place, n, track);
	if (packed_whole(&s->packed, PACKED_RELEASE, chunk, &codes, e) < 0)
		return e->code;
	packed_read(PACKED_RELEASE, codes, place, n, release);
	for (size_t i = 0; i < n; i++) {
		bool is = bits_have(&t->members->of[OF_DOC], (chunk << PACKED_SHIFT) + place[i]) ||
		    bits_have(&t->members->of[OF_TRACK], packed_value(PACKED_TRACK, track[i])) ||
		    bits_have(&t->members->of[OF_RELEASE], packed_value(PACKED_RELEASE, release[i]));

		say[i] = is != t->negated ? YES : NO;
	}
	return ERR_NONE;
}

static enum err_code
try(struct sieve *s, const struct sieve_test *t, int64_t chunk, const uint16_t *place, size_t n, uint8_t *say,
    struct err *e)
{
	uint64_t code[PACKED_CHUNK];
	const uint8_t *codes;

	if (t->members != NULL)
		return try_members(s, t, chunk, place, n, say, e);
	if (packed_whole(&s->packed, t->column, chunk, &codes, e) < 0)
		return e->code;
	packed_read(t->column, codes, place, n, code);
	for (size_t i = 0; i < n; i++)
		say[i] = (uint8_t)verdict(t, code[i]);
	return ERR_NONE;
}

size_t
sieve_keep(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t n)
{
	for (int i = 0; set != SIEVE_NONE && i < s->set[set].n; i++) {
		const struct sieve_test *t = &s->set[set].test[i];
		uint8_t say[PACKED_CHUNK];
		size_t kept = 0;

		if (t->members != NULL ? !t->members->filled : !s->packed.packed[chunk])
			continue;
		if (try(s, t, chunk, place, n, say, &s->e) != ERR_NONE)
			return n;
		for (size_t k = 0; k < n; k++) {
			place[kept] = place[k];
			kept += say[k] != NO;
		}
		n = kept;
	}
	return n;
}

enum err_code
sieve_split(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t *n, uint16_t *doubt,
    size_t *ndoubt, struct err *e)
{
	bool perhaps[PACKED_CHUNK] = { false }; /* by place */
	size_t sure = 0;

	*ndoubt = 0;
	for (int i = 0; set != SIEVE_NONE && i < s->set[set].n; i++) {
		uint8_t say[PACKED_CHUNK];
		size_t kept = 0;

		if (try(s, &s->set[set].test[i], chunk, place, *n, say, e) != ERR_NONE)
			return e->code;
		for (size_t k = 0; k < *n; k++) {
			place[kept] = place[k];
			perhaps[place[k]] |= say[k] == PERHAPS;
			kept += say[k] != NO;
		}
		*n = kept;
	}
	for (size_t k = 0; k < *n; k++) {
		if (perhaps[place[k]])
			doubt[(*ndoubt)++] = place[k];
		else
			place[sure++] = place[k];
	}
	*n = sure;
	return ERR_NONE;
}

static void
sql_may(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct sieve *s = sqlite3_user_data(context);
	int64_t set = sqlite3_value_int64(value[1]);

	(void)n;
	if (set < 0 || set >= s->n) /* nobody but us calls it */
		sqlite3_result_int(context, 1);
	else
		sqlite3_result_int(context, sieve_may(s, (int)set, sqlite3_value_int64(value[0])));
}

enum err_code
sieve_open(struct compiler *c)
{
	struct sieve *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_memory(c->e);
	if (packed_open(&s->packed, c->db, c->e) != ERR_NONE) {
		free(s);
		return c->e->code;
	}
	c->sieve = s;
	if (sqlite3_create_function(c->db->sql, "fonoteca_may", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, s,
		sql_may, NULL, NULL) != SQLITE_OK)
		return sql_error(c->db, c->e);
	return ERR_NONE;
}

static void
set_free(struct sieve_set *set)
{
	for (int i = 0; i < set->n; i++)
		members_free(set->test[i].members);
	set->n = 0;
}

void
sieve_close(struct compiler *c)
{
	if (c->sieve == NULL)
		return;
	if (c->sieve->e.code != ERR_NONE && c->e->code == ERR_NONE)
		*c->e = c->sieve->e;
	packed_close(&c->sieve->packed);
	for (int i = 0; i < c->sieve->n; i++)
		set_free(&c->sieve->set[i]);
	free(c->sieve);
	c->sieve = NULL;
}

/* Is the index told of it, and of all of it? */
static bool
is_known(struct compiler *c, const struct node *n, bool *exact)
{
	const struct node *asked = n->kind == NODE_NOT ? n->child[0] : n;
	struct buf ignored = { 0 };
	bool known = compile_match(c, asked, &ignored, exact);

	buf_free(&ignored);
	return known;
}

int
sieve_add(struct compiler *c, const struct node *list, bool indexed, int *sure)
{
	struct sieve *s = c->sieve;
	struct sieve_set *set;
	bool all = true, helps = false;

	*sure = SIEVE_NONE;
	if (s == NULL || s->n == SIEVE_SETS)
		return SIEVE_NONE;
	set = &s->set[s->n];
	set->n = 0;
	for (size_t i = 0; i < list->n; i++) {
		bool exact = false, known = indexed && is_known(c, list->child[i], &exact);

		if ((known && exact) || list->child[i]->kind == NODE_ALL)
			continue;
		if (set->n < SIEVE_TESTS && sieve_term(c, list->child[i], &set->test[set->n])) {
			helps |= !known && set->test[set->n].members == NULL;
			set->n++;
		} else {
			all = false;
		}
	}
	if (all)
		*sure = s->n;
	if (!all && !helps) {
		set_free(set);
		return SIEVE_NONE;
	}
	s->n++;
	return helps ? s->n - 1 : SIEVE_NONE;
}
