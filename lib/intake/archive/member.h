/* SPDX-License-Identifier: MIT */
/*
 * member.h - the name of an archive's member, and its place below an open folder
 */
#ifndef INTAKE_ARCHIVE_MEMBER_H
#define INTAKE_ARCHIVE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* What is wrong with a name, in the user's words; NULL where it may be used.  Bytes, len of them. */
const char *member_wrong(const char *name, size_t len);

/* Is it named as audio files are? */
bool member_named_audio(const char *name);

/* The folder that the last one was made in: members mostly come folder by folder. */
struct member_place {
	int root; /* the caller's */
	int fd;   /* -1: none yet */
	char *folder;
};
void member_place_free(struct member_place *p); /* release; NULL is not allowed */

/* Make name, which is right, a new file below p->root, and its folders; no link is followed.  -1 with
 * *refused (EEXIST, ENOTDIR, ENAMETOOLONG: the name's fault) or *e filled in. */
int member_create(struct member_place *p, const char *name, const char **refused, struct err *e);

/* Remove the file that was made last. */
void member_drop(struct member_place *p, const char *name);

#endif
