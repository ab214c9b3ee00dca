/* SPDX-License-Identifier: MIT */
/*
 * mp4.h - the boxes of an MP4 file
 */
#ifndef MEDIA_FORMAT_MP4_H
#define MEDIA_FORMAT_MP4_H

#include <stdbool.h>
#include <stdint.h>

struct mp4_box {
	char type[4];
	int64_t body, end;
	int64_t beyond; /* how far its size reaches past what holds it; `end` does not */
};

/* The box at `at` inside of something that ends at `end`; false at its end or where the size is nonsense. The
 * next box, if any, stands at b->end, which is above `at`. */
bool mp4_box(int fd, int64_t at, int64_t end, struct mp4_box *b);

#endif
