/* SPDX-License-Identifier: MIT */
/*
 * unpack.h - an archive unpacked into a folder of staging, its members as if they lay at the archive's path
 *
 * The media worker reads the archive; what it sends is only written here, below
 * an open folder and by names that were checked one by one.  lib-import(1), Archives, says
 * what is refused and what the limits are.
 */
#ifndef INTAKE_ARCHIVE_UNPACK_H
#define INTAKE_ARCHIVE_UNPACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/session/stage.h"
#include "worker/client.h"

enum {
	UNPACK_DEPTH = 64, /* folders in one another */
	UNPACK_PATH = 4096 /* bytes of a member's name */
};

struct job;

struct unpacked {
	struct unpacked *next;
	struct job *job; /* that it was unpacked by */
	char *path;      /* the archive's */
	char *base;      /* what stands for it where names are guessed from: "Artist/Album/" */
	struct stat st;
	int64_t seen;
	char folder[STAGE_FOLDER]; /* in staging, and fd open on it; "" where there is none */
	int fd;
	int64_t links, special; /* passed over */
	int64_t empty;          /* files without a byte: not written */
	bool one_folder;        /* everything inside lies in one */
	bool promising;         /* some member is named like audio */
	struct err why;         /* what of it did not come, or ERR_NONE */

	/* From here on the main thread's: members on their way, and what became of them. */
	int64_t inside, staged, known, skipped, failed;
	bool walking, walked;
};

/* Who is at fault where unpack_archive() fails. */
enum unpack_fault {
	UNPACK_ARCHIVE, /* the archive, or its device: nothing of it is kept */
	UNPACK_LIBRARY,
	UNPACK_STOPPED
};

struct unpack_shared {
	struct stage *stage;
	atomic_int *stop;
};

/* Unpack fd, of which *st is the fstat(), into u.  What came out whole before damage
 * was met is kept, and u->why says so.  On error nothing is left in staging. */
enum err_code unpack_archive(struct unpacked *u, const struct unpack_shared *shared, struct worker *worker,
    int fd, const struct stat *st, enum unpack_fault *fault, struct err *e);

/* For an archive found as path, relative to the root: its base.  Where everything inside lies in one folder,
 * the archive's own name does not count.  Malloced. */
char *unpack_base(const char *path, bool one_folder);

/* What tells whether a member changed: its own size and time, the archive's inode and time of change. */
void unpack_borrow(const struct unpacked *u, struct stat *st);

/* Its folder in staging goes. */
enum err_code unpack_remove(struct unpacked *u, struct stage *stage, struct err *e);
void unpacked_free(struct unpacked *u); /* closes, removes nothing; NULL is allowed */

#endif
