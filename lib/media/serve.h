/* SPDX-License-Identifier: MIT */
/*
 * serve.h - the worker's side of worker/protocol.h
 */
#ifndef MEDIA_SERVE_H
#define MEDIA_SERVE_H

#include <stdbool.h>

/* Answer requests on socket, those to write alone where `writes`, until the other end closes it; 0, or 1
 * where the socket failed.  A request that takes longer than protocol_timeout() and a second ends the process
 * by SIGALRM, should the parent not do it.
 */
int serve(int socket, int timeout_ms, bool writes);

#endif
