/* SPDX-License-Identifier: MIT */
/*
 * imports.h - histories as they were taken in: told apart, listed, taken out again
 *
 * A file is one import, whatever an archive holds, and so is a player of one
 * listener.  Its row comes with its first play; a file that brings nothing
 * leaves none.  "open" is one that was not read to its end, or that may lack
 * plays because the import that had brought them was forgotten: reading its
 * file again makes it whole.
 *
 *	struct play_import i = { .listener = "me", .name = "a.json", .sha256 = hash };
 *	import_find(db, &i, zone, &e);	... i.same: nothing is new in this file
 *	plays_begin(&p, db, &(struct play_origin){ ..., &i }, &counts, &e); ...
 *	import_end(db, &i, true, &e);
 */
#ifndef STORE_HISTORY_IMPORTS_H
#define STORE_HISTORY_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum { IMPORT_ZONE = 64, IMPORT_TYPE = 32, FORGET_BATCH = 20000 };

struct plays_counts {
	int64_t added;     /* plays that are new, with the next three */
	int64_t near;      /* of these: another source's account of a play */
	int64_t uncounted; /* of these: what does not count */
	int64_t matched;   /* of these: found to be a track */
	int64_t known;     /* plays that were there already */
	int64_t shared;    /* of these: from another import */
};

struct play_import {
	const char *listener, *name;
	const uint8_t *sha256; /* of the file; NULL: it came through a pipe */
	bool player;           /* not a file: found by its name, and whole at once */

	int64_t id;         /* 0: it brought nothing yet */
	bool same;          /* import_find(): this file was read to its end before, and nothing was broken */
	int64_t at, before; /* ... then; with so many plays */
	char type[IMPORT_TYPE], zone[IMPORT_ZONE]; /* as found; what was assumed */
	struct plays_counts counts;                /* of this run */
	struct plays_counts kept;                  /* of these: what its row tells already */
	int64_t skipped, broken;                   /* of this run, to be counted by the caller */
};

/* Was this file, or player, taken in before?  A file that tells no time zone is the same only by the same
 * clock; zone is what would be assumed. */
enum err_code import_find(struct db *db, struct play_import *i, const char *zone, struct err *e);

/* What was read is committed; tell of it in the event log.  whole: to its end. */
enum err_code import_end(struct db *db, struct play_import *i, bool whole, struct err *e);

/* Every import, the oldest first: lines of id, time, state, type, listener, plays, name, time zone between
 * tabs, columns on a terminal, or JSON objects. */
struct imports_form {
	bool json, aligned;
	char separator;
};
enum err_code imports_list(
    struct db *db, const struct imports_form *form, struct buf *out, int64_t *n, struct err *e);

/* "h3": ERR_USAGE where it is none. */
enum err_code import_parse(const char *text, int64_t *id, struct err *e);

/* Its plays go, in batches, and all that was there for them alone; where another import's play was another
 * account of one of them, it stands for itself again.  Killed at any point, the same again goes on.  dry:
 * only *plays, how many they are.  again(name) is told of imports whose files may hold plays that went with
 * this one.  ERR_NOTFOUND where there is no such import. */
enum err_code import_forget(struct db *db, int64_t id, bool dry, int64_t *plays,
    void (*again)(int64_t id, const char *name), struct err *e);

#endif
