/*
 * listing.h - tracks as text: table, tab-separated, format strings, JSON
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
	LISTING_TSV,   /* id, artist, title, album */
	LISTING_TABLE, /* for a terminal, with a header */
	LISTING_IDS,
	LISTING_FILES,  /* absolute paths of the blobs */
	LISTING_FORMAT, /* "$artist - $title" */
	LISTING_JSON,
	LISTING_FULL /* every field on a line of its own */
};

enum { LISTING_BATCH = 64 };

struct format; /* a format string, read */

struct listing {
	enum listing_form form;
	char end;     /* of a record: '\n' or NUL */
	bool color;   /* TABLE */
	int columns;  /* TABLE: of the terminal */
	bool started; /* TABLE: the header is out, the widths are set */
	int width[6];
	struct format *format; /* FORMAT */
};

/* Read a format string: $field, ${field}, $$.  A name that is no field is a free tag's; one that is close to
 * a field's is ERR_USAGE. */
enum err_code format_read(struct format **f, const char *text, struct err *e);
void format_free(struct format *f); /* NULL is allowed */

/* Append n tracks; at most LISTING_BATCH. */
enum err_code listing_add(
    struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e);

/* Append one track; ERR_NOTFOUND where there is none with that id. */
enum err_code listing_one(struct listing *l, struct db *db, int64_t id, struct buf *out, struct err *e);

#endif
