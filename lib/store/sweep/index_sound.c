/* SPDX-License-Identifier: MIT */
/* The search index and what is packed for searches against the tracks themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/time.h"
#include "store/index.h"
#include "store/packed/packed.h"
#include "store/sweep/sound.h"

/* Documents are compared so many in one read transaction; so many faults are told one by one. */
enum { BATCH = 512, TOLD = 20 };

bool
sound_over(const struct soundness *k)
{
	return sweep_stopped(k->s) || (k->until_ms > 0 && time_monotonic_ms() >= k->until_ms);
}

/* -- tracks -------------------------------------------------------------- */

/* Tracks that have no document: only those are put in. */
static enum err_code
put_in(struct soundness *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT id FROM track t WHERE removed IS NULL AND id > ?1 AND NOT EXISTS"
	    " (SELECT 1 FROM doc WHERE track_id = t.id) ORDER BY id LIMIT 1",
	    e);
	bool writes = k->mends && !k->s->dry_run && !k->index_anew;
	int64_t id = 0;
	char thing[32];

	if (st == NULL || (writes && sql_begin(k->db, e) != ERR_NONE))
		return e->code;
	for (;;) {
		sql_int(st, 1, id);
		if (sql_step(k->db, st, e) != 1)
			break;
		id = sqlite3_column_int64(st, 0);
		sql_done(st);
		snprintf(thing, sizeof thing, "track %lld", (long long)id);
		sound_fault(k, thing, "is not in the search index", k->mends);
		if (writes && index_track(k->db, id, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	if (writes && (e->code != ERR_NONE || sql_commit(k->db, e) != ERR_NONE))
		sql_rollback(k->db);
	return e->code;
}

/* A few documents from *doc on, which moves: 1, 0 there were none, -1.  *wrong counts. */
static int
compare_some(struct soundness *k, int64_t *doc, int64_t *wrong, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(k->db, "SELECT doc, track_id FROM doc WHERE doc >= ?1 ORDER BY doc LIMIT ?2", e);
	int right = 1, n = 0;
	char thing[32];

	if (st == NULL || sql_begin_read(k->db, e) != ERR_NONE)
		return -1;
	sql_int(st, 1, *doc);
	sql_int(st, 2, BATCH);
	while (right >= 0 && sql_step(k->db, st, e) == 1) {
		int64_t track = sqlite3_column_int64(st, 1);

		*doc = sqlite3_column_int64(st, 0) + 1;
		n++;
		right = index_holds(k->db, track, e);
		if (right != 0)
			continue;
		snprintf(thing, sizeof thing, "track %lld", (long long)track);
		if (++*wrong <= TOLD)
			sound_fault(
			    k, thing, "is in the search index otherwise than in the catalogue", k->mends);
	}
	sql_done(st);
	sql_rollback(k->db);
	sweep_note(k->r, "tracks", n);
	return e->code != ERR_NONE ? -1 : n > 0;
}

/* Where the last run stopped, 0 where it came to the end. */
static enum err_code
last_place(struct soundness *k, int64_t *doc, struct err *e)
{
	if (k->mends || k->s->scrub.all)
		return ERR_NONE;
	sql_number(k->db, "SELECT json_extract(counts, '$.next_track') FROM task WHERE name = 'verify'", NULL,
	    0, doc, e);
	return e->code;
}

/* Leave out what a sample leaves out, batch by batch. */
static bool
is_chosen(const struct soundness *k)
{
	uint32_t random = 0;

	if (k->mends || k->s->scrub.sample <= 0)
		return true;
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return true;
	return (double)random / 4294967296.0 * 100 < k->s->scrub.sample;
}

static enum err_code
compare_tracks(struct soundness *k, struct err *e)
{
	int64_t doc = 0, wrong = 0, last = 0;
	int more = 1;

	if (last_place(k, &doc, e) != ERR_NONE ||
	    sql_number(k->db, "SELECT max(doc) FROM doc", NULL, 0, &last, e) < 0)
		return e->code;
	while (more == 1 && !sound_over(k)) {
		if (is_chosen(k))
			more = compare_some(k, &doc, &wrong, e);
		else if ((doc += BATCH) > last)
			more = 0;
		if (k->s->progress != NULL)
			k->s->progress(NULL, "checking the index", doc, last, 0);
	}
	if (wrong > TOLD) {
		char thing[48];

		snprintf(thing, sizeof thing, "%lld tracks more", (long long)(wrong - TOLD));
		sound_fault(k, thing, "are in the search index otherwise than in the catalogue", k->mends);
	}
	sweep_note(k->r, "next_track", more == 1 && k->s->scrub.sample <= 0 ? doc : 0);
	k->index_anew = k->index_anew || wrong > 0;
	return e->code;
}

/* -- what is derived ----------------------------------------------------- */

static enum err_code
make_anew(struct soundness *k, struct err *e)
{
	if (sql_begin(k->db, e) != ERR_NONE)
		return e->code;
	if (index_clear(k->db, e) != ERR_NONE || index_fill(k->db, e) != ERR_NONE ||
	    packed_refresh(k->db, true, NULL, e) != ERR_NONE || sql_commit(k->db, e) != ERR_NONE)
		sql_rollback(k->db);
	return e->code;
}

/* 1: the chunk is packed, and not as its tracks are; 0; -1. */
static int
is_stale(struct soundness *k, struct packed *p, int64_t chunk, struct err *e)
{
	int same = p->packed[chunk] ? packed_holds(k->db, chunk, e) : 1;

	return same < 0 ? -1 : !same;
}

static enum err_code
compare_packed(struct soundness *k, struct err *e)
{
	bool writes = k->mends && !k->s->dry_run;
	struct packed p = { 0 };
	int stale = 0;

	if ((writes ? sql_begin(k->db, e) : sql_begin_read(k->db, e)) != ERR_NONE)
		return e->code;
	if (packed_open(&p, k->db, e) != ERR_NONE)
		goto out;
	for (int64_t i = 0; stale >= 0 && i < p.chunks && !sound_over(k); i++) {
		char thing[80];

		stale = is_stale(k, &p, i, e);
		if (stale != 1)
			continue;
		snprintf(thing, sizeof thing, "what is packed of documents %lld to %lld",
		    (long long)(i << PACKED_SHIFT), (long long)((i + 1) << PACKED_SHIFT) - 1);
		sound_fault(k, thing, "is not as their tracks are", k->mends);
		if (writes && packed_make(k->db, i << PACKED_SHIFT, e) != ERR_NONE)
			break;
	}
	packed_close(&p);
	if (writes && e->code == ERR_NONE)
		sql_commit(k->db, e);
out:
	sql_rollback(k->db);
	return e->code;
}

enum err_code
sound_index(struct soundness *k, struct err *e)
{
	if (index_check(k->db, e) == ERR_FORMAT) {
		*e = (struct err){ 0 };
		sound_fault(k, "the search index", "is damaged in itself", k->mends);
		k->index_anew = true;
	}
	if (e->code != ERR_NONE || (!(k->index_anew && k->mends) && compare_tracks(k, e) != ERR_NONE))
		return e->code;
	if (put_in(k, e) != ERR_NONE)
		return e->code;
	if (k->index_anew && k->mends)
		return k->s->dry_run ? ERR_NONE : make_anew(k, e);
	return compare_packed(k, e);
}
