/* SPDX-License-Identifier: MIT */
/*
 * textfile.h - the bytes of a small text file that lies beside the audio
 */
#ifndef MEDIA_TEXT_TEXTFILE_H
#define MEDIA_TEXT_TEXTFILE_H

#include "base/buf.h"
#include "base/err.h"

enum { TEXTFILE_MAX = 1 << 20 };

/* Append all of fd, whose offset is not moved; ERR_FORMAT where that is more than TEXTFILE_MAX or cannot be
 * read. */
enum err_code textfile_read(int fd, struct buf *out, struct err *e);

#endif
