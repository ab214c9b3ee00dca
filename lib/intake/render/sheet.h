/* SPDX-License-Identifier: MIT */
/*
 * sheet.h - the cue sheet of a file in which tracks lie one behind the other
 */
#ifndef INTAKE_RENDER_SHEET_H
#define INTAKE_RENDER_SHEET_H

#include <stdint.h>

#include "base/buf.h"

/* Begin it: the name of the file, what kind it is ("WAVE", "MP3", "AIFF"), and the title of all. */
void sheet_begin(struct buf *out, const char *file, const char *kind, const char *title);

/* A track that begins with this frame, of `rate` in a second; NULL where title or artist is not known. */
void sheet_track(
    struct buf *out, int number, const char *title, const char *performer, int64_t frame, int rate);

#endif
