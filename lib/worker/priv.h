/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of client.h share: a worker's process, and the talk with it
 */
#ifndef WORKER_PRIV_H
#define WORKER_PRIV_H

#include <sys/types.h>

#include "base/buf.h"
#include "worker/client.h"

struct worker {
	char *program;
	int timeout_ms;
	long memory_bytes;
	pid_t pid; /* 0: not running */
	int fd;
	int served;
	void (*big)(void *context);
	void *context;
	const atomic_int *stop;
	const struct buf *more; /* what a request goes on with, or NULL */
	int64_t file_bytes;     /* of one that writes, else 0 */
	bool listens;           /* a sound worker */
};

/* How one exchange ended. */
enum outcome { DONE, FAILED, STOPPED, SLOW, STUCK, DEAD };

/* process.c: a running process, the old one, or a fresh one where it had its fill or died while it had
 * nothing to do. */
enum err_code worker_start(struct worker *w, struct err *e);

/* End the process; its wait status, or -1 where it had none. */
int worker_stop(struct worker *w);

/* The status of a process that closed its end: it is about to die by itself, so give it a moment. */
int worker_remains(struct worker *w);

/* Ended by a signal that no parser gets by itself? */
bool worker_was_killed(int status);

/* Why the process is gone: as a rule the file's fault, but a program that cannot start is not. */
enum err_code worker_autopsy(struct worker *w, int status, const char *reader, struct err *e);

/* exchange.c: send a request, with fd where that is not -1. */
bool worker_ask(struct worker *w, char kind, int fd);

/* Exactly len bytes before the deadline. */
enum outcome worker_receive(struct worker *w, void *bytes, size_t len, int64_t deadline);

/* Is w->stop set? */
bool worker_is_stopped(const struct worker *w);

/* One request and its answer into out.  A death by somebody else's doing gets a second try. */
enum err_code worker_call(struct worker *w, char kind, int fd, struct buf *out, struct err *e);

#endif
