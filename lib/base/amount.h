/* SPDX-License-Identifier: MIT */
/*
 * amount.h - sizes and spans of time as people read them
 *
 * For terminals and sentences alone: columns of a pipe and JSON have bare bytes, seconds and milliseconds.
 */
#ifndef BASE_AMOUNT_H
#define BASE_AMOUNT_H

#include <stdint.h>

enum { AMOUNT_TEXT = 32 };

/* "1 byte", "512 bytes", "8.9 MB", "106 MB" into text: units of a thousand. */
const char *amount_bytes(int64_t bytes, char text[AMOUNT_TEXT]);

/* "40 s", "12 min", "5 h", "3 days" into text. */
const char *amount_span(int64_t seconds, char text[AMOUNT_TEXT]);

/* The end of a noun that n counts: "" where it is one, else "s". */
const char *amount_s(int64_t n);

#endif
