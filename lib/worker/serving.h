/* SPDX-License-Identifier: MIT */
/*
 * serving.h - a worker's side of protocol.h: how it starts, what it is asked, what it answers
 */
#ifndef WORKER_SERVING_H
#define WORKER_SERVING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct serving {
	int timeout_ms;
	long memory_bytes;
	bool writes; /* one file, which may become so long: */
	long file_bytes;
};

/* Read the command line that spawn.h makes; false where nobody of ours has started us.  From then on a
 * terminal's signals are for the command, which then ends us, we die with it, and only its socket is open. */
bool serving_started(int argc, char **argv, struct serving *s);

/* The next request's kind, 0 at the end, -1 on an error; *fd is the descriptor that came with it, or -1. */
int serving_next(int socket, int *fd);

/* What follows a request: a length, and so many bytes. */
enum err_code serving_receive(int socket, void *bytes, size_t len, struct err *e);

/* 0, or -1 where nobody listens any more. */
int serving_send(int socket, const void *bytes, size_t len);
int serving_answer(int socket, enum err_code code, const void *bytes, size_t len);

/* Die by SIGALRM in so many milliseconds; 0: not any more. */
void serving_alarm(int ms);

#endif
