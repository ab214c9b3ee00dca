/* SPDX-License-Identifier: MIT */
/*
 * kind.h - what a preferred file is (format, codec, state), as one byte
 *
 * Private to lib/store.  Table packed_kind has each combination that was ever packed; a condition
 * on files is tried on its few rows rather than on those of all files.
 */
#ifndef STORE_PACKED_KIND_H
#define STORE_PACKED_KIND_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

enum {
	KIND_NONE = 0,   /* no preferred file */
	KIND_OTHER = 255 /* none of those of the table: ask the row */
};

struct kinds {
	struct kind {
		char *format, *codec; /* codec NULL: not known */
		char *state;
		bool part, damaged;
	} kind[KIND_OTHER]; /* by code; format NULL: there is none */
	int latest;
};

enum err_code kinds_read(struct kinds *k, struct db *db, struct err *e);
void kinds_free(struct kinds *k); /* release and zero */

/* The columns format, codec, part, state, damaged of a row, from column i on. */
#define KIND_COLUMNS "f.format, f.codec, f.part > 0, f.state, f.damaged"

/* The code of a row; where it is a new combination it is added to the table (add), or KIND_OTHER. */
int kinds_code(struct kinds *k, struct db *db, sqlite3_stmt *st, int i, bool add, struct err *e);

#endif
