/* SPDX-License-Identifier: MIT */
/*
 * program.h - run somebody else's program: no shell, a clean environment, one place for all commands
 *
 * What may be run stands in the user's own configuration (base/own.h) or is one of our own commands.  A
 * program that is named without a slash is looked for in those folders of $PATH that are absolute and that
 * not everybody may write to, else in /usr/local/bin, /usr/bin and /bin.  Of the environment it gets what a
 * program of the user's desktop and terminal needs, a PATH of the same folders, and $FONOTECA_LIBRARY.
 * Names of files are handed over as absolute paths, so that none is ever taken for an option.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct program {
	char *const *argv;   /* NULL-terminated; the first is the program, by name, absolute path or ~/path */
	const char *library; /* for $FONOTECA_LIBRARY, or NULL */
	bool ours;           /* one of our own commands: it gets the environment as it is */
	int in, out, err;    /* descriptors for its standard ones; -1: /dev/null; 0: ours */
};

/* The file that a name stands for, malloced; NULL with ERR_NOTFOUND or ERR_DENIED in *e. */
char *program_find(const char *name, struct err *e);

/* The file of one of our own commands: beside the running one, or NULL after filling in *e; malloced. */
char *program_sibling(const char *command, struct err *e);

/* Start it. */
enum err_code program_start(const struct program *p, pid_t *pid, struct err *e);

/* Wait for it.  *status: what it ended with, or 128 and the signal that killed it.  While *stop (may be NULL)
 * is the number of a signal, SIGTERM and SIGHUP are passed on to it; SIGINT it has from its terminal. */
enum err_code program_wait(pid_t pid, volatile const int *stop, int *status, struct err *e);

/* The same without waiting: 1 it ended, 0 not yet, -1. */
int program_ended(pid_t pid, int *status, struct err *e);

/* Ask it to end; and end it. */
void program_stop(pid_t pid);
void program_kill(pid_t pid);

/* Let it compute for so many seconds and have so many bytes of memory at most. */
void program_limit(pid_t pid, int64_t seconds, int64_t bytes);

/* Start and wait; a program that cannot be started or does not end with 0 is an error. */
enum err_code program_run(const struct program *p, volatile const int *stop, struct err *e);

/* A descriptor that gives these bytes when it is read; -1 after filling in *e. */
int program_input(const void *bytes, size_t len, struct err *e);

#endif
