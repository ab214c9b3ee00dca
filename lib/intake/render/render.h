/* SPDX-License-Identifier: MIT */
/*
 * render.h - a playlist as one continuous file, with a cue sheet beside it
 *
 *	Party.flac
 *	Party.cue
 *
 * Each track is decoded by an ffmpeg of its own, one after the other, mixed here (mix.h), and written by one
 * ffmpeg more: neither memory nor descriptors grow with the playlist.  The rate is the highest of the tracks
 *that the format can have, the channels two, or one where no track has more, the depth that of the deepest.
 *Both files have their names when they are whole and durable, and not before.
 */
#ifndef INTAKE_RENDER_RENDER_H
#define INTAKE_RENDER_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/texts.h"
#include "intake/encode/coding.h"
#include "store/db.h"
#include "store/playlist/playlist.h"

enum render_gain { GAIN_NONE, GAIN_TRACK, GAIN_ALBUM };

struct render {
	const char *file;
	const struct coding *coding;
	const struct texts *ffmpeg; /* ffmpeg_begin() */
	int64_t fade_ms;
	enum render_gain gain;
	bool force, dry_run;
	struct progress progress;
	volatile const int *stop;
	void (*failed)(const struct err *e); /* told of each entry that is not, or not wholly, in it */
	/* told by render_write() */
	int64_t tracks, missing, broken, without_gain;
	int64_t frames;
	int rate, channels;
	char *sheet; /* the cue sheet's path; the caller frees it */
};

/* ERR_EXISTS where the file is there (unless force), ERR_NOMATCH where no track can be played,
 * ERR_INTERRUPTED. */
enum err_code render_write(struct db *db, struct render *r, const char *title, const struct playlist_entry *v,
    size_t n, struct err *e);

#endif
