/* SPDX-License-Identifier: MIT */
/*
 * cue.h - cue sheets: where the tracks begin on a file, and what they are
 *
 * Each audio track becomes a part of the record with all that the sheet says of it, the
 * album's own lines included: TITLE, PERFORMER, SONGWRITER (as composer), ISRC, CATALOG
 * (as barcode) and `REM NAME value` with a name in capitals.  A track begins at its
 * INDEX 01 and ends where the next one on the same FILE begins; the last one's duration
 * stays 0.  The name that FILE gives stands in the free tag RECORD_FILE.  Data tracks
 * are passed over.
 */
#ifndef MEDIA_TEXT_CUE_H
#define MEDIA_TEXT_CUE_H

#include <stddef.h>

#include "media/sniff/sniff.h"
#include "worker/record.h"

/* Append the parts of a sheet, whatever its encoding (charset.h), to r, which has none.  ERR_FORMAT where it
 * is no cue sheet; then r has no parts. */
enum err_code cue_parse(struct record *r, const void *bytes, size_t len, struct err *e);

/* The same from a file with a sheet. */
enum err_code cue_read(int fd, struct record *r, struct err *e);

/* The sheet inside an audio file, if r, just read from it, has no parts yet: its CUESHEET tag, else the block
 * of a FLAC file.  One that cannot be used becomes a note. */
enum err_code cue_embedded(int fd, const struct sniffed *s, struct record *r, struct err *e);

#endif
