#include "store/query/sieve.h"

#include <stdlib.h>

bool
sieve_may(struct sieve *s, int set, int64_t doc)
{
	const struct sieve_set *tests = &s->set[set];

	for (int i = 0; i < tests->n; i++) {
		const struct sieve_test *t = &tests->test[i];
		uint64_t code = 0;

		if (packed_code(&s->packed, t->column, doc, &code, &s->e) > 0 &&
		    (code < t->low || code > t->high))
			return false;
	}
	return true;
}

size_t
sieve_keep(struct sieve *s, int set, int64_t chunk, uint16_t *place, size_t n)
{
	for (int i = 0; set != SIEVE_NONE && i < s->set[set].n; i++) {
		const struct sieve_test *t = &s->set[set].test[i];
		uint64_t code[PACKED_CHUNK];
		const uint8_t *codes;
		size_t kept = 0;

		if (packed_chunk(&s->packed, t->column, chunk, &codes, &s->e) <= 0)
			continue;
		packed_read(t->column, codes, place, n, code);
		for (size_t k = 0; k < n; k++) {
			place[kept] = place[k];
			kept += code[k] >= t->low && code[k] <= t->high;
		}
		n = kept;
	}
	return n;
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

void
sieve_close(struct compiler *c)
{
	if (c->sieve == NULL)
		return;
	if (c->sieve->e.code != ERR_NONE && c->e->code == ERR_NONE)
		*c->e = c->sieve->e;
	packed_close(&c->sieve->packed);
	free(c->sieve);
	c->sieve = NULL;
}

/* Is the index told of it? */
static bool
is_known(struct compiler *c, const struct node *n)
{
	struct buf ignored = { 0 };
	bool exact, known = compile_match(c, n, &ignored, &exact);

	buf_free(&ignored);
	return known;
}

static void
add_test(struct compiler *c, const struct node *n, struct sieve_set *set)
{
	enum packed_column column = n->kind == NODE_RANGE ? packed_column(n->field) : PACKED_NONE;
	double low, high;

	if (column == PACKED_NONE || set->n == SIEVE_TESTS || is_known(c, n) ||
	    !compile_bounds(c, n, &low, &high))
		return;
	set->test[set->n++] =
	    (struct sieve_test){ column, packed_number(column, low), packed_number(column, high) };
}

int
sieve_add(struct compiler *c, const struct node *all)
{
	struct sieve *s = c->sieve;

	if (s == NULL || s->n == SIEVE_SETS)
		return SIEVE_NONE;
	s->set[s->n].n = 0;
	for (size_t i = 0; i < all->n; i++)
		add_test(c, all->child[i], &s->set[s->n]);
	return s->set[s->n].n > 0 ? s->n++ : SIEVE_NONE;
}
