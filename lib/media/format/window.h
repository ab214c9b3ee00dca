/* SPDX-License-Identifier: MIT */
/*
 * window.h - walk forward through a file without a system call for each few bytes
 */
#ifndef MEDIA_FORMAT_WINDOW_H
#define MEDIA_FORMAT_WINDOW_H

#include <stddef.h>
#include <stdint.h>

enum { WINDOW_BYTES = 256 << 10 };

struct window {
	int fd;
	int64_t end;  /* what stands there and behind it is not looked at */
	int64_t from; /* what bytes holds */
	size_t len;
	unsigned char *bytes; /* WINDOW_BYTES of the caller's */
};

/* WINDOW_BYTES that one reader at a time may use. */
unsigned char *window_room(void);

/* The bytes at `at`: *len of them, at least `need` (not above WINDOW_BYTES) unless the end comes first. */
const unsigned char *window_at(struct window *w, int64_t at, size_t need, size_t *len);

#endif
