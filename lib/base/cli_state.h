/*
 * cli_state.h - what cli.c, message.c and progress.c share; nobody else includes it
 */
#ifndef BASE_CLI_STATE_H
#define BASE_CLI_STATE_H

#include <stdbool.h>

struct cli_state {
	bool json, quiet, verbose, log_json;
};
extern struct cli_state cli_state;

void cli_message_start(const char *command);

/* One line on stderr, as text or JSON. */
void cli_message(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
