/* SPDX-License-Identifier: MIT */
/* What is made of other rows, beside the search index: words for corrections, fingerprints' numbers, tempo
 * and key of tracks, what sounds alike. */
#include <stdio.h>

#include "base/amount.h"
#include "store/sound/twins.h"
#include "store/sweep/sound.h"
#include "store/vocabulary.h"

/* Words of the index, packed for corrections. */
static enum err_code
compare_words(struct soundness *k, struct err *e)
{
	bool writes = k->mends && !k->s->dry_run;
	int same;

	if (k->index_anew && !writes)
		return ERR_NONE; /* the index itself is not to be read, or not what it will be */
	if ((writes ? sql_begin(k->db, e) : sql_begin_read(k->db, e)) != ERR_NONE)
		return e->code;
	same = vocabulary_holds(k->db, e);
	if (same == 0) {
		sound_fault(k, "the vocabulary", "does not hold the words of the index", k->mends);
		if (writes && vocabulary_pack(k->db, e) == ERR_NONE)
			sql_commit(k->db, e);
	}
	sql_rollback(k->db);
	return e->code;
}

/* The next sound with a fingerprint: 1, 0, -1. */
static int
next_print(struct soundness *k, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT sound_id FROM sound_detail WHERE sound_id > ?1 AND print IS NOT NULL ORDER BY sound_id "
	    "LIMIT 1",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, *id);
	step = sql_step(k->db, st, e);
	if (step == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step;
}

static enum err_code
compare_prints(struct soundness *k, struct err *e)
{
	bool writes = k->mends && !k->s->dry_run;
	int64_t id = 0, wrong = 0;
	char thing[64];

	if ((writes ? sql_begin(k->db, e) : sql_begin_read(k->db, e)) != ERR_NONE)
		return e->code;
	while (!sound_over(k) && next_print(k, &id, e) == 1) {
		int same = twins_indexed(k->db, id, e);

		wrong += same == 0;
		if (same < 0 || (same == 0 && writes && twins_index(k->db, id, e) != ERR_NONE))
			break;
	}
	if (wrong > 0) {
		snprintf(thing, sizeof thing, "the numbers of %lld fingerprint%s", (long long)wrong,
		    amount_s(wrong));
		sound_fault(k, thing, "are not those of the sound", k->mends);
	}
	if (writes && e->code == ERR_NONE)
		sql_commit(k->db, e);
	sql_rollback(k->db);
	return e->code;
}

enum err_code
sound_derived(struct soundness *k, struct err *e)
{
	return compare_words(k, e) == ERR_NONE ? compare_prints(k, e) : e->code;
}
