/* SPDX-License-Identifier: MIT */
/*
 * walk.h - every file below some roots, in one order, without being led astray
 *
 *	while ((step = walk_next(w, &entry, &e)) != WALK_END) ...
 *
 * Names are bytes and come sorted by them, so that every run sees the same order.
 * Roots are absolute paths without links (roots_resolve()).  Below them
 * links are not followed unless asked for, and then a folder that is already on
 * the way is not entered again.  What is neither file nor folder nor link is
 * passed over and counted, and so is a link.  The library's own folder is passed over.
 * What fails in a way that may pass is looked at again when all else is done, three times at most.
 */
#ifndef INTAKE_WALK_WALK_H
#define INTAKE_WALK_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "intake/walk/folder.h"

struct walk;

struct walk_options {
	bool dereference;
	const char *library; /* absolute path that is not walked, or NULL */
	char **bases;        /* NULL, or the roots that files named by themselves once were found below: one
			      * that cannot be reached is told once, not for each of its files */
	size_t nbases;
};

struct walk_entry {
	struct folder *folder; /* the walk's: folder_ref() to keep it */
	const char *name;      /* in folder; valid until the next call */
	char *path;            /* absolute; valid until the next call */
	struct stat st;
	bool root; /* of WALK_FAILED: path is a root, or one of `bases` */
};

struct walk_counts {
	int64_t links, special; /* passed over */
};

enum walk_step {
	WALK_END,
	WALK_FILE,
	WALK_FAILED, /* entry->path, a root, folder or file, could not be looked at: *e has the reason */
	WALK_BROKEN  /* out of memory */
};

enum err_code walk_new(
    struct walk **w, char **roots, size_t nroots, const struct walk_options *o, struct err *e);
/* Everything below the open folder dirfd, as if it lay at path. */
enum err_code walk_folder(struct walk **w, int dirfd, const char *path, struct err *e);

enum walk_step walk_next(struct walk *w, struct walk_entry *entry, struct err *e);
const struct walk_counts *walk_counts(const struct walk *w);
void walk_free(struct walk *w);

/* The one of n sorted roots that path is or lies below; -1 where there is none. */
long roots_find(char **roots, size_t n, const char *path);

/* Operands as roots: absolute, links in them followed, sorted, those inside another left out.  A root that
 * does not exist, is neither file nor folder or lies in `library` (blobs: elsewhere than in its blobs/) is
 * handed to failed() and left out.
 * *roots is malloced and NULL-terminated. */
enum err_code roots_resolve(char **operands, size_t n, const char *library, bool blobs,
    void (*failed)(const struct err *e), char ***roots, size_t *nroots, struct err *e);

/* Paths of failed items as roots of a walk, in place: an archive stands for its members.  Sorted, none twice.
 */
void roots_of_items(char **paths, size_t *n);

#endif
