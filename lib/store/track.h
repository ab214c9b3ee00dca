/* SPDX-License-Identifier: MIT */
/*
 * track.h - a track as a record of the vocabulary, for every command's output
 */
#ifndef STORE_TRACK_H
#define STORE_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"
#include "store/db.h"

/* One field's value; which member is meant follows from field_info.type.  A field that is absent has n == 0.
 */
struct value {
	size_t n;    /* texts in text[] (TEXT, DATE, PATH: 1), or 1 for numbers */
	char **text; /* TEXT, DATE, PATH, LIST */
	size_t len;  /* bytes of text[0] of a PATH, which may hold any byte but NUL */
	int64_t num; /* INT, TIME, BOOL */
	double real; /* REAL */
};

struct free_tag {
	char *name;
	char **value;
	size_t n;
};

struct track {
	int64_t id;
	struct value v[F_COUNT];
	bool bpm_heard, key_heard; /* they are lib-analyze's, not the tags' */
	struct free_tag *tags;
	size_t ntags;
};

/* The id in "12". */
enum err_code track_parse(const char *text, int64_t *id, struct err *e);

void track_free(struct track *t); /* release and zero */

/* Everything that is known, into a zeroed *t.  ERR_NOTFOUND "there is no track 12".  Removed tracks are
 * loaded too. */
enum err_code track_load(struct db *db, int64_t id, struct track *t, struct err *e);

/* Append one value as text (lists joined with "; ", times as RFC 3339, nothing where it is absent). */
void track_text(const struct track *t, enum field f, struct buf *out);

/* Append the names of the fields, of bpm and key, that no tag tells but lib-analyze: "bpm; key". */
void track_heard_text(const struct track *t, struct buf *out);

/* Append {"v":1,"type":"track",...} without a newline: absent fields left out, lists as arrays. */
void track_json(const struct track *t, struct buf *out);

/* The same without the closing brace, for who has more to say; json_close() ends it. */
void track_json_open(const struct track *t, struct buf *out);

/* A user's name, or the number of one who has none. */
enum { OWNER_TEXT = 64 };
const char *owner_name(int64_t uid, char text[OWNER_TEXT]);

/* The same for what is kept under the name: an error where the names of users cannot be read, text being the
 * number then. */
enum err_code owner_name_sure(int64_t uid, char text[OWNER_TEXT], struct err *e);

#endif
