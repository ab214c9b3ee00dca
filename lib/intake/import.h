/* SPDX-License-Identifier: MIT */
/*
 * import.h - a session's work: walk, stage, record; stopped at any moment, it goes on later
 *
 *	import_begin(&session, ...)     a new session, or the unfinished one of the same roots
 *	import_run(...)
 *
 * Files are made durable in batches, and recorded after that: what the
 * catalogue calls staged is on the disk.  SQLite is only used by the calling thread,
 * and sources only by others, so that it can stop in time where a device does
 * not answer.
 */
#ifndef INTAKE_IMPORT_H
#define INTAKE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "intake/options.h"
#include "store/db.h"

struct import_counts {
	int64_t staged, bytes; /* by this run */
	int64_t earlier;       /* staged by an earlier run of the session */
	int64_t unchanged, skipped, failed;
	int64_t damaged;        /* of the staged ones */
	int64_t links, special; /* symbolic links; devices, sockets, pipes: passed over */
};

struct import_run {
	struct db *db;
	int64_t session;
	const struct import_options *options;
	int jobs;
	int64_t limit_rate;        /* bytes a second that are read of sources; 0: all it can */
	bool retry;                /* only the session's failed items */
	bool due;                  /* ... by themselves: what is gone may come back */
	struct progress *progress; /* or NULL */
	void (*failed)(const char *path, const struct err *e); /* once for each file that fails */
	void (*note)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	/* once for each file that is staged, or named like audio and is none: what there is to say of it,
	 * each ended by a newline, or "" */
	void (*noted)(const char *path, bool damaged, const char *notes);
	struct import_counts counts; /* filled in, on failure too */
	char state[16];              /* of the session, in the end */
	char lacks[64]; /* what the kernel lacks to shut in the readers of tags, as "landlock, seccomp", or ""
			 */
	bool held_up;   /* stopped, but a thread hangs in a device: roots and options must stay as they are */
};

/* The number of cores, at most 8. */
int import_default_jobs(void);

/* Find the unfinished session of these roots and options, or make one.  Its lock is held from now on.
 * ERR_BUSY where another process works on it. */
enum err_code import_begin(struct db *db, char **roots, size_t nroots, const struct import_options *o,
    int64_t *session, bool *resumed, struct err *e);

/* Take up a session by its id: its lock, its roots, or on retry the paths to be tried again (paths_free()),
 * its options.  Errors as retry_paths(), and ERR_STATE, which says what to do instead. */
enum err_code import_resume(
    const struct import_run *run, char ***roots, size_t *nroots, struct import_options *o, struct err *e);

/* Do it.  ERR_NONE: the session is staged.  ERR_INTERRUPTED, ERR_SPACE, ERR_IO, ...: it stays as it is,
 * resumable, and nothing unrecorded is left of it.  ERR_STATE: it was rejected, and is cleared up. */
enum err_code import_run(struct import_run *run, char **roots, size_t nroots, struct err *e);

#endif
