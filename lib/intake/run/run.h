/* SPDX-License-Identifier: MIT */
/*
 * run.h - one run of an import, from inside: import.c begins and ends it, run.c moves its jobs, wanted.c
 * knows which files need none; for these three alone
 */
#ifndef INTAKE_RUN_RUN_H
#define INTAKE_RUN_RUN_H

#include "intake/run/batch.h"
#include "intake/walk/circuit.h"
#include "intake/import.h"
#include "intake/run/job.h"
#include "intake/run/pool.h"
#include "intake/walk/scout.h"
#include "intake/run/shelf.h"
#include "intake/walk/walk.h"
#include "store/config.h"
#include "store/session/stage.h"

enum { RUN_POLL_MS = 100 };

/* What one run holds; all of it belongs to the calling thread but shared. */
struct import {
	struct import_run *run;
	struct job_shared shared;
	struct stage *stage;
	struct pool *pool;
	struct scout *scout;
	struct scout *counter; /* how many files there are; NULL where nobody asks */
	struct batch *batch;
	struct circuit *circuit;
	struct config config; /* the library's */
	struct shelf shelf;
	char state[16]; /* in which the session has to be */
	int64_t sent, handled;
	int64_t unread, members; /* files that needed no reading; of archives, sent */
	int64_t looked_ms;       /* when it was last seen to be in that state */
	char **bases;            /* the session's roots, on retry */
	char **named;            /* what is retried, on retry */
	size_t nnamed;
	char **missed; /* what the walk could not look at */
	size_t nmissed;
	bool lost; /* a sync or record failed: nothing more is recorded */
};

/* Everything that the walk finds, to its end.  ERR_INTERRUPTED, ERR_STATE (rejected), or the library's error.
 */
enum err_code import_walk(struct import *im, struct err *e);

/* Sync and record what is staged. */
enum err_code import_flush(struct import *im, struct err *e);

/* Count, tell and keep a job that came back; takes it over. */
enum err_code import_settle(struct import *im, struct job *j, struct err *e);

/* 1: the file has to be read; 0: it need not, and is counted; -1.  from: the archive that it lies in, or
 * NULL. */
int import_wants(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e);

/* A file that failed; one without audio, which is an error only where that was asked for. */
void import_say_failed(struct import *im, const char *path, const struct err *why);
void import_skip(struct import *im, const char *path);

#endif
