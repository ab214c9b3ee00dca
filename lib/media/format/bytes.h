/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - numbers out of file headers
 */
#ifndef MEDIA_FORMAT_BYTES_H
#define MEDIA_FORMAT_BYTES_H

#include <stdint.h>
#include <sys/types.h>

static inline uint32_t
be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t
be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline uint64_t
be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint32_t
le16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t
le32(const unsigned char *p)
{
	return le16(p + 2) << 16 | le16(p);
}

static inline uint64_t
le64(const unsigned char *p)
{
	return (uint64_t)le32(p + 4) << 32 | le32(p);
}

/* Up to len bytes at offset, without moving the descriptor's own; 0 at the end and on an error. */
size_t bytes_at(int fd, int64_t offset, void *bytes, size_t len);

#endif
