/* SPDX-License-Identifier: MIT */
/*
 * name.h - the names of tracks in a tree for players and phones
 *
 * A layout is text with fields, "$albumartist/$album/$track $title"; its slashes
 * make folders, those in values do not.  Track and disc have two digits; what has no value
 * is called after what is next to it (the artist, "Unknown Album", the name of the source).  The suffix comes
 * behind.
 *
 * Names are safe for the file system: at most 255 bytes a piece, none hidden, no control bytes; on vfat also
 * without its reserved characters and names (CON, LPT1), dots and blanks at an end, and what is not UTF-8.
 */
#ifndef INTAKE_TREE_NAME_H
#define INTAKE_TREE_NAME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/track.h"

#define TREE_LAYOUT "$albumartist/$album/$track $title"

/* ERR_USAGE where a layout names what is no field, or nothing at all. */
enum err_code tree_layout_check(const char *layout, struct err *e);

/* Append the path of a track below the tree; suffix "flac". */
void tree_name(const char *layout, const struct track *t, const char *suffix, bool vfat, struct buf *out);

/* Append one name, made safe, cut so that room bytes more fit. */
void tree_piece(const char *s, size_t len, bool vfat, size_t room, struct buf *out);

#endif
