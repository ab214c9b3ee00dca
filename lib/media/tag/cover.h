/* SPDX-License-Identifier: MIT */
/*
 * cover.h - pictures inside a file
 */
#ifndef MEDIA_TAG_COVER_H
#define MEDIA_TAG_COVER_H

#include "media/tag/tagfile.h"
#include "worker/record.h"

/* Add the pictures of file to *r: each once, at most RECORD_COVER_MAX bytes; others become notes. */
enum err_code cover_read(const TagLib_File *file, struct record *r, struct err *e);

/* Add one picture; *total counts the bytes of those that were added. */
enum err_code cover_add(
    struct record *r, const TagLib_Complex_Property_Picture_Data *p, size_t *total, struct err *e);

/* The kind of image that bytes are, by themselves ("image/png"), or NULL. */
const char *cover_mime(const void *bytes, size_t len);

#endif
