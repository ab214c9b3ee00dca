/* SPDX-License-Identifier: MIT */
/*
 * joiners.h - credits that name several people as rows of each, by the library's joiners
 *
 * `artist` and `albumartist` stay as printed; `artists` and `albumartists` get the names, where the
 * file does not list them itself and no single MusicBrainz id says that it is one artist.
 * A genre, composer, lyricist, conductor or remixer that came as one text is cut at list-joiners.  In files
 * whose tags are ID3, which had no better way for long, all of them are cut at id3-joiners as well.
 */
#ifndef INTAKE_DESCRIBE_JOINERS_H
#define INTAKE_DESCRIBE_JOINERS_H

#include "store/config.h"
#include "worker/record.h"

/* Of the record and its parts. */
enum err_code joiners_apply(struct record *r, const struct config *c, struct err *e);

#endif
