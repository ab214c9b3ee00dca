/* SPDX-License-Identifier: MIT */
/*
 * gzip.h - whole files through zlib (RFC 1952), with the check sum that the format has
 */
#ifndef PACK_GZIP_H
#define PACK_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* All that can be read from `from` goes compressed into `to`; *stop (may be NULL) ends it, ERR_INTERRUPTED.
 */
enum err_code gzip_pack(int from, int to, volatile const int *stop, struct err *e);

/* A stream that is written piece by piece. */
struct gzip;
enum err_code gzip_begin(struct gzip **g, int to, struct err *e);
enum err_code gzip_add(struct gzip *g, const void *bytes, size_t len, struct err *e);
enum err_code gzip_end(struct gzip *g, struct err *e); /* also after an error; g is gone */

/* Told of each piece of what comes out; an error ends the reading. */
typedef enum err_code gzip_sink(void *context, const void *bytes, size_t len, struct err *e);

/* Read a compressed file from its beginning to its end.  One that is not compressed comes as it is.
 * ERR_FORMAT where it is cut short or its check sum is wrong. */
enum err_code gzip_unpack(int from, gzip_sink *sink, void *context, struct err *e);

#endif
