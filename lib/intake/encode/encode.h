/* SPDX-License-Identifier: MIT */
/*
 * encode.h - one file into another format, with what the library says of it inside
 *
 * ffmpeg makes the sound alone, without tags and pictures; a media worker then writes the library's, as
 * lib-commit --write-tags does, and the cover where the file has no picture yet.  What a format cannot hold
 * is left out.  The same source, coding and tags make the same bytes.
 */
#ifndef INTAKE_ENCODE_ENCODE_H
#define INTAKE_ENCODE_ENCODE_H

#include "base/texts.h"
#include "intake/encode/coding.h"
#include "worker/client.h"

struct encode {
	const struct texts *ffmpeg; /* ffmpeg_begin() */
	const struct coding *coding;
	enum coding_step step;
	int in, out;                 /* the source, and a new file, open for reading and writing */
	int64_t start_ms, length_ms; /* 0, 0: all of it; length 0: to its end */
	int64_t bits;
	int64_t sound_ms;      /* of the source, as far as it is read; 0: unknown */
	struct record *wanted; /* what it shall say; changed */
	struct worker *worker;
	volatile const int *stop;
};

/* An error holds only the reason; of out nothing is sure then. */
enum err_code encode_file(const struct encode *c, struct err *e);

#endif
