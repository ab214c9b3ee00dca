/* SPDX-License-Identifier: MIT */
/*
 * map.h - the tags of a file, whatever their format's names, as fields of the vocabulary
 *
 * Tags are put in one by one with TagLib's upper-case names; map_finish()
 * settles what depends on several of them.  What fits no field stays a free
 * tag under its own lower-case name.
 */
#ifndef MEDIA_TAG_MAP_H
#define MEDIA_TAG_MAP_H

#include "media/sniff/sniff.h"
#include "worker/record.h"

struct map {
	struct record *r;
	enum sniff_type type;
	struct err *e;
	size_t bytes;     /* of all values so far */
	bool full;        /* the note about too many values was made */
	struct tag *tags; /* raw, in the file's order */
	size_t ntags;
};

struct tag {
	char *key, *value; /* the value is clean */
};

/* Keep one tag.  false: out of memory or full, which is noted; *m->e tells. */
bool map_put(struct map *m, const char *key, const char *value);

/* The n-th key, from 0 on, that is read as a field, the one to write first; NULL behind the last. */
const char *map_key(enum field f, size_t n);

/* Is this key read as a field? */
bool map_is_field(const char *key);

/* Turn all tags into values of m->r and free them. */
enum err_code map_finish(struct map *m);

#endif
