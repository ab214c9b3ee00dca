/*
 * m3u.h - writing extended M3U playlists
 *
 * M3U has no specification; this is what MPD, VLC, mpv and Navidrome read
 * alike: UTF-8, LF, #EXTM3U first, whole seconds in #EXTINF.  A path is bytes and
 * must survive as such, so one that is not UTF-8, has control bytes, or blanks
 * at an end is written as a file:// URI; a relative one that could be taken
 * for a comment or a URI begins with "./".  What is safe as it is stays as it is.  A part of a file is the
 * file's path behind #EXTVLCOPT lines with its times, which VLC obeys; other players play all of the file.
 */
#ifndef EXCHANGE_M3U_H
#define EXCHANGE_M3U_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct m3u_entry {
	const char *path;           /* absolute; NULL: nothing but a comment is written */
	const char *artist, *title; /* or NULL */
	int64_t duration_ms;        /* 0: unknown */
	bool is_part; /* it is duration_ms (0: all that is left) of the file, from start_ms on */
	int64_t start_ms;
};

/* The head of the list; name may be NULL. */
void m3u_begin(struct buf *out, const char *name);

/* One entry.  relative_to is NULL or an absolute folder without links: the path is then written relative to
 * it. */
void m3u_add(struct buf *out, const struct m3u_entry *entry, const char *relative_to);

#endif
