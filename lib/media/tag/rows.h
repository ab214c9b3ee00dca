/* SPDX-License-Identifier: MIT */
/*
 * rows.h - which names of tags are read as which field, and how; private to map.c
 */
#ifndef MEDIA_TAG_ROWS_H
#define MEDIA_TAG_ROWS_H

#include <stddef.h>

#include "base/field.h"

/* How a tag's text becomes a field's value. */
enum form {
	TEXT,   /* as it is; several are joined */
	LIST,   /* as it is, each for itself */
	NUMBER, /* n or n/total */
	TOTAL,
	DATE,
	GENRE,
	KEY,
	BPM,
	GAIN,
	PEAK,
	R128,      /* of Opus, where it is the only right one */
	R128_LATE, /* of any other format, where it fills a gap */
	MBID,
	ISRC,
	ISWC,
	BARCODE,
	TRUTH,
	SPARE, /* text for a field that is still empty */
	RATING,
	RATING_PART,
	RATING_SHARED,
	POPM,
	SKIP /* not a tag but a marker of the format */
};

/* The first row that a file has wins over later rows of the same field, where the field holds one value. */
struct row {
	const char *key;
	enum field field;
	enum form form;
};
extern const struct row tag_rows[];
extern const size_t tag_nrows;

/* The row of a key, NULL where there is none. */
const struct row *row_of(const char *key);

/* The keys of credits, which no row has; each list ends with NULL. */
extern const char *const rows_artist[], *const rows_albumartist[];

#endif
