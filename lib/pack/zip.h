/* SPDX-License-Identifier: MIT */
/*
 * zip.h - the members of a zip archive, one after the other
 *
 * Read by the directory at the archive's end, as it says what belongs to it;
 * stored and deflated members, also of more than 4 GB.  Nothing that the
 * archive claims is believed: every place is looked up inside the file, names
 * are only told, and a member whose bytes do not have the length and the
 * checksum that were promised is an error at its end.
 */
#ifndef PACK_ZIP_H
#define PACK_ZIP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "pack/stream.h"

struct zip;

/* Do these bytes begin an archive? */
bool zip_is(const char *bytes, size_t len);

/* fd stays the caller's and must be a file; name is for messages. */
enum err_code zip_open(struct zip **z, int fd, const char *name, struct err *e);
void zip_close(struct zip *z);

/* The next member that is a file: its name, and its bytes as a stream, to be closed before the next call.  1,
 * 0 at the end, -1.  A member that cannot be read (encrypted, packed in an unknown way) is an error too,
 * after which the next one can be had; where *go_on is false the directory itself is broken. */
int zip_next(struct zip *z, struct buf *name, struct stream **s, bool *go_on, struct err *e);

#endif
