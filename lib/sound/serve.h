/* SPDX-License-Identifier: MIT */
/*
 * serve.h - the sound worker's loop
 */
#ifndef SOUND_SERVE_H
#define SOUND_SERVE_H

/* Answer requests on the socket until its other end is closed; the process' exit status.  A file that makes
 * no progress for timeout_ms ends the process. */
int sound_serve(int socket, int timeout_ms);

#endif
