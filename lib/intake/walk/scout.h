/* SPDX-License-Identifier: MIT */
/*
 * scout.h - a walk that runs ahead in a thread of its own
 *
 * So the main thread touches no source: it can stop in time where a device does
 * not answer, and the catalogue is asked about one file while the next is looked
 * for.  What was found waits in a queue of bounded length, in the walk's order.
 *
 * Another kind only counts files: it is at the end long before they are read.
 */
#ifndef INTAKE_WALK_SCOUT_H
#define INTAKE_WALK_SCOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "intake/walk/folder.h"
#include "intake/walk/walk.h"

struct scout;

/* What the walk came to; scout_release() it. */
struct finding {
	enum walk_step step;
	struct folder *folder; /* of WALK_FILE: a reference of its own */
	char *path;            /* absolute; may be NULL at the end */
	struct stat st;
	bool root;       /* of WALK_FAILED: path is a root itself */
	struct err *why; /* of WALK_FAILED and WALK_BROKEN */
};
void scout_release(struct finding *f); /* release and zero */

/* Begin to walk; w is taken over, on failure too. */
enum err_code scout_start(struct scout **s, struct walk *w, struct err *e);

/* The same, only to count. */
enum err_code scout_start_count(struct scout **s, struct walk *w, struct err *e);

/* How many files that one has found; *all: there are no more. */
int64_t scout_counted(struct scout *s, bool *all);

/* The next finding into a zeroed *f: false where there is none within wait_ms.  After WALK_END comes no more.
 */
bool scout_next(struct scout *s, struct finding *f, int wait_ms);

/* Of a walk that is over, or was stopped. */
struct walk_counts scout_counts(const struct scout *s);

/* End the walk, wherever it is.  False where it has not ended within wait_ms (-1: ever), because a device
 * does not answer: then scout and walk are left to the thread, and must not be touched again. */
bool scout_stop(struct scout *s, int wait_ms);
void scout_free(struct scout *s); /* stops it; NULL is allowed */

#endif
