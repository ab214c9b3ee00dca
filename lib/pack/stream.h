/* SPDX-License-Identifier: MIT */
/*
 * stream.h - bytes that come in order: of a file, a pipe, gzip, a member of an archive
 *
 * What gzip packed is unpacked while it is read, recognised by its first bytes.
 * Memory is bounded whatever the stream holds: it is a buffer of STREAM_PEEK
 * bytes, and lines are given in pieces where they are longer than the reader
 * asked for.
 */
#ifndef PACK_STREAM_H
#define PACK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { STREAM_PEEK = 65536 };

/* Where a stream's bytes come from: at most len of them, 0 at the end, -1 with *e filled in. */
struct stream_source {
	long (*read)(void *context, void *bytes, size_t len, struct err *e);
	void (*close)(void *context);
	void *context;
};

struct stream;

/* A stream of an open file or pipe, which stays the caller's; name is for messages. */
enum err_code stream_open(struct stream **s, int fd, const char *name, struct err *e);

/* A stream of another source, closed with it (also where this fails). */
enum err_code stream_of(struct stream **s, const struct stream_source *from, const char *name, struct err *e);
void stream_close(struct stream *s);

/* What comes next, up to STREAM_PEEK bytes, without taking it; *len is less only at the end. */
enum err_code stream_peek(struct stream *s, const char **bytes, size_t *len, struct err *e);

/* The next byte; -1 at the end, -2 with *e filled in. */
int stream_getc(struct stream *s, struct err *e);

/* The next line without its end (\n, \r\n) into line; *cut tells that it was longer than max bytes, of which
 * the rest was passed over.  1, 0 at the end, -1. */
int stream_line(struct stream *s, struct buf *line, size_t max, bool *cut, struct err *e);

#endif
