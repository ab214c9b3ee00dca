/* SPDX-License-Identifier: MIT */
/*
 * read.h - everything about one file, in the process that may crash
 *
 * Called by the media worker only; other programs ask it (worker/client.h).
 */
#ifndef MEDIA_READ_H
#define MEDIA_READ_H

#include "worker/record.h"

struct sniffed;
struct tagfile;

/* format, codec and suffix into a zeroed *r; ERR_NOTAUDIO. */
enum err_code media_sniff(int fd, struct record *r, struct err *e);

/* The tags alone of a file that TagLib has open, as they stand in its memory; NULL: of Matroska. */
enum err_code media_read_tags(
    int fd, const struct tagfile *t, const struct sniffed *s, struct record *r, struct err *e);

/* Everything into a zeroed *r.  ERR_NOTAUDIO; ERR_MEMORY where the process's limit is too small for it. */
enum err_code media_read(int fd, struct record *r, struct err *e);

#endif
