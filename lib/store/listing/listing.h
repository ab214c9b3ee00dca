/* SPDX-License-Identifier: MIT */
/*
 * listing.h - tracks as text: table, columns, format strings, playlists, JSON
 *
 * A listing is fed ids in batches and appends to a buffer; printing is the command's.
 * Each batch is read in one short transaction.  A track that is gone by then
 * is left out.  Control bytes in tags are escaped, but in JSON (which has its own way)
 * and where records end with NUL.
 */
#ifndef STORE_LISTING_LISTING_H
#define STORE_LISTING_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum listing_form {
	LISTING_TSV,   /* id, artist, title, album; or the columns of format */
	LISTING_TABLE, /* for a terminal, with a header */
	LISTING_IDS,
	LISTING_FILES,  /* absolute paths of the blobs */
	LISTING_FORMAT, /* "$artist - $title" */
	LISTING_CSV,    /* RFC 4180, with a header line */
	LISTING_M3U8,   /* extended M3U of the blobs */
	LISTING_JSON
};

enum { LISTING_BATCH = 64 };

struct format; /* a format string, read */

struct listing {
	enum listing_form form;
	char end;     /* of a record: '\n' or NUL */
	bool color;   /* TABLE */
	int columns;  /* of the terminal, 0: it is none */
	bool started; /* the header is out, the widths are set */
	int width[6];
	struct format *format; /* FORMAT; columns: CSV, TSV or NULL */
};

/* Read a format string: $field, ${field}, ${field|field|text} for the first that has a value, $$, \t, \n, \\.
 * A name that is no field is a free tag's, and text where it comes last of several; one that is close to a
 * field's is ERR_USAGE. */
enum err_code format_read(struct format **f, const char *text, struct err *e);

/* Read the names of columns: "id,artist,my tag". */
enum err_code format_columns(struct format **f, const char *names, struct err *e);
void format_free(struct format *f); /* NULL is allowed */

/* Append n tracks; at most LISTING_BATCH. */
enum err_code listing_add(
    struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e);

#endif
