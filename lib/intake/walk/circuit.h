/* SPDX-License-Identifier: MIT */
/*
 * circuit.h - how an import's roots do: which can be reached, which fail as a whole
 *
 * A root fails as a whole where it cannot be opened, or where many files in a row
 * below it fail because their device does.  At the end of a run it rests (store/session/resting.h)
 * or, reached again, does so no longer.
 */
#ifndef INTAKE_WALK_CIRCUIT_H
#define INTAKE_WALK_CIRCUIT_H

#include <stddef.h>

#include "base/err.h"
#include "store/db.h"

enum { CIRCUIT_ROW = 16 }; /* so many failures are a root's, no longer its files' */

struct circuit;

/* Watch these roots, sorted as roots_resolve() does; they stay the caller's. */
enum err_code circuit_new(struct circuit **c, char **roots, size_t nroots, struct err *e);
void circuit_free(struct circuit *c); /* NULL is allowed */

/* Bytes of this file were read. */
void circuit_reached(struct circuit *c, const char *path);

/* It failed, after all its attempts. */
void circuit_failed(struct circuit *c, const char *path, const struct err *why);

/* This root could not be opened. */
void circuit_root_failed(struct circuit *c, const char *root, const struct err *why);

/* Write down what the run has shown; nothing where nothing changes. */
enum err_code circuit_settle(struct circuit *c, struct db *db, struct err *e);

#endif
