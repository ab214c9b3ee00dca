/* SPDX-License-Identifier: MIT */
/*
 * tail.h - tags that programs put behind the sound
 */
#ifndef MEDIA_FORMAT_TAIL_H
#define MEDIA_FORMAT_TAIL_H

#include <stdint.h>

/* Where the tags at the end of a file of `size` bytes begin, not before `from`: ID3v1 and its TAG+ extension,
 * APEv1 and APEv2, Lyrics3 in both versions, ID3v2.4 with a footer, in any order.  `size` where there are
 * none.
 */
int64_t tail_begin(int fd, int64_t from, int64_t size);

#endif
