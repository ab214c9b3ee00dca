/* SPDX-License-Identifier: MIT */
/*
 * ffmpeg.h - the user's ffmpeg, which converts what this suite itself only keeps
 *
 * It is `ffmpeg` of the user's own configuration (base/own.h), else the one in PATH.  It reads its standard
 * input and writes its standard output, both plain files or pipes that we opened, so no name of a file is
 * ever taken for an option or an address.
 */
#ifndef INTAKE_ENCODE_FFMPEG_H
#define INTAKE_ENCODE_FFMPEG_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"

/* Descriptors of its own as files that it can look for a place in; and as pipes. */
#define FFMPEG_IN       "file:/dev/fd/0"
#define FFMPEG_OUT      "file:/dev/fd/1"
#define FFMPEG_IN_PIPE  "pipe:0"
#define FFMPEG_OUT_PIPE "pipe:1"

/* Begin a command line: the program, what every call of it gets, and what may be read.  ERR_NOTFOUND, and
 * how to get it, where there is none. */
enum err_code ffmpeg_begin(struct texts *argv, struct err *e);

/* Append words up to a NULL. */
enum err_code ffmpeg_words(struct texts *argv, const char *const *words, struct err *e);

/* Append a command line that was begun, and what it reads: standard input, near start_ms of it. */
enum err_code ffmpeg_input(struct texts *argv, const struct texts *begun, int64_t start_ms, struct err *e);

/* Append the filter, and a comma, that leaves of a file what begins at start_ms and is so long, 0: to its
 * end; cut at samples, so that parts one behind the other are the whole.  Nothing where all of it is wanted.
 */
void ffmpeg_cut(struct buf *chain, int64_t start_ms, int64_t length_ms);

/* Append what makes a file of nothing but the sound, the same in every run. */
enum err_code ffmpeg_plain(struct texts *argv, struct err *e);

/* A run of it. */
struct ffmpeg {
	pid_t pid;
	int said; /* its standard error */
	char line[256], first[256], last[256];
	size_t len; /* of line, which has no end yet */
	int status;
	bool ended;
};

/* Start it with these descriptors; sound of length_ms (0: unknown) may cost it as much time to compute, and a
 * minute, so that no file holds it for ever. */
enum err_code ffmpeg_start(
    struct ffmpeg *f, const struct texts *argv, int in, int out, int64_t length_ms, struct err *e);

/* Take in what it says for up to ms milliseconds, 0: what is there; whether it has ended. */
bool ffmpeg_listen(struct ffmpeg *f, int ms);

/* Wait for its end: ERR_INTERRUPTED where *stop made it end before, else, where it failed, an error with
 * what it said.  Must be called after ffmpeg_start(). */
enum err_code ffmpeg_end(struct ffmpeg *f, volatile const int *stop, struct err *e);

/* End it, whatever it does. */
void ffmpeg_kill(struct ffmpeg *f);

#endif
