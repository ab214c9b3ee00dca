/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - give up whatever a parser of hostile bytes does not need
 *
 * After sandbox_enter() the process can read descriptors it has and is handed,
 * use memory up to its limit, and answer on its socket: no path can be opened,
 * nothing written to a file, no program started.  Where file_bytes is not 0 it
 * can also write to descriptors that are open for that, up to this length of the file.  Each measure that the
 * kernel lacks is left out and told by sandbox_status().
 */
#ifndef MEDIA_SANDBOX_H
#define MEDIA_SANDBOX_H

#include <stddef.h>

/* Before anything hostile is touched, with all libraries loaded. */
void sandbox_enter(long memory_bytes, long file_bytes);

/* "landlock=7 seccomp=1 rlimit_as=536870912"; 0 for what is not in force. */
void sandbox_status(char *text, size_t size);

#endif
