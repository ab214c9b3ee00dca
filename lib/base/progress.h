/* SPDX-License-Identifier: MIT */
/*
 * progress.h - how library code tells a command how far it is
 *
 * The library calls report() now and then, never more often than it does work;
 * the command draws it where stderr is a terminal (cli_progress_draw).
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	void (*report)(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes);
	void *context;
	volatile const int *stop; /* set to non-zero: end between two items (ERR_INTERRUPTED) */
	bool totals;              /* are wanted even where things have to be counted for them */
};

/* A bar with rate and ETA on stderr, at most ten times a second, or with --log=json an object at most every
 * second and one that says how long a stage took when the next begins or the command ends; fits struct
 * progress.report.  total 0: unknown; negative: so many are known of by now, and there may be more. */
void cli_progress_draw(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes);

/* Wipe the bar before other text is written to stderr. */
void cli_progress_clear(void);

#endif
