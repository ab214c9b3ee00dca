/* SPDX-License-Identifier: MIT */
/*
 * checked.h - which files' bytes were hashed, so that they need not be again as long as they stand still
 *
 * Private to lib/store.  A file is known by its inode and the time of its last change, on the library's one
 * file system.
 */
#ifndef STORE_CHECKED_H
#define STORE_CHECKED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

struct checked {
	struct checked_file {
		uint64_t inode; /* 0: a free place */
		int64_t ctime_ns;
		uint8_t sha256[32]; /* of its bytes */
	} * files;
	size_t n, cap; /* cap is a power of two */
};

void checked_free(struct checked *c); /* release and zero */

/* Those of the file that *st is of are known to be right without it. */
enum err_code checked_add(struct checked *c, const struct stat *st, const uint8_t sha256[32], struct err *e);

/* Are the bytes of the plain file dirfd/name those of this hash?  1, 0, -1. */
int checked_bytes(struct checked *c, int dirfd, const char *name, const uint8_t sha256[32], struct err *e);

#endif
