/* SPDX-License-Identifier: MIT */
/*
 * priv.h - a track's row as tables and tab-separated lines show it, and what forms of output share
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

/* A track by a format string; escape: control bytes in its values. */
void format_track(const struct format *f, const struct track *t, bool escape, struct buf *out);

/* The columns of format_columns(). */
size_t format_count(const struct format *f);
const char *format_name(const struct format *f, size_t i);
void format_cell(const struct format *f, size_t i, const struct track *t, struct buf *out);

/* What the end of a record does not already keep apart is escaped. */
void add_safe(char end, struct buf *out, const char *s, size_t len);

/* "4:05", "1:02:03" */
void add_length(struct buf *out, int64_t ms);

/* A track as rows for programs: sheet.c. */
void sheet_head(const struct listing *l, struct buf *out);
void sheet_row(const struct listing *l, const struct track *t, struct buf *out);
void m3u8_entry(const struct track *t, struct buf *out);

#endif
