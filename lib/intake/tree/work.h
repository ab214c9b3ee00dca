/* SPDX-License-Identifier: MIT */
/*
 * work.h - a run over a tree, in its steps; private to tree.c's files
 */
#ifndef INTAKE_TREE_WORK_H
#define INTAKE_TREE_WORK_H

#include "intake/tree/file.h"
#include "intake/tree/list.h"
#include "intake/tree/tree.h"

struct work {
	struct db *db;
	struct tree *t;
	char *dir; /* without links */
	int dirfd;
	struct tree_list old, want; /* of paths; want also by blob while it is made */
	struct err *e;
};

/* wanted.c: where each entry's file goes. */
enum err_code tree_want(struct work *w, const struct playlist_entry *v, size_t n);

/* change.c, in this order: what is in the way is no longer wanted; what is no longer wanted goes; the
 * manifest names what is there and what is about to be; what is not there yet comes; the manifest says that
 * it has. */
void tree_spare_foreign(struct work *w);
enum err_code tree_remove_old(struct work *w);
enum err_code tree_write_state(struct work *w, bool at_the_end);
enum err_code tree_make_new(struct work *w);
enum err_code tree_finish(struct work *w);
void tree_tell(struct work *w, const struct err *e);

/* convert.c: what tree_make_new() leaves out: files that are converted. */
enum err_code tree_convert(struct work *w);

/* beside.c: NAME.m3u8, written only where it differs. */
enum err_code tree_write_list(
    struct work *w, struct tree_file *f, const char *name, const struct playlist_entry *v, size_t n);

#endif
