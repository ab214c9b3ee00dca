/* SPDX-License-Identifier: MIT */
/*
 * session.h - import sessions: their states, their items, their rows
 *
 *	staging -> staged -> committing -> committed
 *	staging|staged|failed -> rejected     committing -> failed -> staged (retry)
 *	staging|staged|failed -> expired
 *
 * Every change of state is a compare-and-swap in one statement.  Whoever works on
 * a session holds its lock (db_lock_session).  Public ids are written "s3".
 */
#ifndef STORE_SESSION_SESSION_H
#define STORE_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/db.h"
#include "worker/record.h"

/* "s3" or "3" -> 3; ERR_USAGE where it is neither. */
enum err_code session_parse(const char *text, int64_t *id, struct err *e);

/* What a session looks like from outside. */
struct session {
	int64_t id;
	char state[16];
	int64_t owner, created, changed, committed, heartbeat;
	char holder[128];
	int64_t pending, staged, done, duplicate, conflict, skipped_items, removed_earlier,
	    failed;                 /* items by state; done: the tracks that they became */
	int64_t unchanged, skipped; /* counts without rows */
	int64_t bytes;              /* of its staged items */
	int64_t run_bytes;          /* staged by its running, or last, import, which began at `changed` */
	char *commit_error;         /* JSON or NULL */
	char *roots;                /* the first root, escaped for printing, or NULL */
};
void session_free(struct session *s); /* release and zero */

/* ERR_NOTFOUND "there is no session s9". */
enum err_code session_load(struct db *db, int64_t id, struct session *s, struct err *e);

/* Ids of sessions in one of the states named ("staged failed"; NULL = all), oldest first; malloced. */
enum err_code session_list(struct db *db, const char *states, int64_t **ids, size_t *n, struct err *e);

/* A new one in state staging, locked by this process, its folder under staging/ made and durable. */
enum err_code session_create(
    struct db *db, char **roots, size_t nroots, const char *options_json, int64_t *id, struct err *e);

/* One of no import, for files that somebody else stages: locked, its folder made.  It counts as rejected from
 * the start, so that lib-sweep clears what is left of it should this process die. */
enum err_code session_scratch(struct db *db, int64_t *id, struct err *e);
/* Clear its folder, forget and unlock it. */
enum err_code session_scratch_end(struct db *db, int64_t id, struct err *e);

/* Compare-and-swap of the state: ERR_STATE "session s3 is rejected" where it was not `from`. */
enum err_code session_move(struct db *db, int64_t id, const char *from, const char *to, struct err *e);

/* staging|staged|failed -> rejected: its files under staging/ go, its items keep what they were. */
enum err_code session_reject(struct db *db, int64_t id, struct err *e);

/* failed -> staged, after the cause is gone; items that failed at import stay failed. */
enum err_code session_retry(struct db *db, int64_t id, struct err *e);

/* Is it this user's, or may he change those of others?  (store/owner.h) */
bool session_is_ours(struct db *db, int64_t id);

/* ERR_STATE: "session s3 is rejected", with the way on. */
enum err_code session_wrong(int64_t id, const char *state, struct err *e);

/* Remove staging/<id>/ with all that we would have named there; what is foreign stays and is counted.  Then
 * session.staging = 0.  Safe to call again. */
enum err_code session_clear_staging(
    struct db *db, int64_t id, int64_t *removed, int64_t *bytes, struct err *e);

/* One item as a commit or a listing needs it. */
struct item {
	int64_t id, session;
	char state[16];
	char *path; /* bytes, NUL-terminated; NULL once committed */
	int64_t size, mtime_ns, ctime_ns, inode, device;
	int64_t staged_ns; /* the ctime of its copy in staging/, 0: not known */
	uint8_t sha256[32];
	uint8_t audio[32]; /* as record.audio, also of a file that has parts */
	bool has_audio;
	bool has_sha256, linked; /* linked: what is staged is the source under another name */
	char suffix[8];
	char *code, *reason;   /* of a failure, or NULL */
	int64_t attempts, due; /* due: when it is tried again by itself, 0: never */
	int64_t failed;        /* when it failed last, 0: it has not */
	int64_t track;
	void *record; /* encoded record (worker/record.h) or NULL */
	size_t record_len;
};
void item_free(struct item *it); /* release and zero */

/* Items of a session in the order of their ids, starting after `after`: 1, 0 at the end, -1.  Holds no read
 * transaction between calls.  *it is released and refilled. */
int item_next(struct db *db, int64_t session, int64_t after, struct item *it, struct err *e);

/* The same of those that failed, without their records; session 0: of all that were not rejected and have not
 * expired. */
int item_next_failed(struct db *db, int64_t session, int64_t after, struct item *it, struct err *e);

#endif
