/* SPDX-License-Identifier: MIT */
/*
 * matroska.h - the tags and pictures of Matroska and WebM, for which TagLib 1 has no reader
 */
#ifndef MEDIA_TAG_MATROSKA_H
#define MEDIA_TAG_MATROSKA_H

#include <stdbool.h>

#include "media/sniff/sniff.h"

/* Calls each() with the names that other formats have for the tags of the whole file, those of chapters and
 * of programs' statistics left out, until it returns false. */
void matroska_tags(int fd, const struct sniffed *s,
    bool (*each)(void *context, const char *key, const char *value), void *context);

/* Add attached pictures to *r, as cover_add() takes them. */
enum err_code matroska_covers(int fd, const struct sniffed *s, struct record *r, struct err *e);

#endif
