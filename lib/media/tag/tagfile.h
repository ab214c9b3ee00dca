/* SPDX-License-Identifier: MIT */
/*
 * tagfile.h - the little that TagLib's C interface cannot do in any version
 *
 * Opening from a descriptor and a sniffed format, exact properties, and tags
 * that its property map drops.  No C++ exception leaves these functions:
 * where memory ran out they fail and tagfile_out_of_memory() says so.
 */
#ifndef MEDIA_TAG_TAGFILE_H
#define MEDIA_TAG_TAGFILE_H

#include "media/sniff/sniff.h"
#include "media/tag/tag_c2.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tagfile;

/* NULL where TagLib has no reader for the format or finds nothing that it can read. */
struct tagfile *tagfile_open(int fd, const struct sniffed *s);
/* The same, and tags may be written through it (tagwrite.h). */
struct tagfile *tagfile_open_as(int fd, const struct sniffed *s, bool writes);
void tagfile_close(struct tagfile *t); /* NULL is allowed */

/* For the functions of tag_c2.h; ends with t. */
const TagLib_File *tagfile_c(const struct tagfile *t);

/* Duration, rates, depth and channels, where t knows them; false where it has none at all. */
bool tagfile_properties(const struct tagfile *t, struct record *r);

/* Tags that the property map does not have: free-form MP4 atoms (TagLib 1), raw ASF attributes, gains of
 * Musepack, ID3v2 frames (frames.hh).  Calls each()
 * with upper-case keys until it returns false. */
void tagfile_extras(
    const struct tagfile *t, bool (*each)(void *context, const char *key, const char *value), void *context);

/* The name of an ID3v1 genre, "" where there is none. */
void tagfile_genre(int number, char name[64]);

bool tagfile_out_of_memory(void);
void tagfile_note_failure(bool memory); /* for tag_c2.cc */

#ifdef __cplusplus
}
#endif
#endif
