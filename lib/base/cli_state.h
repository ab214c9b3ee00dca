/* SPDX-License-Identifier: MIT */
/*
 * cli_state.h - what cli.c, message.c and progress.c share; nobody else includes it
 */
#ifndef BASE_CLI_STATE_H
#define BASE_CLI_STATE_H

#include <stdbool.h>

#include "base/buf.h"

struct cli_state {
	bool json, quiet, verbose, log_json;
};
extern struct cli_state cli_state;

void cli_message_start(const char *command);

/* The beginning of an object on stderr: time, run, milliseconds, command, session; then members, and
 * cli_log_end(), which closes, prints and frees it. */
void cli_log_begin(struct buf *b, const char *level);
void cli_log_end(struct buf *b);

/* The stage that was reported last, or NULL. */
const char *cli_progress_stage(void);

/* Tell how long it took, with --log=json. */
void cli_progress_end(void);

/* One line on stderr, as text or JSON. */
void cli_message(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
