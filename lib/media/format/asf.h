/* SPDX-License-Identifier: MIT */
/*
 * asf.h - where the sound of an ASF file stands
 */
#ifndef MEDIA_FORMAT_ASF_H
#define MEDIA_FORMAT_ASF_H

#include <stdbool.h>
#include <stdint.h>

#include "media/sniff/sniff.h"

/* The packets of the data object: behind its mark, its size, the file's id and a count.  *end may lie behind
 * the end of the file; where the writer did not know it, it is that.  False where there is none. */
bool asf_packets(int fd, const struct sniffed *s, int64_t *begin, int64_t *end);

#endif
