/*
 * copy.h - one pass over a source: its bytes into staging, their hash, and the proof that it stood still
 */
#ifndef INTAKE_COPY_H
#define INTAKE_COPY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "digest/sha256.h"
#include "store/session/stage.h"

enum copy_mode {
	COPY_BYTES,  /* share blocks where the file system can, else copy */
	COPY_REFLINK /* share blocks, or fail */
};

/* What all threads of an import share. */
struct copy_shared {
	struct stage *stage;
	enum copy_mode mode;
	atomic_int *stop;     /* set: end where you are */
	atomic_bool no_clone; /* the library's file system cannot share blocks */
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
};

/* Copy the regular file src, of which *before is the fstat(); chunk has COPY_CHUNK bytes.  ERR_CHANGED where
 * it did not stand still.  On error nothing is left in staging. */
enum err_code copy_file(struct copy_shared *shared, int src, const struct stat *before, char *chunk,
    struct copied *c, enum copy_fault *fault, struct err *e);

/* The same of src = dirfd/name, a file in a folder of stage_folder(): linked where that can be, hashed once.
 */
enum err_code copy_unpacked(struct copy_shared *shared, int src, int dirfd, const char *name,
    const struct stat *before, char *chunk, struct copied *c, enum copy_fault *fault, struct err *e);

#endif
