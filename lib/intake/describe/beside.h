/* SPDX-License-Identifier: MIT */
/*
 * beside.h - text files that lie beside the audio and belong to it: cue sheets and lyrics
 *
 * NAME.cue with any name (cut.h says for which files it counts), STEM.lrc with the stem of the audio file;
 * ASCII case does not matter.  The media worker parses them.  A sheet is read once for all
 * files of its folder.
 */
#ifndef INTAKE_DESCRIBE_BESIDE_H
#define INTAKE_DESCRIBE_BESIDE_H

#include <stdbool.h>

#include "intake/walk/folder.h"
#include "worker/client.h"

enum { BESIDE_CUES_MAX = 64 }; /* of one folder; further ones are passed over */

/* Is it a file that comes along with the audio beside it, and is not audio itself: a cover (art.h), a cue
 * sheet, lyrics? */
bool beside_is_name(const char *name);

/* Add to r, just read from the file called name in f, what its cue sheet and its lyrics say.  One that cannot
 * be used becomes a note; errors are the worker's or the machine's. */
enum err_code beside_apply(
    struct folder *f, const char *name, struct worker *worker, struct record *r, struct err *e);

#endif
