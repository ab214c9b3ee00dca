/*
 * spawn.h - find the media worker's program and start it; see client.h
 */
#ifndef WORKER_SPAWN_H
#define WORKER_SPAWN_H

#include <sys/types.h>

#include "base/err.h"

/* Start program; *fd is our end of its socket, close-on-exec like its other end, so that a worker started at
 * the same moment by another thread gets neither. */
enum err_code spawn_worker(
    const char *program, int timeout_ms, long memory_bytes, pid_t *pid, int *fd, struct err *e);

#endif
