/* SPDX-License-Identifier: MIT */
/*
 * history.h - lib-import --history and --played: what was heard
 */
#ifndef CMD_LIB_IMPORT_HISTORY_H
#define CMD_LIB_IMPORT_HISTORY_H

#include <stdbool.h>

#include "base/err.h"

enum history_action { HISTORY_IMPORT, HISTORY_LIST, HISTORY_FORGET };

struct history_options {
	enum history_action action;
	const char *type; /* NULL: found out by the content */
	const char *zone; /* NULL: of the process, where a source tells none */
	const char *user; /* NULL: who runs the command */
	bool again;       /* read also what was taken in before */
};

/* Check the options and the number of operands, before anything is opened: ERR_USAGE. */
enum err_code history_check(const struct history_options *o, bool played, int operands, struct err *e);

/* Take in files of histories, "-" is standard input, or do what else the options say.  What fails of one
 * operand is told and the others go on. */
enum err_code history_do(const struct history_options *o, char **operands, struct err *e);

/* The imports of histories that there are, and those named taken out again. */
enum err_code history_list(struct err *e);
enum err_code history_forget(char **ids, struct err *e);

/* One play as JSON on standard input. */
enum err_code history_played(const struct history_options *o, struct err *e);

#endif
