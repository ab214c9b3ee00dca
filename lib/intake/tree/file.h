/* SPDX-License-Identifier: MIT */
/*
 * file.h - single files of a tree, made and removed without following any link
 *
 * All paths are below dirfd.  Private to tree.c.
 */
#ifndef INTAKE_TREE_FILE_H
#define INTAKE_TREE_FILE_H

#include "intake/tree/list.h"

/* Is there the file as its record says?  1; 0: nothing is there; -1: something else is.  fat: its time may be
 * off by hours, since vfat keeps what a clock showed, and that is read by another one in winter. */
int tree_file_is(int dirfd, const struct tree_file *f, bool fat);

/* Make f->path of f->from: ERR_EXISTS where something is there.  Size and time are filled in.  link: a hard
 * link will do where the file system makes no clones. */
enum err_code tree_file_make(
    int dirfd, struct tree_file *f, bool link, volatile const int *stop, struct err *e);

/* Give what lies in the tree as `part` the name f->path: ERR_EXISTS where something is there. */
enum err_code tree_file_name(int dirfd, const struct tree_file *f, const char *part, struct err *e);

/* Take it away, with the folders that it leaves empty. */
enum err_code tree_file_remove(int dirfd, const struct tree_file *f, struct err *e);

#endif
