/* SPDX-License-Identifier: MIT */
/*
 * folder.h - an open folder of sources, shared by the walk and the threads that read from it
 *
 * Counted references: the walk holds one while it is inside, every file on its
 * way through the import another.  The last one closes it.
 */
#ifndef INTAKE_WALK_FOLDER_H
#define INTAKE_WALK_FOLDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/session/items.h"
#include "worker/record.h"

/* The covers that lie in a folder: looked for once, by whoever needs them first (art.h). */
struct folder_art {
	bool looked;
	struct item_cover *covers;
	size_t n;
	char *note; /* what went wrong with one of them, or NULL */
};

/* The cue sheets and lyrics in it, likewise (beside.h).  Their names point into the folder's. */
struct folder_cues {
	bool looked;
	struct record *sheets;
	const char **names;
	size_t n;
	char *note;
};
struct folder_lyrics {
	bool looked;
	char **names; /* sorted without regard to case */
	size_t n;
};

struct folder {
	int fd;
	char *path;      /* absolute */
	size_t root_len; /* so many bytes of path are the root that it was found below */
	dev_t dev;
	ino_t ino;
	char **names; /* sorted; only what the walk and art need: see folder_new() */
	size_t nnames;
	pthread_mutex_t lock; /* of what follows */
	struct folder_art art;
	struct folder_cues cues;
	struct folder_lyrics lyrics;
	atomic_int refs;
};

/* Open dirfd/name (dirfd -1: name is absolute) as a folder called path and read its names.  Where it may be
 * entered but not listed and `listed` is false, it has no names.  O_NOFOLLOW unless follow.  Errors hold the
 * reason alone. */
enum err_code folder_new(struct folder **f, int dirfd, const char *name, const char *path, size_t root_len,
    bool follow, bool listed, struct err *e);

struct folder *folder_ref(struct folder *f);
void folder_unref(struct folder *f); /* NULL is allowed */

#endif
