/* SPDX-License-Identifier: MIT */
/*
 * spawn.h - find the media worker's program and start it; see client.h
 */
#ifndef WORKER_SPAWN_H
#define WORKER_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Start program, which may write to files up to file_bytes (0: not at all); *fd is our end of its socket,
 * close-on-exec like its other end, so that a worker started at the same moment by another thread gets
 * neither. */
enum err_code spawn_worker(const char *program, int timeout_ms, long memory_bytes, int64_t file_bytes,
    pid_t *pid, int *fd, struct err *e);

#endif
