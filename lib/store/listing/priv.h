/*
 * priv.h - a track's row as tables and tab-separated lines show it
 */
#ifndef STORE_LISTING_PRIV_H
#define STORE_LISTING_PRIV_H

#include "store/listing/listing.h"
#include "store/track.h"

enum { CELL_ID, CELL_ARTIST, CELL_TITLE, CELL_ALBUM, CELL_YEAR, CELL_LENGTH, CELLS };

struct listing_row {
	int64_t id;
	struct buf cell[CELLS]; /* escaped */
};

/* Append rows as a table; the first call sets the widths. */
void table_add(struct listing *l, const struct listing_row *rows, size_t n, struct buf *out);

void format_track(const struct format *f, const struct track *t, struct buf *out);

#endif
