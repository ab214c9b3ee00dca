/* SPDX-License-Identifier: MIT */
/*
 * written.h - does a file that got other tags say what it should?
 *
 * Private to write.c, which makes the file.  All that it had to say is compared: the
 * audio and the covers with the old file's, the fields with what was wanted, free
 * tags with the one or the other.
 */
#ifndef STORE_EDIT_WRITTEN_H
#define STORE_EDIT_WRITTEN_H

#include "base/buf.h"
#include "base/err.h"
#include "worker/record.h"

struct written {
	struct record have, wanted; /* what the old file says, and what the new one should */
	struct record now;          /* what the new one says */
	struct record left;         /* what its format could not hold */
};

/* The name of something that is not as it should be, or NULL. */
const char *written_wrong(const struct written *w);

/* Append the names of what could not be held; that is wanted as it was from now on. */
enum err_code written_left(struct written *w, struct buf *names, struct err *e);

#endif
