/* SPDX-License-Identifier: MIT */
/*
 * list.h - playlist files of other programs, read and written
 *
 *	M3U, M3U8   lines; what has no specification is read as MPD, VLC and Navidrome do
 *	PLS         File1=, Title1=, Length1=, in any order, with gaps
 *	XSPF        by expat; a DOCTYPE is refused, so there are no entities to expand
 *	JSPF        ListenBrainz's too, by jansson, a track at a time
 *	JSON        what lib-playlist itself writes: an object a line
 *
 * A reader hands over an item at a time; what it says is kept as it stands, and what
 * has no place in an item goes to its extra (extra.h).  A writer that is given that back writes the same
 * again, so that nothing that a file says is lost on its way through the library.
 */
#ifndef EXCHANGE_LIST_H
#define EXCHANGE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum list_format { LIST_M3U8, LIST_M3U, LIST_PLS, LIST_XSPF, LIST_JSPF, LIST_JSON, LIST_NSP, LIST_FORMATS };

/* "m3u8", "xspf", ...; LIST_FORMATS where name is none. */
const char *list_format_name(enum list_format f);
enum list_format list_format_of(const char *name);

/* What a file is, by its beginning, and by its name where that does not tell. */
enum list_format list_guess(const char *name, const char *bytes, size_t len);

struct list_item {
	const char
	    *path; /* absolute, of a file that is there (writing), or that an entry was (JSON); or NULL */
	const char *location; /* as the file says; or NULL */
	const char *known;    /* writing: the absolute path that a location stands for, or NULL */
	const char *bytes;    /* reading: the location before it was decoded, where that differs; or NULL */
	bool uri;             /* reading: the location is a URI reference */
	const char *title, *artist, *album, *mbid, *extra; /* or NULL */
	int64_t duration_ms;                               /* 0: unknown */
	int64_t start_ms;                                  /* of a part of a file; -1: all of it */
	int64_t number;                                    /* writing: on its disc; 0: unknown */
};

/* Takes an item, whose texts are the reader's.  Any error ends the reading. */
typedef enum err_code list_item_fn(void *context, const struct list_item *item, struct err *e);

struct list_reader {
	const char *encoding; /* of text that is not UTF-8, as iconv names it; NULL: it is guessed */
	list_item_fn *item;
	void *context;
	/* what the file says of the list; released by list_reader_free() */
	char *title;
	struct buf extra;
	size_t items;
};

/* ERR_FORMAT where the bytes are not what they should be, with the place. */
enum err_code list_read(
    enum list_format f, const char *bytes, size_t len, struct list_reader *r, struct err *e);
void list_reader_free(struct list_reader *r);

struct list_writer {
	enum list_format format; /* not JSON, not NSP */
	const char *relative_to; /* an absolute folder that paths are written relative to, or NULL */
	struct buf *out;
	const char *extra; /* of the list, or NULL */
	size_t items;
};

void list_begin(struct list_writer *w, const char *title);
void list_add(struct list_writer *w, const struct list_item *item);
void list_end(struct list_writer *w);

#endif
