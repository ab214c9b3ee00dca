/* SPDX-License-Identifier: MIT */
/* command.h - what the files of lib-analyze share */
#ifndef CMD_ANALYZE_COMMAND_H
#define CMD_ANALYZE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/sound/sound.h"

struct command {
	struct sound_wish wish;
	int jobs;
	int64_t time_limit_ms; /* 0: none */
	bool duplicates, staged;
	const int64_t *sessions; /* of --staged; NULL: all */
	size_t nsessions;
	const char *prefer; /* NULL, "analysis" or "tags" */
};
extern struct command command;

/* Decode what the wish leaves to be done, keep what is found, and say so. */
enum err_code analyze(struct db *db, struct err *e);

#endif
