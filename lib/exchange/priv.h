/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the formats share
 */
#ifndef EXCHANGE_PRIV_H
#define EXCHANGE_PRIV_H

#include "exchange/list.h"

typedef enum err_code list_read_fn(const char *text, size_t len, struct list_reader *r, struct err *e);
list_read_fn m3u_read, pls_read, xspf_read, jspf_read, entries_read;

/* What to do with a list in a format that is none of ours. */
#define LIST_SAVE_AS "save it as M3U8 or XSPF where it comes from"

/* Reading of one format, of text that is UTF-8 but for the lines that it may not be: bytes are the lines
 * before they were decoded, or NULL. */
enum err_code m3u_read_lines(
    const char *text, size_t len, const char *bytes, size_t nbytes, struct list_reader *r, struct err *e);

/* The word under which an M3U's lines with start and stop times are kept: they are written again as they
 * stood. */
#define M3U_TIMES "vlc-times"

/* Give an item to who asked for it. */
enum err_code list_hand_over(struct list_reader *r, const struct list_item *item, struct err *e);

/* The list's title, the first that is told. */
void list_title(struct list_reader *r, const char *title, size_t len);

struct list_form {
	void (*begin)(struct list_writer *w, const char *title);
	void (*add)(struct list_writer *w, const struct list_item *item);
	void (*end)(struct list_writer *w);
};
extern const struct list_form m3u_form, pls_form, xspf_form, jspf_form;

/* "Artist - Title", or what is known of it, on one line of UTF-8. */
void list_label(struct buf *out, const struct list_item *item);

/* Text of one line: control bytes become blanks, what is not UTF-8 becomes U+FFFD. */
void list_line(struct buf *out, const char *s);

/* The place of an item as a line of text, or as a URI. */
void list_place_line(struct buf *out, const struct list_writer *w, const struct list_item *item);
void list_place_uri(struct buf *out, const struct list_writer *w, const struct list_item *item);

/* The recording that https://musicbrainz.org/recording/<uuid> names, in lower case (VALUE_TEXT bytes). */
#define LIST_RECORDING "https://musicbrainz.org/recording/"
bool list_mbid(const char *identifier, char *mbid);

/* Is that identifier among what is kept? */
bool list_says_recording(const char *extra, const char *mbid);

/* Milliseconds of text as "123", "123.5"; 0 where it is none or negative.  *end: the first byte behind it. */
int64_t list_seconds(const char *s, const char **end);

#endif
