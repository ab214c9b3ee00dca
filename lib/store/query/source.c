/* SPDX-License-Identifier: MIT */
#include "store/query/source.h"

/* The codes of a chunk until the next one is asked for; false where it is not packed. */
static bool
codes_of(struct source *s, enum packed_column column, int64_t chunk, const uint8_t **codes)
{
	struct packed *p = &s->c->sieve->packed;

	return chunk < p->chunks && (s->whole || p->packed[chunk]) &&
	    packed_whole(p, column, chunk, codes, s->c->e) > 0 && (s->whole || p->packed[chunk]);
}

bool
source_knows(const struct source *s, uint32_t doc)
{
	return s->whole || s->c->sieve->packed.packed[doc >> PACKED_SHIFT];
}

/* The documents of a chunk that may be matches. */
static size_t
whole_chunk(struct source *s, int64_t chunk, uint16_t *place)
{
	struct compiler *c = s->c;
	int64_t first = chunk << PACKED_SHIFT;
	uint64_t track[PACKED_CHUNK];
	const uint8_t *codes;
	size_t n = 0, all;
	sqlite3_stmt *st;

	if (codes_of(s, PACKED_TRACK, chunk, &codes)) {
		for (all = 0; all < PACKED_CHUNK; all++)
			place[all] = (uint16_t)all;
		all = sieve_keep(c->sieve, s->set, chunk, place, all);
		packed_read(PACKED_TRACK, codes, place, all, track);
		for (size_t i = 0; i < all; i++) {
			place[n] = place[i];
			n += track[i] != 0;
		}
		return n;
	}
	if (c->e->code != ERR_NONE ||
	    (st = sql_get(c->db, "SELECT doc FROM doc WHERE doc BETWEEN ? AND ?", c->e)) == NULL)
		return 0;
	sql_int(st, 1, first);
	sql_int(st, 2, first + PACKED_CHUNK - 1);
	while (n < PACKED_CHUNK && sql_step(c->db, st, c->e) > 0)
		place[n++] = (uint16_t)(sqlite3_column_int64(st, 0) - first);
	sql_done(st);
	return n;
}

/* The newest come last: in a descending order one begins with them, and hardly any of the others gets in. */
static uint32_t
next_document(const struct source *s)
{
	return s->found.doc[s->descending ? s->found.n - 1 - s->at : s->at];
}

static size_t
found_of_chunk(struct source *s, int64_t chunk, uint16_t *place)
{
	size_t n = 0;

	for (; s->at < s->found.n && n < PACKED_CHUNK; s->at++) {
		uint32_t doc = next_document(s);

		if (doc >> PACKED_SHIFT != chunk)
			break;
		place[n++] = doc & (PACKED_CHUNK - 1);
	}
	return n;
}

int
source_next(struct source *s, struct batch *b)
{
	int64_t chunks = s->c->sieve->packed.chunks;

	do {
		if (s->given) {
			if (s->at == s->found.n)
				return 0;
			b->chunk = next_document(s) >> PACKED_SHIFT;
			b->n = found_of_chunk(s, b->chunk, b->place);
			b->n = sieve_keep(s->c->sieve, s->set, b->chunk, b->place, b->n);
		} else {
			if ((int64_t)s->at >= chunks)
				return 0;
			b->chunk = s->descending ? chunks - 1 - (int64_t)s->at : (int64_t)s->at;
			s->at++;
			b->n = whole_chunk(s, b->chunk, b->place);
		}
		if (s->c->e->code != ERR_NONE)
			return -1;
	} while (b->n == 0);
	return 1;
}

/* Of most numbers a key is 32 bits, behind which the id may follow. */
#define NO_NUMBER (UINT32_MAX)

bool
source_is_long(const struct source *s)
{
	return s->column >= PACKED_TITLE && s->column <= PACKED_ALBUM;
}

static uint64_t
key_of(bool descending, bool wide, bool all, uint64_t code)
{
	uint64_t last = wide ? UINT64_MAX : NO_NUMBER;

	if (code == 0 && !all)
		return last;
	return descending ? last - 1 - code : code;
}

bool
source_is_exact(const struct source *s, uint64_t key)
{
	if (source_is_long(s))
		return key == UINT64_MAX;
	return key == NO_NUMBER || packed_is_exact(s->column, s->descending ? NO_NUMBER - 1 - key : key);
}

bool
source_keys(struct source *s, struct batch *b)
{
	bool wide = source_is_long(s), all = packed_has_all(s->column);
	const uint8_t *codes;
	uint64_t id[PACKED_CHUNK];

	if (!codes_of(s, s->column, b->chunk, &codes))
		return false;
	packed_read(s->column, codes, b->place, b->n, b->key);
	for (size_t i = 0; i < b->n; i++)
		b->key[i] = key_of(s->descending, wide, all, b->key[i]);
	if (!s->by_id)
		return true;
	if (!codes_of(s, PACKED_TRACK, b->chunk, &codes))
		return false;
	packed_read(PACKED_TRACK, codes, b->place, b->n, id);
	for (size_t i = 0; i < b->n; i++)
		b->key[i] = b->key[i] << 32 | (s->newest ? UINT32_MAX - id[i] : id[i]);
	return true;
}
