/* SPDX-License-Identifier: MIT */
/*
 * members.h - what is inside an archive: zip, tar (also within gzip, bzip2, xz, zstd), 7z
 *
 * Told by its bytes.  Everything is unpacked in this process, never by a program
 * that libarchive would start, and handed on as a stream: nothing is written here.
 */
#ifndef MEDIA_ARCHIVE_MEMBERS_H
#define MEDIA_ARCHIVE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "worker/protocol.h"
#include "worker/record.h"

/* What needs files that the sandbox keeps shut. */
void members_prepare(void);

/* Is fd an archive?  Then format ("archive"), codec and suffix of *r are filled in. */
bool members_sniff(int fd, struct record *r);

/* Takes a piece, as protocol.h has them; false: stop. */
typedef bool members_piece(void *context, enum protocol_piece kind, const void *bytes, size_t len);

/* All members of fd, piece by piece.  ERR_NONE at the end, or where a piece was not taken; ERR_FORMAT where
 * the archive cannot be read any further, ERR_IO where fd cannot, ERR_MEMORY. */
enum err_code members_read(int fd, members_piece *piece, void *context, struct err *e);

#endif
