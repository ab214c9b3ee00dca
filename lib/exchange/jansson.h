/* SPDX-License-Identifier: MIT */
/*
 * jansson.h - libjansson, where memory may run out
 *
 * Private to lib/exchange.  Its parser and its writer (2.14) go on after an allocation that failed, and
 * leave out what did not fit, or stop the process.  So its allocations come from a reserve once there is
 * no memory, and what was made with that is thrown away.
 */
#ifndef EXCHANGE_JANSSON_H
#define EXCHANGE_JANSSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* json_loadb(); NULL with e->code ERR_MEMORY, or, where the text is no JSON, ERR_NONE and *why filled in. */
json_t *jansson_load(const char *text, size_t len, size_t flags, json_error_t *why, struct err *e);

/* Append any value, as short as it can be written. */
void jansson_dump(struct buf *b, const json_t *value);

#endif
