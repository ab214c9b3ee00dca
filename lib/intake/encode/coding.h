/* SPDX-License-Identifier: MIT */
/*
 * coding.h - the formats that files are converted to, and how good they shall be
 *
 *	opus:96  mp3:V2  mp3:192  vorbis:q5  aac:160  flac  alac  wav  aiff
 *
 * A number is kbit/s, of flac a level; V and q are the encoder's own scales.  What is left out has a value
 * that few can tell from the original.
 */
#ifndef INTAKE_ENCODE_CODING_H
#define INTAKE_ENCODE_CODING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/texts.h"
#include "store/track.h"

struct coding {
	const struct coding_row *row; /* of the table in coding.c */
	const char *suffix;           /* "opus" */
	bool lossless;
	int scale, value; /* which of the row's scales, and where on it */
	char text[24];    /* as it was meant: "mp3:V2" */
};

/* ERR_USAGE, with what there is, where text names none. */
enum err_code coding_parse(struct coding *c, const char *text, struct err *e);

/* The same of the name of a file: by its suffix. */
enum err_code coding_of_file(struct coding *c, const char *path, struct err *e);

/* What becomes of a track's file. */
enum coding_step {
	CODING_KEEP,   /* copied: it is that already, or would only get larger */
	CODING_REPACK, /* it is that, in another container */
	CODING_ENCODE
};

/* part: only a part of its file is wanted. */
enum coding_step coding_step(const struct coding *c, const struct track *t, bool part);

/* Append ffmpeg's options for encoder and container; bits deep a sample is at the source, 0: unknown. */
enum err_code coding_options(const struct coding *c, int64_t bits, struct texts *argv, struct err *e);

/* What of ffmpeg's filters the encoder needs in front of it, or NULL. */
const char *coding_filter(const struct coding *c);

/* The rate that a coding can have for sound of this one; the bits of a sample that it keeps of so many, with
 * the option that says so appended to argv. */
int coding_rate(const struct coding *c, int64_t rate);
enum err_code coding_depth(const struct coding *c, int64_t bits, struct texts *argv, struct err *e);

/* What a cue sheet calls it. */
const char *coding_in_sheets(const struct coding *c);

/* Append those for a container alone, into which the sound goes as it is. */
enum err_code coding_repack(const struct coding *c, struct texts *argv, struct err *e);

#endif
