/* SPDX-License-Identifier: MIT */
/*
 * temporary.h - a file of the user's own that another program reads, and that goes afterwards
 */
#ifndef BASE_TEMPORARY_H
#define BASE_TEMPORARY_H

#include <stddef.h>

#include "base/err.h"

/* Write bytes to a new file with this suffix in $XDG_RUNTIME_DIR, else $TMPDIR, else /tmp, which nobody else
 * may read: its path, malloced, or NULL after filling in *e. */
char *temporary_make(const char *suffix, const void *bytes, size_t len, struct err *e);

/* Remove it and release its path; NULL is allowed. */
void temporary_remove(char *path);

#endif
