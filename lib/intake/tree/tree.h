/* SPDX-License-Identifier: MIT */
/*
 * tree.h - a readable tree of files for players and phones
 *
 *	DIR/Air/Moon Safari/01 La femme d'argent.flac
 *	DIR/Party.m3u8
 *	DIR/.fonoteca-tree     the manifest: what in here is ours
 *
 * Files are clones of the blobs where the file system can, else (link) hard links,
 * else copies with the blob's time.  A run changes only what differs.  What lies
 * in the way and is not in the manifest, or is and was changed since, is foreign: it is told and left alone.
 * What left the list is removed where it is as we wrote it.  Nothing outside DIR is ever touched: no link
 * below it is followed.  The manifest names every file before it is made and is whole at any time, so that a
 * run that is killed is gone on with by the next.
 *
 * With a coding the files are converted, several at a time, and all of them say inside what the library says
 * of their track; of a file that is cut into tracks each is a file of its own.  What is ready gets its name
 * every few seconds, after it was made durable, so that a killed run loses little.
 */
#ifndef INTAKE_TREE_TREE_H
#define INTAKE_TREE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/texts.h"
#include "intake/encode/coding.h"
#include "store/db.h"
#include "store/playlist/playlist.h"

struct tree {
	const char *dir;    /* made where only its last folder is missing */
	const char *layout; /* or NULL */
	bool link, vfat, dry_run;
	const struct coding *coding; /* or NULL: files are what they are */
	const struct texts *ffmpeg;  /* ffmpeg_begin(), where there is a coding */
	int jobs;                    /* so many files at a time */
	struct progress progress;    /* of copying and converting */
	volatile const int *stop;
	void (*failed)(const struct err *e); /* told of each file that could not be made or removed */
	/* told by tree_write() */
	int64_t made, removed, kept, missing, bytes;
	int64_t encoded; /* of those made: not only copied */
};

/* Make the tree hold the entries, and beside them NAME.m3u8.  ERR_BUSY where another run is at work in it,
 * ERR_INTERRUPTED. */
enum err_code tree_write(
    struct db *db, struct tree *t, const char *name, const struct playlist_entry *v, size_t n, struct err *e);

#endif
