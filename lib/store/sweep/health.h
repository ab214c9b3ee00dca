/* SPDX-License-Identifier: MIT */
/*
 * health.h - how a library is, at one look
 *
 * Reads only.  Broken is a library whose catalogue SQLite finds damaged, or
 * that names blobs that are not there or have another size (of more than
 * about 50,000 blobs the sizes of a part are looked at).  Attention want
 *
 *	files known to be missing or damaged
 *	failed sessions, and items that failed at import within the last 30 days
 *	sessions whose committer died, and who holds one without a sign of life
 *	files in trash/ that may be the only ones of music that the catalogue has lost
 *	schedules whose last run failed, or that nobody runs
 *	what is beyond the limits of LIBRARY/config (health-free, health-backup, ...)
 *	a clock that is behind what the library has seen
 *
 * Ages are never below 0, whatever the clock does.
 */
#ifndef STORE_SWEEP_HEALTH_H
#define STORE_SWEEP_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/sound/sound.h"

enum health_verdict { HEALTH_OK, HEALTH_ATTENTION, HEALTH_BROKEN };

enum {
	HEALTH_FILE_STATES = 4,
	HEALTH_SESSION_STATES = 7,
	HEALTH_ITEM_STATES = 9,
	HEALTH_RUNS = 16,
	HEALTH_RESTING = 8,
	HEALTH_FAILURES = 8,
	HEALTH_SILENT = 8,
	HEALTH_SCHEDULES = 8,
	HEALTH_CUT_SHORT = -1 /* for a status: it has none */
};

/* What is right as long as it stays within these; 0: there is no limit. */
struct health_limits {
	int64_t free;      /* bytes that are free, at least */
	int64_t backup;    /* seconds that changes go without a copy */
	int64_t sweep;     /* seconds since a task ended well that was ever run by itself */
	int64_t session;   /* seconds that a session is unfinished */
	int64_t heartbeat; /* seconds without a sign of life of who holds a session */
	int64_t verified;  /* percent of the blobs, at least, that were verified ... */
	int64_t verify;    /* ... within so many seconds */
};

struct health {
	struct health_limits limits;
	int64_t now;
	int schema;
	int64_t tracks, albums, artists;
	struct sound_count sound; /* what lib-analyze has done */
	struct {
		int64_t n, bytes;
	} files[HEALTH_FILE_STATES]; /* ok, missing, damaged, removed */
	int64_t sessions[HEALTH_SESSION_STATES];
	int64_t items[HEALTH_ITEM_STATES]; /* of unfinished sessions */
	int64_t failed_items, stuck;
	struct {
		char code[24];
		int64_t n;
	} failures[HEALTH_FAILURES]; /* the failed items by reason, the most frequent first */
	int nfailures;
	int64_t oldest_unfinished; /* when it was created, 0: there is none */
	struct {
		int64_t id, beat; /* when it was last heard of */
		char holder[128];
	} silent[HEALTH_SILENT]; /* sessions that are held without a heartbeat */
	int nsilent;
	int64_t leaving;     /* sources of moves that are still to be removed */
	int64_t lost_covers; /* pictures that are missing or damaged */
	int64_t free_bytes, database_bytes, wal_bytes, staging_bytes;
	int64_t orphans, orphan_bytes, trash, trash_bytes, foreign;
	int64_t trash_unknown; /* of the files in trash/: the catalogue has never heard of them */
	int64_t missing_blobs, wrong_blobs;
	char first_bad[96]; /* one of those */
	char damage[256];   /* what SQLite says, "" where it is whole */
	struct {
		int64_t n, bytes;
		int64_t last;    /* when the newest was made, 0: there is none */
		int64_t unsaved; /* when the first change came that none of them has, 0: none did */
	} backups;
	int64_t blobs, verified; /* that files name; of them verified within limits.verify */
	int64_t oldest_check;    /* when the one was verified that was so longest ago, 0: one never was */
	int64_t latest;          /* the latest instant that the library has seen */
	struct {
		char name[16];
		int64_t started, succeeded; /* 0: never */
		int status;
	} runs[HEALTH_RUNS]; /* of lib-sweep's tasks */
	int nruns;
	int64_t schedules, schedules_failed; /* whose last run was no good */
	int64_t next_turn;                   /* when the next of them is due, or was; 0: never */
	struct {
		int64_t id, at;
		int status;    /* or HEALTH_CUT_SHORT */
		char what[96]; /* "export Party" */
	} failed_schedules[HEALTH_SCHEDULES];
	int nfailed_schedules;
	struct {
		char root[256]; /* escaped for printing */
		char reason[128];
		int64_t until;
	} resting[HEALTH_RESTING]; /* roots of imports that automatic retries leave alone */
	int nresting;
};

enum err_code health_read(struct db *db, volatile const int *stop, struct health *h, struct err *e);

/* The verdict; told of each thing that it rests on, and of what a person should do about it. */
typedef void health_reason_fn(void *context, const char *what, const char *advice);
enum health_verdict health_reasons(const struct health *h, health_reason_fn *reason, void *context);

/* The verdict, with what it rests on, as "2 failed sessions, 1 stuck session", appended to why (may be NULL).
 */
enum health_verdict health_judge(const struct health *h, struct buf *why);

/* Seconds since an instant; 0 where the clock says that it is yet to come. */
int64_t health_age(const struct health *h, int64_t at);

/* The words of the tables above, for who prints them. */
const char *health_verdict_name(enum health_verdict verdict);
const char *health_file_state(int i);
const char *health_session_state(int i);
const char *health_item_state(int i);

/* Append one screen of text, or one JSON object of type "health". */
void health_text(const struct db *db, const struct health *h, struct buf *out);
void health_json(const struct db *db, const struct health *h, struct buf *out);

/* Append it in Prometheus' text format, each metric labelled with the library in folder path.  Without *h
 * only that it is broken: what is left to say where it cannot be read. */
void health_metrics(const char *path, const struct health *h, struct buf *out);

#endif
