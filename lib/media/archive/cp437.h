/* SPDX-License-Identifier: MIT */
/*
 * cp437.h - the code page of names in old zip files
 */
#ifndef MEDIA_ARCHIVE_CP437_H
#define MEDIA_ARCHIVE_CP437_H

#include "base/buf.h"

/* Append s, whose bytes from 0x80 are those of code page 437, in UTF-8. */
void cp437_utf8(struct buf *out, const char *s);

#endif
