/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the tasks of sweep.h share
 */
#ifndef STORE_SWEEP_PRIV_H
#define STORE_SWEEP_PRIV_H

#include "store/blob.h"
#include "store/sql.h"
#include "store/sweep/sweep.h"

/* Sessions whose items still own their files. */
#define SWEEP_UNFINISHED "s.state NOT IN ('committed', 'rejected', 'expired')"

/* SQL: event r says that the library went back to a copy, or was made anew; `lib-commit --restore` is an
 * edit. */
#define SWEEP_WENT_BACK                                                                                      \
	" (r.kind = 'rebuild' OR (r.kind = 'restore' AND NOT EXISTS (SELECT 1 FROM edit WHERE event_id = "   \
	"r.id)))"

/* Names of blobs: those of one folder, or the orphans of all. */
struct blob_entry {
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
	bool removed; /* the catalogue took it out: no surprise */
};
struct blob_list {
	struct blob_entry *v;
	size_t n, cap;
};
int blob_entry_compare(const void *a, const void *b); /* by hash, then suffix */
void blob_list_free(struct blob_list *l);             /* release and zero */
enum err_code blob_list_add(struct blob_list *l, const struct blob_entry *b, struct err *e);

/* SQL: row t of trash is of bytes that the catalogue has never heard of, as they lie there after a crash, or
 * because what it knew of them was lost with its log. */
#define SWEEP_UNKNOWN                                                                                        \
	" (t.reason = 'orphan' AND NOT EXISTS (SELECT 1 FROM item WHERE sha256 = t.sha256)"                  \
	" AND NOT EXISTS (SELECT 1 FROM item_cover WHERE sha256 = t.sha256))"

/* A set of hashes. */
struct hash_set {
	uint8_t (*v)[32];
	size_t n, cap;
};
void hash_set_free(struct hash_set *h);
enum err_code hash_set_add(struct hash_set *h, const uint8_t sha256[32], struct err *e);
void hash_set_sort(struct hash_set *h); /* before the first hash_set_has() */
bool hash_set_has(const struct hash_set *h, const uint8_t sha256[32]);

/* The hashes of all that unfinished sessions hold. */
enum err_code sweep_spared(struct db *db, struct hash_set *h, struct err *e);

/* Does a file that is not removed, or a cover, name this blob?  1, 0, -1. */
int sweep_is_named(struct db *db, const struct blob_entry *b, struct err *e);

/* Told of an entry that is not ours, as "blobs/ab/name". */
typedef void foreign_fn(void *context, const char *path);

/* The plain files of LIBRARY/folder that blob_name() makes, sorted by hash; shard 0..255 where only names
 * that begin with it are ours, else -1.  A folder that is missing is empty, one that is a link is foreign.
 * Sizes are not filled in. */
enum err_code sweep_list(struct db *db, const char *folder, int shard, struct blob_list *l,
    foreign_fn *foreign, void *context, struct err *e);

/* Tells of what is in blobs/ beside 00 to ff. */
enum err_code sweep_list_shards(struct db *db, foreign_fn *foreign, void *context, struct err *e);

/* What lies in blobs/ against what the catalogue names. */
struct blob_survey {
	struct blob_list orphans; /* named by nothing */
	int64_t files;            /* in blobs/ under names of ours */
	int64_t missing, wrong;   /* named by a file that is ok or by a cover: not there; of another size */
	char first_bad[BLOB_PATH];
};
void blob_survey_free(struct blob_survey *v);

/* Fill in a zeroed *v.  check: stat what is named, too (at most about 50,000 of them, spread evenly). */
enum err_code sweep_survey(struct db *db, bool check, volatile const int *stop, struct blob_survey *v,
    foreign_fn *foreign, void *context, struct err *e);

/* Helpers of the tasks. */
void sweep_add(struct sweep_report *r, const char *name, int64_t n);
void sweep_act(const struct sweep *s, const struct sweep_report *r, const char *action, const char *thing,
    int64_t bytes);
void sweep_failed(const struct sweep *s, const struct err *e);
bool sweep_stopped(const struct sweep *s);

/* The instant before which things are older than that age. */
int64_t sweep_before(const struct sweep *s, int64_t age);

/* Now; or, where the clock went back since, when the last sweep ended: what is dated so never goes too early.
 */
int64_t sweep_stamp(struct db *db);
void sweep_note(struct sweep_report *r, const char *name, int64_t n); /* a count for programs alone */
void sweep_low_priority(void); /* what plays or copies music goes first */

/* Damage that was found and is still there is the task's status, ERR_ATTENTION. */
void sweep_sum_up(const struct sweep_report *r, struct err *e);

/* A foreign_fn whose context this is. */
struct sweep_foreign {
	const struct sweep *s;
	struct sweep_report *r;
};
void sweep_foreign(void *context, const char *path);

typedef enum err_code sweep_fn(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e);
sweep_fn sweep_stage, sweep_stuck, sweep_retry, sweep_orphans, sweep_trash, sweep_optimize, sweep_backup,
    sweep_verify, sweep_repair;

/* Covers of removed tracks that cannot come back any more are forgotten. */
enum err_code sweep_covers(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e);

/* Compare the catalogue with itself: what SQLite finds, and what must hold between rows.  Each fault is told
 * by sweep_failed() and counted; ERR_LIBRARY where the database itself is damaged. */
enum err_code sweep_soundness(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e);

/* The same; what can be mended is, and told by sweep_act(). */
enum err_code sweep_mend(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e);

#endif
