/*
 * playlist_file.h - playlists of the library as files of foreign formats
 */
#ifndef INTAKE_PLAYLIST_FILE_H
#define INTAKE_PLAYLIST_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "store/db.h"

/* Append a playlist as M3U8 (exchange/m3u.h): the blobs' absolute paths, or relative to folder relative_to
 * where that is not NULL.  Missing entries keep the path that they were added with. */
enum err_code playlist_export(
    struct db *db, int64_t id, const char *relative_to, struct buf *out, struct err *e);

#endif
