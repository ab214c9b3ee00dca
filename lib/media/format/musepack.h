/* SPDX-License-Identifier: MIT */
/*
 * musepack.h - the packets of a Musepack file of version 8
 */
#ifndef MEDIA_FORMAT_MUSEPACK_H
#define MEDIA_FORMAT_MUSEPACK_H

#include <stdbool.h>
#include <stdint.h>

struct musepack_packet {
	char key[2];       /* "SH" header, "RG" gain, "AP" audio, "SE" the end, ... */
	int64_t body, end; /* perhaps behind the end of the file; end is above where it begins */
};

bool musepack_packet(int fd, int64_t at, struct musepack_packet *p);

#endif
