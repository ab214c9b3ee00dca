/* SPDX-License-Identifier: MIT */
/*
 * list.h - what a tree holds, and its manifest
 *
 * A line of the manifest: state ('=' made, '?' about to be), size, time of change in ns, what it is made of,
 * path; between tabs, since no name that we make has control bytes.  It is made of a blob, by its name; a
 * playlist is "-"; of what is converted it is a hash of the blob, how it is converted, and what the library
 * says in it, and its size is -1 as long as nobody knows it.  Private to tree.c.
 */
#ifndef INTAKE_TREE_LIST_H
#define INTAKE_TREE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/encode/coding.h"

#define TREE_MANIFEST ".fonoteca-tree"
#define TREE_PART     ".fonoteca-part" /* what is not whole yet; one run at a time has it */

/* How it is made; zeros of what is a copy of a blob. */
struct tree_how {
	bool converted;
	enum coding_step step;
	int64_t track;
	int64_t part, start_ms, length_ms; /* of its blob; part 0: all of it */
	int64_t bits;                      /* of a sample, 0: unknown */
	int64_t sound_ms;                  /* how much is decoded, 0: unknown */
};

struct tree_file {
	char *path; /* below the tree */
	char *blob; /* what it is made of */
	char *from; /* the blob's path, or NULL of what is only remembered */
	int64_t size, mtime_ns;
	bool made, wanted;
	struct tree_how how;
};

struct tree_list {
	struct tree_file *v;
	size_t n, cap;
};
void tree_list_free(struct tree_list *l); /* release and zero */

/* Takes a copy of the texts. */
struct tree_file *tree_list_add(
    struct tree_list *l, const char *path, const char *blob, const char *from, struct err *e);
void tree_list_sort(struct tree_list *l);
struct tree_file *tree_list_find(const struct tree_list *l, const char *path); /* of a sorted one */

/* The manifest of a folder; none is an empty list.  ERR_FORMAT where it is none of ours. */
enum err_code tree_list_read(int dirfd, struct tree_list *l, struct err *e);
enum err_code tree_list_write(int dirfd, const struct tree_list *l, struct err *e);

/* Replace the file dirfd/name as a whole, durably. */
enum err_code tree_replace(int dirfd, const char *name, const void *bytes, size_t len, struct err *e);

#endif
