/* SPDX-License-Identifier: MIT */
/*
 * field.h - the vocabulary: every field that a track has, once
 *
 * --json, --format, --sort, --set, `field:` in queries and the media worker all
 * speak of fields by these names.  fonoteca-library(5)
 * prints the table for people.  A name that is not here is a free tag.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

/* The numbers are stored in libraries (tagname.id = number + 1): new fields go to the end, none is ever
 * removed. */
/* clang-format off */
enum field {
	F_ID, F_TITLE, F_ARTIST, F_ARTISTS, F_ALBUM, F_ALBUMARTIST, F_ALBUMARTISTS,
	F_TRACK, F_TRACKTOTAL, F_DISC, F_DISCTOTAL, F_POSITION,
	F_DATE, F_YEAR, F_ORIGINALDATE, F_GENRE,
	F_COMPOSER, F_LYRICIST, F_CONDUCTOR, F_PERFORMER, F_REMIXER,
	F_COMMENT, F_LYRICS, F_GROUPING, F_WORK, F_LABEL, F_CATALOGNUMBER, F_BARCODE,
	F_ISRC, F_ISWC, F_COMPILATION, F_BPM, F_KEY, F_MOOD, F_LANGUAGE, F_COPYRIGHT, F_MEDIA,
	F_TITLESORT, F_ARTISTSORT, F_ALBUMSORT, F_ALBUMARTISTSORT,
	F_MB_TRACKID, F_MB_ALBUMID, F_MB_ARTISTID, F_MB_ALBUMARTISTID,
	F_MB_RELEASEGROUPID, F_MB_RELEASETRACKID, F_MB_WORKID,
	F_RG_TRACK_GAIN, F_RG_TRACK_PEAK, F_RG_ALBUM_GAIN, F_RG_ALBUM_PEAK,
	F_DURATION, F_FORMAT, F_CODEC, F_BITRATE, F_SAMPLERATE, F_BITDEPTH, F_CHANNELS,
	F_SIZE, F_SHA256, F_FILE, F_SOURCE, F_SESSION, F_RECORDING, F_ADDED, F_MODIFIED,
	F_OWNER, F_PLAYS, F_LASTPLAYED, F_RATING, F_TAGS, F_COVER, F_NOTES,
	F_PART, F_START,
	F_COUNT,
	F_NONE = -1 /* no such field: a free tag */
};
/* clang-format on */

enum field_type {
	FIELD_TEXT,  /* one string */
	FIELD_LIST,  /* many strings, an array in JSON */
	FIELD_INT,   /* whole number, unit in field_info.unit */
	FIELD_REAL,  /* decimal number */
	FIELD_DATE,  /* YYYY[-MM[-DD]], as precise as it is known */
	FIELD_TIME,  /* an instant: seconds since 1970 UTC inside, RFC 3339 outside */
	FIELD_BOOL,  /* true or absent */
	FIELD_PATH,  /* bytes of a file name */
	FIELD_OBJECT /* free tags: name -> array of strings */
};

enum {
	FIELD_TAG = 1,      /* comes from a file's tags */
	FIELD_WRITABLE = 2, /* --amend may change it; --set too, where it is a tag */
	FIELD_RELEASE = 4,  /* belongs to the release, the same on all of its tracks */
	FIELD_PROPERTY = 8  /* measured from the audio stream by the media worker */
};

struct field_info {
	const char *name; /* as in JSON */
	enum field_type type;
	unsigned flags;
	const char *unit;    /* "ms", "Hz", "bits", "bytes", "bit/s", "dB" or NULL */
	const char *aliases; /* other names, separated by blanks, or NULL */
};

/* The row of f; f must be a real field. */
const struct field_info *field_info(enum field f);

/* By name or alias, ASCII case ignored; F_NONE where there is none. */
enum field field_find(const char *name);
enum field field_find_n(const char *name, size_t len);

/* Why one that is not FIELD_WRITABLE cannot be written: "it follows date". */
const char *field_fixed(enum field f);

/* The field whose name is nearest to a misspelt one (at most 2 edits), or F_NONE. */
enum field field_nearest(const char *name);

#endif
