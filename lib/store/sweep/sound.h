/* SPDX-License-Identifier: MIT */
/*
 * sound.h - the catalogue against itself: looked at by `verify`, mended by `repair`
 *
 * Private to the two tasks.  soundness.c asks SQLite, rules.c what must hold between rows, index_sound.c what
 * is derived for searching, derived.c what else is made of other rows.  Every fault is told: as one, or,
 * where it can be and is to be, as mended.
 */
#ifndef STORE_SWEEP_SOUND_H
#define STORE_SWEEP_SOUND_H

#include "store/sweep/priv.h"

struct soundness {
	struct db *db;
	const struct sweep *s;
	struct sweep_report *r;
	bool mends;       /* else it is only told */
	bool index_anew;  /* the search index has to be made anew */
	int64_t until_ms; /* as time_monotonic_ms(): what may take long ends then; 0: it may take so long */
};

/* "thing what": counted, told.  Mended only where the caller can. */
void sound_fault(struct soundness *k, const char *thing, const char *what, bool mended);

/* Is the time over for what may take long? */
bool sound_over(const struct soundness *k);

/* Each step; those that mend do so in a transaction of their own. */
enum err_code sound_sqlite(struct soundness *k, struct err *e);
enum err_code sound_rules(struct soundness *k, struct err *e);
enum err_code sound_index(struct soundness *k, struct err *e);
enum err_code sound_derived(struct soundness *k, struct err *e);

#endif
