/* SPDX-License-Identifier: MIT */
/*
 * items.h - the rows that a running import writes and looks up
 *
 * Files first, rows second: an item is recorded after its bytes were synced
 * (stage.h).  Whoever calls this holds the session's lock.
 */
#ifndef STORE_SESSION_ITEMS_H
#define STORE_SESSION_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/db.h"
#include "store/session/stage.h"

/* A cover that came with an item; its bytes are staged as <sha256>.<suffix>. */
struct item_cover {
	uint8_t sha256[32];
	int64_t size, staged_ns; /* staged_ns: as stage_bytes() told */
	char suffix[8];
	char mime[32];
	char kind[16];
	bool folder; /* lay beside the audio */
	char *text;  /* or NULL */
};

/* One item as the import found it; all pointers stay the caller's. */
struct item_new {
	const char *path;
	struct stat st; /* of the source, when its bytes were read; of a linked one after that */
	bool linked;    /* what is staged is the source under another name */
	int64_t seen;   /* when reading began */
	int attempts;
	enum err_code code; /* ERR_NONE: staged; else failed, for this reason: */
	const char *reason;
	bool transient; /* may pass: due for automatic retries, ten minutes later and then ever less often */
	bool archive;   /* no item: an archive whose members are recorded (archives.h), so many: */
	int64_t members;
	uint8_t sha256[32]; /* from here on only of a staged one */
	const char *suffix;
	int64_t staged_ns;    /* as stage_keep() told; of a linked one st has it */
	const uint8_t *audio; /* 32 bytes: record.audio, or NULL */
	const void *record;   /* encoded without covers */
	size_t record_len;
	const struct item_cover *covers;
	size_t ncovers;
};

/* What a run counts beside its items: files without a row, and the bytes that it has staged itself. */
struct items_counts {
	int64_t unchanged, skipped, run_bytes;
};

/* In one transaction: the items, where their bytes came from, the counts, a heartbeat.  An item
 * of the same path is replaced.  ERR_STATE where the session is no longer in `state`: rejected, say. */
enum err_code items_record(struct db *db, int64_t session, const char *state, const struct item_new *items,
    size_t n, const struct items_counts *counts, struct err *e);

/* ERR_STATE, as above, where the session is no longer in `state`. */
enum err_code items_still(struct db *db, int64_t session, const char *state, struct err *e);

/* What the session knows of a path: ITEM_STAGED only where the source has not changed since. */
enum item_known { ITEM_NEW, ITEM_STAGED, ITEM_FAILED, ITEM_ERROR };
/* *reason (of ITEM_FAILED) is malloced. */
enum item_known items_find(
    struct db *db, int64_t session, const char *path, const struct stat *st, char **reason, struct err *e);

/* Is this file as it was when it was last read, and are its bytes in the catalogue?  1, 0, -1.  Times too
 * close to that reading are not trusted. */
int source_unchanged(struct db *db, const char *path, const struct stat *st, struct err *e);

/* For stage_tidy(): does an item or cover of the session name this hash?  context is struct items_owner. */
struct items_owner {
	struct db *db;
	int64_t session;
};
int items_own(void *context, const uint8_t sha256[32], struct err *e);

/* The latest session in state staging with exactly these roots and options, 0 where there is none. */
enum err_code session_find(
    struct db *db, char **roots, size_t nroots, const char *options_json, int64_t *id, struct err *e);

/* The roots of a session, and the paths of its failed items, with `due` only of those whose time has come:
 * NULL-terminated, malloced. */
enum err_code session_roots(struct db *db, int64_t id, char ***roots, size_t *n, struct err *e);
enum err_code session_failed_paths(
    struct db *db, int64_t id, bool due, char ***paths, size_t *n, struct err *e);

/* Items whose staged file is gone or altered have failed from now on, and so are read again by a retry. */
enum err_code items_fail_lost(struct db *db, int64_t session, struct err *e);

/* The paths of failed items that were never looked at: folders that could not be listed, files that could not
 * be opened.  As session_failed_paths(). */
enum err_code items_unseen(struct db *db, int64_t session, char ***paths, size_t *n, struct err *e);

/* A failed item is none any more: a folder that has been listed. */
enum err_code items_forget(struct db *db, int64_t session, const char *path, struct err *e);

/* When its next failed item is due, 0 where none ever is. */
enum err_code session_next_due(struct db *db, int64_t id, int64_t *when, struct err *e);
void paths_free(char **paths); /* NULL is allowed */

/* What a session was asked for: an option's text (NULL where it is not there), the n-th --set. */
enum err_code session_option(struct db *db, int64_t id, const char *json_path, char **value, struct err *e);

/* Private to lib/store/session: five parameters from `at` on, a source's path, inode, size, mtime and ctime.
 */
struct sqlite3_stmt;
void items_bind_source(struct sqlite3_stmt *st, int at, const char *path, const struct stat *s);

#endif
