/* SPDX-License-Identifier: MIT */
/*
 * write.h - the catalogue's tags of a track into its file
 *
 * A blob never changes: its bytes are copied to staging, a media worker writes
 * the tags there, another reads them back, and what holds them, with the same
 * audio and the same covers, takes the blob's place as newer tags of a source
 * do at a commit.  The old blob goes the way of removed files.
 *
 * One transaction a track, and an event that edit_undo() takes back.  A run that
 * was cut short leaves at worst a folder under staging/ that lib-sweep clears.
 */
#ifndef STORE_EDIT_WRITE_H
#define STORE_EDIT_WRITE_H

#include "store/edit/edit.h"

/* What a run holds on to: workers, its folder under staging/. */
struct writing;
enum err_code writing_start(struct writing **w, struct db *db, struct err *e);
void writing_end(struct writing *w); /* NULL is allowed */

/* The preferred file of one track.  ERR_STATE where it is a part of a file or is not there, ERR_FORMAT where
 * its format takes no tags from us, or not those and keeps everything else.  Fields that the format cannot
 * hold go to how->note(). */
enum err_code edit_write_tags(
    struct writing *w, int64_t track, const struct edit_options *how, struct edit_result *r, struct err *e);

#endif
