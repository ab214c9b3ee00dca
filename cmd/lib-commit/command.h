/* SPDX-License-Identifier: MIT */
/*
 * command.h - what the parts of lib-commit share
 *
 * cmd/lib-commit.c has the options and the table of actions; each file of
 * this folder carries out some of them.
 */
#ifndef CMD_LIB_COMMIT_COMMAND_H
#define CMD_LIB_COMMIT_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "store/commit/commit.h"
#include "store/db.h"

/* What the command line says, beside cli's own options. */
struct command {
	struct commit_options how;
	struct progress progress;
	bool ids;
	bool gain;   /* what was measured is written */
	bool policy; /* how.policy was asked for; else the library's setting holds */
	bool reads;  /* the library is not written to */
};
extern struct command command;

/* The library, opened when it is first asked for: in a pipe it may be made while this runs.  NULL with *e
 * filled in. */
struct db *command_library(struct err *e);

/* A line on stdout, released; unless memory was out for it. */
enum err_code command_print(struct buf *line, struct err *e);

/* sessions.c: commit, or the action, of each session that the command line or standard input names. */
void sessions_commit(struct err *e);
void sessions_retry(struct err *e);
void sessions_reject(struct err *e);
void sessions_show(struct err *e);
void sessions_all(struct err *e);
void sessions_list(struct err *e);

/* edits.c: changes of the tracks that the command line or standard input names, and of none. */
void edits_amend(struct err *e);
void edits_remove(struct err *e);
void edits_restore(struct err *e);
void edits_write_tags(struct err *e);
void edits_files(struct err *e);
void edits_attach(struct err *e);
void edits_detach(struct err *e);
void edits_undo(struct err *e);

#endif
