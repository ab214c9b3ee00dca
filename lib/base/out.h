/* SPDX-License-Identifier: MIT */
/*
 * out.h - text that is safe to print: escapes, JSON, base64
 *
 * All of it appends to a struct buf; printing is the command's.
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The number of bytes of the valid UTF-8 sequence at s (1 to 4), 0 where it is none.  Surrogates and overlong
 * forms are not valid. */
size_t utf8_len(const char *s, size_t len);
bool utf8_valid(const char *s, size_t len);

/* s for a terminal or a line-oriented pipe: control bytes (C0, DEL, C1) as \n, \t, \\, \xHH; bytes that are
 * not UTF-8 as \xHH.  A backslash becomes \\. */
void out_escape(struct buf *b, const char *s, size_t len);

/* The same for messages: like out_escape, but a backslash stays as it is. */
void out_printable(struct buf *b, const char *s, size_t len);

/* s as text or value of an attribute in XML or HTML: < > & " escaped, what XML 1.0 cannot hold as U+FFFD. */
void out_xml(struct buf *b, const char *s, size_t len);

void out_base64(struct buf *b, const void *bytes, size_t len);
void out_hex(struct buf *b, const uint8_t *bytes, size_t len);

/* Read 2 * len hex digits (either case); false where they are not that. */
bool hex_read(uint8_t *bytes, size_t len, const char *hex);

/* JSON.  Begin with json_open(b, "track"), which writes {"v":1,"type":"track"; add members; json_close()
 * writes } and no newline.  Inside arrays the key is NULL.  Numbers are written so that they read back to the
 * same value.  None of the names is one of libjansson's, which some programs have beside. */
void json_open(struct buf *b, const char *type);
void json_close(struct buf *b);
void json_text(struct buf *b, const char *key, const char *s);
void json_text_n(
    struct buf *b, const char *key, const char *s, size_t len);             /* invalid UTF-8 becomes U+FFFD */
void json_bytes(struct buf *b, const char *key, const char *s, size_t len); /* not UTF-8: key_b64 in base64 */
void json_int(struct buf *b, const char *key, int64_t n);
void json_double(struct buf *b, const char *key, double x);
void json_bool(struct buf *b, const char *key, bool yes);
void json_time(struct buf *b, const char *key, int64_t seconds); /* RFC 3339 UTC */
void json_raw(struct buf *b, const char *key, const char *json); /* json must be JSON */
void json_array_begin(struct buf *b, const char *key);           /* then members, then json_array_end */
void json_array_end(struct buf *b);
void json_object_begin(struct buf *b, const char *key);
void json_object_end(struct buf *b);

#endif
