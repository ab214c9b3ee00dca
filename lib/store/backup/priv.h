/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of backup.h share
 */
#ifndef STORE_BACKUP_PRIV_H
#define STORE_BACKUP_PRIV_H

#include "pack/gzip.h"
#include "store/backup/backup.h"

enum { BACKUP_STAMP = 24 };

/* "20261121T043000Z" */
void backup_stamp(int64_t at, char stamp[BACKUP_STAMP]);

/* Nobody else sweeps, imports or commits, from now on: ERR_BUSY. */
enum err_code backup_alone(int lockfd, struct err *e);

/* What cannot be opened goes to backup/ as it is, with its write-ahead log; name is "" where there is
 * nothing.  The library lock is held exclusively. */
enum err_code backup_put_aside(int dirfd, char name[BACKUP_NAME], struct err *e);

/* The copies in a folder, the newest first; malloced. */
struct backup_file {
	char name[BACKUP_NAME];
	int64_t at;
	bool packed; /* else a migration's, a plain database */
};
enum err_code backup_list(int dirfd, struct backup_file **list, size_t *n, struct err *e);

/* Copies of a time that is more than an hour to come were made by a clock that went wrong: they go to the end
 * of the list. */
enum { BACKUP_AHEAD = 3600 };
enum err_code backup_future_last(struct backup_file *list, size_t n, struct err *e);

/* "library-20261121T043000Z.blobs.gz" of "library-20261121T043000Z.db.gz". */
void backup_blobs_name(const char *name, char blobs[BACKUP_NAME]);

/* The blobs that the catalogue in the plain file path names. */
typedef enum err_code backup_row_fn(
    void *context, const uint8_t sha256[32], const char *suffix, struct err *e);
enum err_code backup_blobs_of(const char *path, backup_row_fn *fn, void *context, struct err *e);

/* A catalogue that came back: blobs that it wants return from trash/, files without their blob become
 * missing, and it is noted in the event log.  Fills in tracks and missing. */
enum err_code backup_reconcile(struct db *db, struct backup_restored *r, struct err *e);

/* A backup_row_fn: the path as a line into the struct gzip that the context is. */
enum err_code backup_write_path(void *context, const uint8_t sha256[32], const char *suffix, struct err *e);

#endif
