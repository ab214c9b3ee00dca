/* SPDX-License-Identifier: MIT */
#include "digest/sha256.h"

#include <assert.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <stdalign.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 256 << 10 };

static_assert(sizeof(struct sha256_ctx) <= sizeof(((struct sha256 *)0)->state), "nettle's context must fit");
static_assert(alignof(struct sha256_ctx) <= alignof(uint64_t), "nettle's context must be aligned");
static_assert(SHA256_BYTES == SHA256_DIGEST_SIZE, "32 bytes");

static struct sha256_ctx *
context(struct sha256 *h)
{
	return (struct sha256_ctx *)(void *)&h->state;
}

void
sha256_begin(struct sha256 *h)
{
	sha256_init(context(h));
}

void
sha256_add(struct sha256 *h, const void *bytes, size_t len)
{
	sha256_update(context(h), len, bytes);
}

void
sha256_end(struct sha256 *h, uint8_t hash[SHA256_BYTES])
{
	sha256_digest(context(h), SHA256_BYTES, hash);
}

enum err_code
sha256_file(int fd, uint8_t hash[SHA256_BYTES], int64_t *size, struct err *e)
{
	struct sha256 h;
	int64_t done = 0;
	char *chunk = malloc(CHUNK);
	enum err_code rc = ERR_NONE;

	if (chunk == NULL)
		return err_memory(e);
	sha256_begin(&h);
	for (;;) {
		ssize_t n = pread(fd, chunk, CHUNK, (off_t)done);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_sys(e, errno, "cannot read");
			break;
		}
		sha256_add(&h, chunk, (size_t)n);
		done += n;
	}
	free(chunk);
	if (rc != ERR_NONE)
		return rc;
	sha256_end(&h, hash);
	if (size != NULL)
		*size = done;
	return ERR_NONE;
}
