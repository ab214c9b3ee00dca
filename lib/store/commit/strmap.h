/* SPDX-License-Identifier: MIT */
/*
 * strmap.h - strings to small numbers, in memory
 */
#ifndef STORE_COMMIT_STRMAP_H
#define STORE_COMMIT_STRMAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct strmap_slot {
	char *key;
	int32_t value;
};
struct strmap {
	struct strmap_slot *slots;
	size_t used, size;
};

/* The value of key, or -1. */
int32_t strmap_get(const struct strmap *m, const char *key);

/* Set it; key is copied.  Starts from { 0 }. */
enum err_code strmap_put(struct strmap *m, const char *key, int32_t value, struct err *e);

void strmap_free(struct strmap *m); /* release and zero */

#endif
