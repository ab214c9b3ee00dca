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
	OPT_FROM /* of repair */
};

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

/* An option of verify; a wrong value ends the command. */
void sweep_scrub_option(struct sweep_scrub *o, int key, const char *value);
int sweep_cores(void);

/* Lay the copy in file back as the library's catalogue, and print what came of it. */
void sweep_restore(const char *file, bool force, struct err *e);

#endif
