/* SPDX-License-Identifier: MIT */
/*
 * tagwrite.h - the tags of an open file set by TagLib's keys, and written
 *
 * Keys and rules are those of the property map, and where that cannot hold a
 * key MP4's free-form atoms and ASF's attributes take it.  Nothing reaches the
 * file before tagfile_save().
 */
#ifndef MEDIA_TAG_TAGWRITE_H
#define MEDIA_TAG_TAGWRITE_H

#include "media/tag/tagfile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As tagfile_open(), of a descriptor that can be written to; NULL also where this TagLib writes no tags of
 * the format. */
struct tagfile *tagfile_open_to_write(int fd, const struct sniffed *s);

/* Give a key its n values, in place of those that it has; n 0 takes it out.  Where `family` is set keys that
 * begin with it and a colon go, too.  False: memory. */
bool tagfile_set(struct tagfile *t, const char *key, const char *const *values, size_t n, bool family);

/* What the property map had under a key when the file was opened.  False: memory. */
bool tagfile_reset(struct tagfile *t, const char *key);

/* Write the tags.  False: the file is of no use any more. */
bool tagfile_save(struct tagfile *t);

#ifdef __cplusplus
}
#endif
#endif
