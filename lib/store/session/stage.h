/* SPDX-License-Identifier: MIT */
/*
 * stage.h - the files under staging/s<session>/
 *
 *	stage_open -> stage_file -> write, hash -> stage_keep -> stage_sync -> rows
 *	              stage_link -> hash        ->
 *
 * A file is made as tmp-XXXXXXXX and kept as <sha256>.<suffix>, mode 0444.  A link is
 * the source itself under one name more, and keeps its mode.  An archive is
 * unpacked in a folder unpack-XXXXXXXX, whatever its members are called, from where
 * files are linked.
 * Nothing here follows a link: LIBRARY is opened once and everything below it by
 * openat.  A struct stage may be used by several threads at once, except
 * stage_open(), stage_tidy() and stage_close().  Errors here are the library's own
 * (ERR_SPACE, ERR_IO), never a source's.
 */
#ifndef STORE_SESSION_STAGE_H
#define STORE_SESSION_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/blob.h"
#include "store/db.h"

enum {
	STAGE_TMP = 4 + 16 + 1,   /* "tmp-" and 16 hex digits */
	STAGE_FOLDER = 7 + 16 + 1 /* "unpack-" and 16 hex digits */
};

struct stage;

/* Make staging/s<session>/, durably; it may be there already. */
enum err_code stage_make(struct db *db, int64_t session, struct err *e);

/* Open it for writing. */
enum err_code stage_open(struct stage **s, struct db *db, int64_t session, struct err *e);
void stage_close(struct stage *s);

/* A new, empty file open for reading and writing; -1 with *e filled in. */
int stage_file(struct stage *s, char name[STAGE_TMP], struct err *e);

/* One name more for the open file src, whatever its path leads to by now: 0, or the errno for which the file
 * system or the source's owner does not allow it, or -1 with *e filled in. */
int stage_link(struct stage *s, int src, char name[STAGE_TMP], struct err *e);

/* A second descriptor of it that can only read; -1 with *e filled in. */
int stage_reopen(struct stage *s, const char *name, struct err *e);

/* Give a whole file its last name, and its mode unless it is a link.  Where that name is there already its
 * bytes are kept and the new ones dropped.  *ctime_ns is its time of change from then on, by which the commit
 * tells that nobody has touched it; 0 of one that was there already.  Durable after stage_sync(). */
enum err_code stage_keep(struct stage *s, const char *tmp, const uint8_t sha256[32], const char *suffix,
    int64_t size, bool linked, int64_t *ctime_ns, struct err *e);

/* Whole bytes from memory, under their hash. */
enum err_code stage_bytes(struct stage *s, const void *bytes, size_t len, const uint8_t sha256[32],
    const char *suffix, int64_t *ctime_ns, struct err *e);

/* The bytes that the library's disk has room for; INT64_MAX where it does not tell. */
int64_t stage_room(const struct stage *s);

/* Drop an unfinished file. */
void stage_drop(struct stage *s, const char *tmp);

/* A new, empty folder to unpack into, open; -1 with *e filled in. */
int stage_folder(struct stage *s, char name[STAGE_FOLDER], struct err *e);

/* Remove it with all that it holds. */
enum err_code stage_drop_folder(struct stage *s, const char *name, struct err *e);

/* Make n files (names as blob_name() makes them) and their names durable: one syncfs()
 * where they are many, fdatasync() each where they are few, then the folder.  A failure is final: what it
 * concerns is unknown and must be copied again, never synced again. */
enum err_code stage_sync(struct stage *s, char (*names)[BLOB_NAME], size_t n, struct err *e);

/* Remove files that we would have named and that `owned` does not know, and folders to unpack into: what a
 * dead run left. */
enum err_code stage_tidy(struct stage *s,
    int (*owned)(void *context, const uint8_t sha256[32], struct err *e), void *context, struct err *e);

/* Remove the whole folder: only names that we would have made; anything else stays there. */
enum err_code stage_clear(struct db *db, int64_t session, int64_t *removed, int64_t *bytes, struct err *e);

#endif
