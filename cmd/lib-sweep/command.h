/* SPDX-License-Identifier: MIT */
/*
 * command.h - what the files of lib-sweep share
 */
#ifndef CMD_LIB_SWEEP_COMMAND_H
#define CMD_LIB_SWEEP_COMMAND_H

#include "base/cli.h"
#include "base/err.h"
#include "store/sweep/sweep.h"

enum {
	OPT_OLDER = CLI_LONG,
	OPT_GRACE,
	OPT_FORCE,
	OPT_ALL, /* from here on of verify, the time excepted: sweep_scrub_option() */
	OPT_SAMPLE,
	OPT_TIME,
	OPT_RATE,
	OPT_JOBS = 'j',
	OPT_TO = OPT_RATE + 1, /* of backup */
	OPT_KEEP,
	OPT_FROM, /* of repair */
	OPT_ALONE /* of rebuild */
};

/* Tasks that sweep.h has not got. */
enum { SWEEP_SCHEDULES = SWEEP_TASKS, SWEEP_HEALTH };

/* Run tasks of sweep.h and SWEEP_HEALTH in turn, whatever becomes of each; *worst becomes the worst status of
 * them.  s->scrub.time_limit_ms is that of all together; ages: one was asked for, so whatever the clock says
 * is meant. */
enum err_code sweep_tasks(const int *tasks, int n, struct sweep *s, bool ages, int *worst, struct err *e);

/* Run one task and print what came of it. */
void sweep_one(struct db *db, enum sweep_task task, const struct sweep *s, struct err *e);

/* Fits struct sweep.action. */
void sweep_tell(const char *task, const char *action, const char *thing, int64_t bytes);

/* Print how the library is; its verdict is *e. */
void sweep_health(struct db *db, struct err *e);

/* Run what is due of the playlists' schedules, and wait for it. */
void sweep_schedules(struct err *e);

/* Write how the library is into file for Prometheus; "-" is stdout. */
void sweep_metrics(const char *file, struct err *e);

/* Fits struct sweep.retry: runs lib-import, which is beside this program. */
enum sweep_retried sweep_try_again(int64_t session, struct err *e);

/* An option of verify; a wrong value ends the command. */
void sweep_scrub_option(struct sweep_scrub *o, int key, const char *value);
int sweep_cores(void);

/* Lay the copy in file back as the library's catalogue, and print what came of it. */
void sweep_restore(const char *file, bool force, struct err *e);

/* Make a catalogue: of the copy in file (may be NULL), or of what backup_find_base() finds; then take in what
 * nothing names. */
void sweep_rebuild(const char *file, bool alone, bool force, int jobs, struct err *e);

#endif
