/*
 * history.h - lib-import --history and --played: what was heard
 */
#ifndef CMD_LIB_IMPORT_HISTORY_H
#define CMD_LIB_IMPORT_HISTORY_H

#include "base/err.h"

struct history_options {
	const char *type; /* NULL: found out by the content */
	const char *zone; /* NULL: of the process, where a source tells none */
	const char *user; /* NULL: who runs the command */
};

/* Check the options, before anything is opened: ERR_USAGE. */
enum err_code history_check(const struct history_options *o, struct err *e);

/* Files of histories; "-" is standard input.  What fails of them is told and the others go on. */
enum err_code history_import(const struct history_options *o, char **files, struct err *e);

/* One play as JSON on standard input. */
enum err_code history_played(const struct history_options *o, struct err *e);

#endif
