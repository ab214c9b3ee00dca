/* SPDX-License-Identifier: MIT */
/*
 * lrc.h - lyrics with times: .lrc files
 *
 * [mm:ss.xx] before a line, also several of them, say when it is sung, <mm:ss.xx> inside it
 * when its words are; [ti:], [ar:], [al:] name title, artist and album, and [offset:n] makes everything come
 * n milliseconds earlier.  Other [name:text] lines are about the file and are dropped.
 *
 * The record gets `lyrics`: the lines in the order of their times, without any; where there are
 * times the free tag syncedlyrics: the same lines, each with its time, the offset applied; and
 * title, artist and album as they are named.
 */
#ifndef MEDIA_TEXT_LRC_H
#define MEDIA_TEXT_LRC_H

#include <stddef.h>

#include "worker/record.h"

/* ERR_FORMAT where there is no line to sing, or too many. */
enum err_code lrc_parse(struct record *r, const void *bytes, size_t len, struct err *e);

/* The same from a file. */
enum err_code lrc_read(int fd, struct record *r, struct err *e);

#endif
