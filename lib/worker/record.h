/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the media worker found in one file, and its form on the wire
 *
 * A plain struct that the media layer fills, the wire carries, staging keeps
 * (as the encoded bytes) and the catalogue reads.  Values are UTF-8 without
 * control bytes other than newline and tab, already in the vocabulary of
 * base/field.h: a track tag "3/12" arrives as track 3 and tracktotal 12, a
 * numeric genre as its name, gains in dB, `compilation` as "1".  A field that
 * the file does not have is not there.
 *
 * Encoded form (version 1): the bytes "FMR1", then entries of
 *     u8 kind, u16 length of the name, u32 length, name, bytes
 * in little-endian order.  Fields stand by their names, so that what an older
 * program staged stays readable, and new kinds are only ever added; record_decode()
 * accepts nothing else and never reads past its input.
 *
 * A file that a cue sheet cuts into tracks has parts: records of their own, which hold
 * what the sheet says of each.  record_of_part() makes the whole record of one.
 */
#ifndef WORKER_RECORD_H
#define WORKER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"

enum {
	RECORD_VALUE_MAX = 1 << 20,
	RECORD_VALUES_MAX = 4096,
	RECORD_COVER_MAX = 16 << 20,
	RECORD_PARTS_MAX = 999,
	RECORD_PART_VALUES_MAX = 256
};

/* Free tag of a part as the media worker answers it: the name that its cue sheet's FILE gives, or "". */
#define RECORD_FILE "cue_file"

struct record_value {
	enum field field; /* F_NONE: a free tag, named by name */
	char *name;       /* lower-case name of a free tag, else NULL */
	char *value;
};

struct record_cover {
	char kind[16];       /* "front", "back", "artist", ... or "other" */
	char mime[32];       /* from the bytes: image/jpeg, image/png, image/gif, image/webp, image/bmp */
	char *text;          /* the tag's description, or NULL */
	unsigned char *data; /* NULL in a record that was decoded without its covers */
	size_t len;
};

struct record {
	char format[12];     /* field `format`: "mpeg", "flac", "ogg", ... */
	char codec[16];      /* field `codec`, "" where unknown */
	char suffix[8];      /* of the blob's name: "mp3", "flac", "ogg", "opus", "m4a", ... */
	int64_t duration_ms; /* 0 = unknown, as all of the following */
	int64_t bitrate;     /* bit/s */
	int64_t samplerate;  /* Hz */
	int64_t bitdepth;    /* bits */
	int64_t channels;
	bool damaged; /* the container itself tells that bytes are missing */
	bool has_audio;
	uint8_t audio[32]; /* a hash of the audio alone, without tags: media/payload/payload.h */
	struct record_value *values;
	size_t nvalues;
	struct record_cover *covers;
	size_t ncovers;
	char **notes; /* what a user should know of this file: sentences without a full stop */
	size_t nnotes;
	struct record
	    *parts; /* in the order of their starts; without format, covers and parts of their own */
	size_t nparts;
	int64_t part;     /* of record_of_part(): its number from 1 on; 0: the whole file */
	int64_t start_ms; /* of a part; its end is start_ms + duration_ms */
};

void record_free(struct record *r); /* release and zero */

/* Append; strings are copied.  name is NULL unless field is F_NONE. */
enum err_code record_add(
    struct record *r, enum field field, const char *name, const char *value, struct err *e);
enum err_code record_note(struct record *r, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes over c->data and c->text; they are freed on failure too. */
enum err_code record_add_cover(struct record *r, struct record_cover *c, struct err *e);

/* The first value of a field, or NULL. */
const char *record_get(const struct record *r, enum field field);

/* Replace every value of a field (NULL value: remove it). */
enum err_code record_set(struct record *r, enum field field, const char *value, struct err *e);

/* Take over a part, which is then zeroed; it is freed on failure too. */
enum err_code record_add_part(struct record *r, struct record *part, struct err *e);
void record_drop_parts(struct record *r);

/* Everything about part n (from 1 on) of r, into a zeroed *out: its own values, and of the file's those that
 * hold for all of it.  A field that tells one track from another (title, number, ISRC, lyrics, gain, ...)
 * comes from the part alone. */
enum err_code record_of_part(const struct record *r, size_t n, struct record *out, struct err *e);

/* Append the encoded form to out; covers only where with_covers. */
enum err_code record_encode(const struct record *r, bool with_covers, struct buf *out, struct err *e);

/* Read the encoded form into a zeroed *r; ERR_FORMAT on anything that record_encode would not write. */
enum err_code record_decode(struct record *r, const void *bytes, size_t len, struct err *e);

#endif
