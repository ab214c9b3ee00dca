/* SPDX-License-Identifier: MIT */
/*
 * copy.h - one pass over a source: its bytes into staging, their hash, and the proof that it stood still
 *
 * A source is copied or linked, never renamed.  Where it is linked its bytes are those that are hashed;
 * whoever has it open may still write to it afterwards, which the commit finds out.
 */
#ifndef INTAKE_RUN_COPY_H
#define INTAKE_RUN_COPY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/rate.h"
#include "digest/sha256.h"
#include "store/session/stage.h"

enum copy_mode {
	COPY_BYTES,   /* share blocks where the file system can, else copy */
	COPY_REFLINK, /* share blocks, or fail */
	COPY_LINK,    /* a hard link, or fail */
	COPY_MOVE /* a hard link where the file system can, else as COPY_BYTES; lib-commit removes the source
		   */
};

/* What all threads of an import share. */
struct copy_shared {
	struct stage *stage;
	enum copy_mode mode;
	atomic_int *stop;     /* set: end where you are */
	atomic_bool no_clone; /* the library's file system cannot share blocks */
	struct rate rate;
};

enum { COPY_CHUNK = 512 << 10 };

/* Who is at fault where copy_file() fails. */
enum copy_fault {
	COPY_SOURCE,  /* the source: the other files may be fine */
	COPY_LIBRARY, /* the library: no file will do better */
	COPY_STOPPED  /* *stop was set */
};

struct copied {
	char tmp[STAGE_TMP]; /* in staging, not yet kept */
	uint8_t sha256[SHA256_BYTES];
	int64_t size;
	bool linked;
	struct stat st; /* of the source: after it was linked, if it was */
};

/* Copy or link the regular file src, of which *before is the fstat(); chunk has COPY_CHUNK bytes. ERR_CHANGED
 * where it did not stand still.  On error nothing is left in staging. */
enum err_code copy_file(struct copy_shared *shared, int src, const struct stat *before, char *chunk,
    struct copied *c, enum copy_fault *fault, struct err *e);

/* The same of a file in a folder of stage_folder(), which is ours: its link is no linked source. */
enum err_code copy_unpacked(struct copy_shared *shared, int src, const struct stat *before, char *chunk,
    struct copied *c, enum copy_fault *fault, struct err *e);

/* Is the open source still as it was?  With `bytes` only what its bytes show in: size and mtime.
 * *now is its stat in any case. */
bool copy_same(int src, const struct stat *was, bool bytes, struct stat *now);

#endif
