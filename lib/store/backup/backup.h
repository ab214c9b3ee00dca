/* SPDX-License-Identifier: MIT */
/*
 * backup.h - copies of the catalogue: made, judged, thinned out, laid back
 *
 *	DIR/library-20261121T043000Z.db.gz         the catalogue at one moment
 *	DIR/library-20261121T043000Z.db.gz.sha256  its check sum, as sha256sum -c reads it
 *	DIR/library-20261121T043000Z.blobs.gz      the paths of the blobs that it names, a line each
 *
 * A copy is made in one read transaction, so that nobody waits for it and it is of
 * one moment; it is opened and checked, packed, read back and compared before it gets
 * its name.  What one that was cut short leaves is removed an hour later, a broken catalogue that
 * was put aside (damaged-*.db) after a year.  Whoever
 * keeps the copies and blobs/ elsewhere has the library.
 */
#ifndef STORE_BACKUP_BACKUP_H
#define STORE_BACKUP_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum { BACKUP_NAME = 48 };

struct backup {
	char name[BACKUP_NAME]; /* "library-20261121T043000Z.db.gz" */
	int64_t at;             /* when */
	int64_t bytes;          /* packed */
	int64_t tracks;
};

/* Copy the catalogue into dir, an existing folder, or (NULL) into LIBRARY/backup, where it gets its row. */
enum err_code backup_make(
    struct db *db, const char *dir, volatile const int *stop, struct backup *b, struct err *e);

/* Remove copies from dir (NULL: LIBRARY/backup): keep > 0: all but the newest so many; 0: all but the newest
 * three, and the newest of each of the last 7 days, 4 weeks and 12 months that have any; never the one that
 * was made just now (fresh, or NULL), and such of the future before all others.  Only what backup_make() and
 * a migration have named goes.  dry: only tell.  removed(name) is told of each; may be NULL. */
enum err_code backup_thin(struct db *db, const char *dir, int keep, const char *fresh, bool dry,
    void (*removed)(void *context, const char *name, int64_t bytes), void *context, struct err *e);

/* Is one due: the last is older than a day, and something was changed since?  1, 0, -1. */
int backup_is_due(struct db *db, struct err *e);

/* Told of each blob that a kept copy names. */
typedef enum err_code backup_blob_fn(void *context, const uint8_t sha256[32], struct err *e);

/* The blobs that the copies in LIBRARY/backup name.  ERR_FORMAT where one of them cannot be read. */
enum err_code backup_blobs(struct db *db, backup_blob_fn *fn, void *context, struct err *e);

/* What restoring has done. */
struct backup_restored {
	int64_t tracks;
	int64_t missing;          /* blobs that its rows name and that are not there */
	int64_t unnamed;          /* blobs that are there and that it does not name */
	char before[BACKUP_NAME]; /* where the catalogue as it was is kept, "" if there was none */
};

/* Lay a copy (packed or not) back as the catalogue of the library in folder path, which is made where it is
 * absent or empty.  A catalogue that is there is kept in backup/ first; one that holds what the copy does not
 * know yet, or is another library's, is refused without force: ERR_EXISTS.  Files whose blobs are not there
 * become missing.  Nobody may be at work on the library: ERR_BUSY.  dry: only see whether that would go; *r
 * tells the tracks. */
enum err_code backup_restore(const char *path, const char *file, bool force, bool dry,
    volatile const int *stop, struct backup_restored *r, struct err *e);

/* What a rebuild begins with. */
struct backup_base {
	bool present;             /* the catalogue that is there: it is whole */
	char copy[BACKUP_NAME];   /* else the copy that was laid back, "" for none: an empty catalogue */
	struct backup_restored r; /* of that copy; r.before: where what there was is kept */
};

/* See that the library in folder path, which must hold blobs or a catalogue, has one that can be used: the
 * one that it has, else the newest of LIBRARY/backup that can be read, else an empty one that knows that
 * blobs are to be taken in. alone: an empty one, whatever there is; a catalogue that is whole is kept in
 * backup/, and wants force (ERR_EXISTS). passed_over(name, why) is told of each copy that cannot be used.
 * dry: only say which it would be. */
enum err_code backup_find_base(const char *path, bool alone, bool force, bool dry, volatile const int *stop,
    void (*passed_over)(const char *name, const struct err *why), struct backup_base *b, struct err *e);

#endif
