/* SPDX-License-Identifier: MIT */
#include "store/query/scan.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/gather.h"

bool
scan_can(const struct compiler *c, const struct part *p)
{
	return c->sieve != NULL && c->sieve->packed.chunks > 0 && p->sure != SIEVE_NONE && !p->match.failed &&
	    !p->where.failed;
}

bool
scan_is_all(const struct compiler *c, const struct part *p)
{
	return p->match.len == 0 && c->sieve->set[p->sure].n == 0;
}

enum err_code
scan_codes(struct compiler *c, const struct scan_batch *b, enum packed_column column, uint64_t *code)
{
	const uint8_t *codes;

	if (packed_whole(&c->sieve->packed, column, b->chunk, &codes, c->e) > 0)
		packed_read(column, codes, b->place, b->n, code);
	return c->e->code;
}

/* Every document of a chunk. */
static enum err_code
fill(struct compiler *c, int64_t chunk, struct scan_batch *b)
{
	uint64_t track[PACKED_CHUNK];
	size_t kept = 0;

	*b = (struct scan_batch){ .chunk = chunk, .n = PACKED_CHUNK };
	for (size_t i = 0; i < PACKED_CHUNK; i++)
		b->place[i] = (uint16_t)i;
	if (scan_codes(c, b, PACKED_TRACK, track) != ERR_NONE)
		return c->e->code;
	for (size_t i = 0; i < PACKED_CHUNK; i++) {
		b->place[kept] = b->place[i];
		kept += track[i] != 0;
	}
	b->n = kept;
	return ERR_NONE;
}

/* Those of a list that lie in one chunk, from *at on. */
static void
fill_from(const struct documents *d, size_t *at, struct scan_batch *b)
{
	b->chunk = d->doc[*at] >> PACKED_SHIFT;
	for (b->n = 0; *at < d->n && d->doc[*at] >> PACKED_SHIFT == b->chunk && b->n < PACKED_CHUNK; ++*at)
		b->place[b->n++] = d->doc[*at] & (PACKED_CHUNK - 1);
}

/* Hand the sure ones of a batch over, put the others down. */
static enum err_code
sift(struct compiler *c, int set, struct scan_batch *b, struct documents *doubt, scan_take *take,
    void *context)
{
	uint16_t ask[PACKED_CHUNK];
	size_t n = 0;

	if (sieve_split(c->sieve, set, b->chunk, b->place, &b->n, ask, &n, c->e) != ERR_NONE)
		return c->e->code;
	for (size_t i = 0; i < n; i++)
		if (documents_add(doubt, (uint32_t)(b->chunk << PACKED_SHIFT) + ask[i], c->e) != ERR_NONE)
			return c->e->code;
	return b->n > 0 ? take(context, c, b) : ERR_NONE;
}

/* Those whose rows have to be asked. */
static enum err_code
ask(struct compiler *c, const struct part *p, const struct documents *doubt, struct scan_batch *b,
    scan_take *take, void *context)
{
	struct documents found = { 0 };

	if (gather_rows(c, doubt, p->where.data, &found) == ERR_NONE)
		for (size_t at = 0; at < found.n && c->e->code == ERR_NONE;) {
			fill_from(&found, &at, b);
			take(context, c, b);
		}
	documents_free(&found);
	return c->e->code;
}

/* The rows of so few are asked sooner than tables are read. */
enum { FEW = 20000 };

enum err_code
scan_matches(struct compiler *c, const struct part *p, scan_take *take, void *context)
{
	struct documents found = { 0 }, doubt = { 0 };
	struct scan_batch *b = malloc(sizeof *b);

	if (b == NULL)
		return err_memory(c->e);
	if (p->match.len > 0)
		gather_part(c, p->match.data, NULL, &found);
	if (c->e->code == ERR_NONE && (p->match.len == 0 || found.n > FEW))
		sieve_ask_members(c, p->sure);
	if (p->match.len > 0) {
		for (size_t at = 0; at < found.n && c->e->code == ERR_NONE;) {
			fill_from(&found, &at, b);
			sift(c, p->sure, b, &doubt, take, context);
		}
	} else {
		for (int64_t i = 0; i < c->sieve->packed.chunks && c->e->code == ERR_NONE; i++)
			if (fill(c, i, b) == ERR_NONE)
				sift(c, p->sure, b, &doubt, take, context);
	}
	if (c->e->code == ERR_NONE && doubt.n > 0)
		ask(c, p, &doubt, b, take, context);
	documents_free(&found);
	documents_free(&doubt);
	free(b);
	return c->e->code;
}

static enum err_code
count(void *context, struct compiler *c, const struct scan_batch *b)
{
	int64_t *n = context;

	(void)c;
	*n += (int64_t)b->n;
	return ERR_NONE;
}

enum err_code
scan_count(struct compiler *c, const struct part *p, int64_t *n)
{
	*n = 0;
	return scan_matches(c, p, count, n);
}

struct marking {
	struct bits *tracks;
	size_t n;
};

static enum err_code
mark(void *context, struct compiler *c, const struct scan_batch *b)
{
	struct marking *m = context;
	uint64_t code[PACKED_CHUNK];

	if (scan_codes(c, b, PACKED_TRACK, code) != ERR_NONE)
		return c->e->code;
	for (size_t i = 0; i < b->n && c->e->code == ERR_NONE; i++)
		bits_set(m->tracks, packed_value(PACKED_TRACK, code[i]), c->e);
	m->n += b->n;
	return c->e->code;
}

enum err_code
scan_tracks(struct compiler *c, const struct part *p, struct bits *tracks, size_t *n)
{
	struct marking m = { .tracks = tracks };

	if (scan_matches(c, p, mark, &m) == ERR_NONE)
		*n = m.n;
	return c->e->code;
}

struct ids {
	int64_t *id;
	size_t n, cap;
};

static enum err_code
add_ids(void *context, struct compiler *c, const struct scan_batch *b)
{
	struct ids *l = context;
	uint64_t code[PACKED_CHUNK];

	if (scan_codes(c, b, PACKED_TRACK, code) != ERR_NONE)
		return c->e->code;
	if (l->n + b->n > l->cap) {
		size_t cap = 2 * l->cap + PACKED_CHUNK;
		int64_t *more = realloc(l->id, cap * sizeof *more);

		if (more == NULL)
			return err_memory(c->e);
		l->id = more;
		l->cap = cap;
	}
	for (size_t i = 0; i < b->n; i++)
		l->id[l->n++] = packed_value(PACKED_TRACK, code[i]);
	return ERR_NONE;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum err_code
scan_ids(struct compiler *c, const struct part *p, int64_t **ids, size_t *n)
{
	struct ids l = { 0 };
	bool ascending = true;

	if (scan_matches(c, p, add_ids, &l) != ERR_NONE) {
		free(l.id);
		return c->e->code;
	}
	for (size_t i = 1; i < l.n && ascending; i++)
		ascending = l.id[i - 1] < l.id[i];
	if (!ascending)
		qsort(l.id, l.n, sizeof *l.id, compare);
	*ids = l.id;
	*n = l.n;
	return ERR_NONE;
}
