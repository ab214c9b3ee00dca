/* SPDX-License-Identifier: MIT */
/*
 * place.h - what playlist files call a place: paths, URIs, names of other systems
 */
#ifndef EXCHANGE_PLACE_H
#define EXCHANGE_PLACE_H

#include <stdbool.h>

#include "base/buf.h"

enum place_kind {
	PLACE_LOCAL,   /* a path of this system, absolute by now */
	PLACE_FOREIGN, /* a path of another: drive letters, \\server\share; slashes by now */
	PLACE_REMOTE   /* http://..., urn:... */
};

/* What a location means, with its path (none of a remote one) in a cleared *path.  uri: it is a URI
 * reference, as XSPF has it, and percent codes are codes; else only behind "file:".  dir: the absolute folder
 * that relative paths start from.  "." and "..", and doubled slashes, are taken out of local ones. */
enum place_kind place_read(const char *location, bool uri, const char *dir, struct buf *path);

/* Append file:// and an absolute path, or (relative) a relative reference, percent-encoded. */
void place_uri(struct buf *out, const char *path, bool relative);

/* Append an absolute path as it is seen from the absolute folder dir. */
void place_relative(struct buf *out, const char *dir, const char *path);

/* Append what a URI reference means where `base` (a URI, a relative one, or "") is what it is relative to. */
void place_resolve(struct buf *out, const char *base, const char *reference);

/* Is text a URI reference as it stands, with a scheme or without? */
bool place_is_uri(const char *text);

#endif
