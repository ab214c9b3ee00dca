/* SPDX-License-Identifier: MIT */
/* Facets from packed columns: numbers, what files are, what albums have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/packed/kind.h"
#include "store/query/facet_value.h"

struct counting {
	struct facet_values *v;
	enum packed_column column;
	struct tally releases; /* by their ids */
	int64_t kinds[KIND_OTHER + 1];
	uint32_t *number; /* the codes of numbers, as they come */
	size_t n, cap;
	bool vague; /* a code did not tell the value */
};

static enum err_code
add_number(struct counting *k, uint64_t code, struct err *e)
{
	if (k->n == k->cap) {
		size_t cap = k->cap > 0 ? 2 * k->cap : PACKED_CHUNK;
		uint32_t *more = realloc(k->number, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		k->number = more;
		k->cap = cap;
	}
	k->number[k->n++] = (uint32_t)code;
	return ERR_NONE;
}

static enum err_code
count_numbers(struct counting *k, struct compiler *c, const uint64_t *code, size_t n)
{
	bool all = packed_has_all(k->column);

	for (size_t i = 0; i < n && c->e->code == ERR_NONE; i++) {
		if (code[i] == 0 && !all)
			continue;
		if (!packed_is_exact(k->column, code[i]))
			k->vague = true;
		else if (k->column == PACKED_RELEASE)
			tally_add_times(&k->releases, &code[i], sizeof code[i], 1, c->e);
		else
			add_number(k, code[i], c->e);
	}
	return c->e->code;
}

/* By their bits, from the lowest on: a hundred times as quick as by comparing a million. */
static enum err_code
sort_numbers(struct counting *k, struct err *e)
{
	enum { BITS = 11, VALUES = 1 << BITS };
	uint32_t *from = k->number, *to = malloc((k->n + 1) * sizeof *to);

	if (to == NULL)
		return err_memory(e);
	for (int shift = 0; shift < 32; shift += BITS) {
		size_t place[VALUES + 1] = { 0 };
		uint32_t *swap = from;

		for (size_t i = 0; i < k->n; i++)
			place[(from[i] >> shift & (VALUES - 1)) + 1]++;
		for (size_t i = 0; i < VALUES; i++)
			place[i + 1] += place[i];
		for (size_t i = 0; i < k->n; i++)
			to[place[from[i] >> shift & (VALUES - 1)]++] = from[i];
		from = to;
		to = swap;
	}
	free(to);
	k->number = from;
	return ERR_NONE;
}

/* Each number once, with how often it came. */
static enum err_code
tell_numbers(struct counting *k, struct compiler *c)
{
	if (sort_numbers(k, c->e) != ERR_NONE)
		return c->e->code;
	for (size_t i = 0, next; i < k->n && c->e->code == ERR_NONE; i = next) {
		for (next = i + 1; next < k->n && k->number[next] == k->number[i];)
			next++;
		facet_values_whole(k->v, packed_value(k->column, k->number[i]), (int64_t)(next - i), c->e);
	}
	return c->e->code;
}

static enum err_code
take(void *context, struct compiler *c, const struct scan_batch *b)
{
	struct counting *k = context;
	uint64_t code[PACKED_CHUNK];

	if (k->vague || scan_codes(c, b, k->column, code) != ERR_NONE)
		return c->e->code;
	if (k->column != PACKED_KIND)
		return count_numbers(k, c, code, b->n);
	for (size_t i = 0; i < b->n; i++)
		k->kinds[code[i]]++;
	k->vague = k->kinds[KIND_OTHER] > 0;
	return ERR_NONE;
}

static enum err_code
name_kinds(struct counting *k, struct compiler *c)
{
	struct kinds kinds = { 0 };

	if (kinds_read(&kinds, c->db, c->e) != ERR_NONE)
		return c->e->code;
	for (int i = KIND_NONE + 1; i < KIND_OTHER && c->e->code == ERR_NONE; i++) {
		const char *text = k->v->field == F_FORMAT ? kinds.kind[i].format : kinds.kind[i].codec;

		if (k->kinds[i] > 0 && text != NULL && *text != '\0')
			tally_add_times(&k->v->texts, text, strlen(text), k->kinds[i], c->e);
	}
	kinds_free(&kinds);
	return c->e->code;
}

static enum err_code
name_releases(struct counting *k, struct compiler *c, const char *value)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st = NULL;

	buf_printf(&sql, "SELECT %s FROM release r WHERE r.id = ?", value);
	if (buf_ok(&sql, c->e) == ERR_NONE)
		st = sql_prepare(c->db, sql.data, c->e);
	buf_free(&sql);
	for (size_t i = 0; st != NULL && i < k->releases.n && c->e->code == ERR_NONE; i++) {
		const struct tally_entry *x = &k->releases.entry[i];
		uint64_t code;
		size_t len;

		memcpy(&code, tally_text(x, &len), sizeof code);
		sqlite3_reset(st);
		sql_int(st, 1, packed_value(PACKED_RELEASE, code));
		if (sql_step(c->db, st, c->e) <= 0)
			continue;
		if (sqlite3_column_type(st, 0) == SQLITE_INTEGER)
			facet_values_times(k->v, sqlite3_column_int64(st, 0), x->count, c->e);
		else if (sqlite3_column_bytes(st, 0) > 0)
			tally_add_times(&k->v->texts, sqlite3_column_blob(st, 0),
			    (size_t)sqlite3_column_bytes(st, 0), x->count, c->e);
	}
	sqlite3_finalize(st);
	return c->e->code;
}

/* The column that tells a field; *value: what to ask of the releases that PACKED_RELEASE tells. */
static enum packed_column
column_of(enum field f, struct place *p, const char **value)
{
	static const char of_release[] = "FROM release r ";
	enum packed_column column = packed_column(f);

	if (f == F_FORMAT || f == F_CODEC)
		return PACKED_KIND;
	if (field_places(f, false, 0, p) == 1 && strncmp(p->from, of_release, strlen(of_release)) == 0) {
		*value = p->value;
		return PACKED_RELEASE;
	}
	return column != PACKED_NONE && packed_is_whole(column) ? column : PACKED_NONE;
}

enum err_code
facet_scan(struct compiler *c, const struct part *p, struct facet_values *v, bool *done)
{
	struct place place[PLACES_MAX];
	const char *value = NULL;
	struct counting k = { .v = v };

	*done = false;
	if (v->field == F_NONE || !scan_can(c, p))
		return ERR_NONE;
	k.column = column_of(v->field, place, &value);
	if (k.column == PACKED_NONE)
		return ERR_NONE;
	if (scan_matches(c, p, take, &k) == ERR_NONE && !k.vague) {
		if (k.column == PACKED_KIND)
			name_kinds(&k, c);
		else if (k.column == PACKED_RELEASE)
			name_releases(&k, c, value);
		else
			tell_numbers(&k, c);
		*done = true;
	} else {
		facet_values_free(v);
	}
	free(k.number);
	tally_free(&k.releases);
	return c->e->code;
}
