/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - upkeep of a library: what lib-sweep does by itself
 *
 * Each task looks first, then takes the locks that it needs (a session's, or
 * the library's exclusively, neither of them waited for), looks again, and
 * acts.  What is held by somebody at work is left for the next time.  Files
 * are only touched below the library's folder, never through a link, and
 * only under names that the library itself makes; everything else is foreign:
 * counted, told, and left alone.
 *
 *	stage     staging of finished sessions; old unfinished ones expire; sources
 *	          of moves that were cut short
 *	stuck     sessions and items whose holder died go back one state
 *	retry     files whose import failed and that are due are tried again, by the command
 *	orphans   blobs that nothing names go to trash/, with a row
 *	trash     what lies there longer than its grace is deleted
 *	optimize  statistics, old events, the WAL
 *	backup    a copy of the catalogue, a day after the last one if anything was changed since
 *	verify    (only when it is asked for) each blob is read and compared with its name, the catalogue
 *	          with itself
 *	repair    (only when it is asked for) what verify finds wrong of the catalogue is mended, blobs that
 *are missing or damaged are fetched again from wherever their bytes are found
 *
 * Bytes of which the catalogue knows nothing may be the only ones: of a commit that was lost with the
 * write-ahead log.  In trash/ they stay for long, `health` tells, and a rebuild takes them in.
 *
 * A crash in `orphans` leaves at worst a file in trash/ without its row, one in
 * `trash` a file without row (its row goes first); the next `trash` gives each
 * such file a row, and a fresh grace, and drops rows whose file is gone.  A
 * file that lies in trash/ while the catalogue names it in blobs/ goes back.
 */
#ifndef STORE_SWEEP_SWEEP_H
#define STORE_SWEEP_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum sweep_task {
	SWEEP_STAGE,
	SWEEP_STUCK,
	SWEEP_RETRY,
	SWEEP_ORPHANS,
	SWEEP_TRASH,
	SWEEP_OPTIMIZE,
	SWEEP_BACKUP,
	SWEEP_VERIFY, /* the first of those that are not run by themselves */
	SWEEP_REPAIR,
	SWEEP_TASKS
};

/* What SWEEP_VERIFY reads. */
struct sweep_scrub {
	bool all;              /* from the beginning, though the last run was cut short */
	double sample;         /* so many percent of the blobs, chosen by chance; 0: all */
	int64_t time_limit_ms; /* begin with no further blob after so long; 0: none */
	int64_t rate;          /* bytes a second; 0: as fast as can be */
	int jobs;              /* blobs read at a time */
};

/* What SWEEP_BACKUP makes. */
struct sweep_copies {
	bool asked;     /* make one, whether it is due or not */
	const char *to; /* a folder; NULL: LIBRARY/backup */
	int keep;       /* so many copies; 0: some of each day, week and month (backup.h) */
};

enum sweep_retried {
	RETRY_DONE,
	RETRY_RESTS, /* nothing was due after all, or all of it lies where nobody looks for now */
	RETRY_BROKEN
};

struct sweep {
	int64_t older_than; /* seconds after which an unfinished session expires */
	int64_t grace;      /* seconds that files stay in trash/ */
	int64_t unknown;    /* the same, of bytes that the catalogue has never heard of */
	bool force;         /* many orphans at once are no reason to stop */
	bool dry_run;       /* tell, change nothing, take no lock */
	bool leapt;         /* the clock may be wrong: nothing goes by its age */
	struct sweep_scrub scrub;
	struct sweep_copies copies;
	char **from; /* folders in which SWEEP_REPAIR looks for copies of blobs */
	size_t nfrom;
	volatile const int *stop;
	/* Try what is due of a session again (lib-import --retry --due); RETRY_BROKEN fills in *e. */
	enum sweep_retried (*retry)(int64_t session, struct err *e);
	/* How far a long task is, in things and bytes; total 0: unknown.  May be NULL. */
	void (*progress)(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes);
	/* Told of each thing that is done, or would be: task "orphans", action "trash", thing
	 * "blobs/ab/...", bytes -1 where it has none; and of what is "foreign".  May be NULL. */
	void (*action)(const char *task, const char *action, const char *thing, int64_t bytes);
	/* Told of each thing that could not be done; may be NULL. */
	void (*failed)(const struct err *e);
};

struct sweep_report {
	enum sweep_task task;
	bool dry_run, changed;
	struct {
		const char *name;
		int64_t n;
		bool quiet; /* for programs alone */
	} counts[16];
	size_t n;
};

const char *sweep_name(enum sweep_task task);

/* Is the clock more than 300 days ahead of the last sweep?  It may be wrong then; the next sweep believes it.
 * *days is how far, 0 where it is not. */
enum err_code sweep_leap(struct db *db, int64_t *days, struct err *e);

/* The one sweep of a library at a time: ERR_BUSY where another one is at work.  Ends with db_close(). */
enum err_code sweep_lock(struct db *db, struct err *e);

/* Run a task, note it in the task table and, where it changed something, in the event log.  ERR_BUSY:
 * somebody publishes, try later; ERR_ATTENTION: too many orphans without force; ERR_INTERRUPTED. */
enum err_code sweep_run(
    struct db *db, enum sweep_task task, const struct sweep *s, struct sweep_report *r, struct err *e);

/* Note a run of what is no task of sweep_run(), with its counts as a JSON object, as the latest of that name.
 */
enum err_code sweep_note_run(
    struct db *db, const char *name, int64_t started, int status, const char *counts, struct err *e);

/* One of a report's counts, 0 where it has none of that name. */
int64_t sweep_count(const struct sweep_report *r, const char *name);

/* Append "orphans: 3 moved, 4096 bytes", or {"v":1,"type":"report","task":"orphans",...}. */
void sweep_text(const struct sweep_report *r, struct buf *out);
void sweep_json(const struct sweep_report *r, struct buf *out);

#endif
