/* SPDX-License-Identifier: MIT */
/*
 * sha256.h - SHA-256 (FIPS 180-4) behind one header, by nettle
 */
#ifndef DIGEST_SHA256_H
#define DIGEST_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SHA256_BYTES = 32, SHA256_HEX = 65 };

struct sha256 {
	union {
		unsigned char bytes[256];
		uint64_t align;
	} state; /* nettle's context; sha256.c asserts that it fits */
};

void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t len);
void sha256_end(struct sha256 *h, uint8_t hash[SHA256_BYTES]);

/* Of all bytes of an open file from offset 0; the descriptor's offset is not moved.  *size may be NULL. */
enum err_code sha256_file(int fd, uint8_t hash[SHA256_BYTES], int64_t *size, struct err *e);

#endif
