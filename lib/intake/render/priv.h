/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of this room share
 */
#ifndef INTAKE_RENDER_PRIV_H
#define INTAKE_RENDER_PRIV_H

#include "intake/encode/ffmpeg.h"
#include "intake/render/mix.h"
#include "intake/render/render.h"

/* A track on its way into the file. */
struct source {
	const struct playlist_entry *entry;
	int64_t rate, channels, bits;
	bool lossless;
	float gain; /* what samples are multiplied by */
};

/* source.c: the tracks of the entries that are there, malloced; counts those that are not, and those whose
 * gain is not known. */
enum err_code sources_read(struct db *db, struct render *r, const struct playlist_entry *v, size_t n,
    struct source **list, size_t *count, struct err *e);

/* The rate, channels and bits of what is made of them. */
void sources_settle(struct render *r, const struct source *list, size_t n, int64_t *bits);

/* Decode one into the mix.  *e is for what ends the run, *own for what is wrong with this one: it is then in
 * the mix as far as it could be decoded. */
enum err_code source_play(
    const struct render *r, const struct source *s, struct mix *m, struct err *own, struct err *e);

/* output.c: a file that is being made, and the ffmpeg that makes it. */
struct output {
	const struct render *r;
	struct ffmpeg encoder;
	int fd, to; /* the file under a name of ours; our end of what the encoder reads */
	char *dir, *name, *part;
	int dirfd;
	bool running;
};

/* Refuse what is there already; begin beside it. */
enum err_code output_open(struct output *o, const struct render *r, struct err *e);
enum err_code output_start(struct output *o, const char *title, int64_t bits, struct err *e);

/* A sink for the mix. */
enum err_code output_take(void *output, const float *frames, size_t n, struct err *e);

/* The encoder ends; the file and its sheet get their names. */
enum err_code output_finish(struct output *o, const struct buf *sheet, struct err *e);
void output_close(struct output *o); /* what has no name goes */

/* Of "Party.flac" the sheet is "Party.cue": malloced. */
char *output_sheet(const char *file);

#endif
