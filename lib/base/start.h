/* SPDX-License-Identifier: MIT */
/*
 * start.h - start a program with the descriptors that it shall have, and where the running one lies
 *
 * The one place that starts a process: no shell, no signal masked or ignored in it.  Which program may be run
 * at all is program.h's business.
 */
#ifndef BASE_START_H
#define BASE_START_H

#include <stddef.h>
#include <sys/types.h>

/* The descriptor `to` of the new program is our `from`, or /dev/null where from is -1. */
struct start_fd {
	int to;
	int from;
};

/* Start the file; argv and env end with NULL.  What is not named among the n descriptors it has of ours,
 * unless they close on exec.  0, or the errno of what failed; *pid is then not set. */
int start_program(const char *file, char *const argv[], char *const env[], const struct start_fd *fds,
    size_t n, pid_t *pid);

/* The folder that the running program's file lies in, malloced; NULL with errno set. */
char *start_folder(void);

#endif
