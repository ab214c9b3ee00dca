/* SPDX-License-Identifier: MIT */
/*
 * charset.h - text files of unknown encoding as UTF-8
 *
 * A byte order mark decides; else NUL bytes between others tell UTF-16, and valid
 * UTF-8 is UTF-8.  What is left is an old code page: Shift-JIS or GBK where
 * all of it decodes and looks like running Japanese or Chinese text, else
 * Windows-1252, which never fails.
 */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stddef.h>

#include "base/buf.h"

/* Open the C library's converters, which it cannot do inside the sandbox.  Where it has none the encoding
 * counts as not recognised.  Without this call the first use opens them. */
void charset_prepare(void);

/* Append bytes as UTF-8, without a byte order mark; NUL bytes are left out.  The name of the encoding that
 * was found. */
const char *charset_decode(struct buf *out, const void *bytes, size_t len);

/* The same of a few words that claim to be Latin-1, too few to tell more by: UTF-8 where they are valid as
 * that, else Windows-1252, of which Latin-1 is a part. */
void charset_western(struct buf *out, const void *bytes, size_t len);

#endif
