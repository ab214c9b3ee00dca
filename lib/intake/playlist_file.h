/* SPDX-License-Identifier: MIT */
/*
 * playlist_file.h - playlists of the library as files of foreign formats, and the other way
 */
#ifndef INTAKE_PLAYLIST_FILE_H
#define INTAKE_PLAYLIST_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "exchange/list.h"
#include "store/db.h"
#include "store/playlist/import.h"

enum { PLAYLIST_FILE_MAX = 256 << 20 };

/* A playlist with its entries; id 0: every track of the library, called "All". */
enum err_code playlist_whole(
    struct db *db, int64_t id, struct playlist *p, struct playlist_entry **v, size_t *n, struct err *e);

/* Write an entry, between list_begin() and list_end(). */
void playlist_write_entry(struct list_writer *w, const struct playlist_entry *n);

/* Append a playlist in a format (exchange/list.h, or JSON objects ended by '\n'): the blobs' absolute paths,
 * or relative to folder relative_to where that is not NULL.  Missing entries keep the place that they were
 * added with, or that their file said. */
enum err_code playlist_export(struct db *db, int64_t id, enum list_format format, const char *relative_to,
    struct buf *out, struct err *e);

/* Make a playlist of a file, "-" being standard input: of this name, or (NULL) of the title that the file
 * tells, else of its own name.  format: LIST_FORMATS to guess; the one that was read is given back.  See
 * store/playlist/import.h for the rest. */
struct playlist_file {
	const char *file, *name, *encoding;
	enum list_format format;
	struct playlist_import import;
	struct buf
	    left_out; /* of a smart one: a line for each rule that could not be kept; the caller frees it */
};
enum err_code playlist_import_file(struct db *db, struct playlist_file *f, struct err *e);

#endif
