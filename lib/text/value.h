/* SPDX-License-Identifier: MIT */
/*
 * value.h - values of fields in their normal form
 *
 * What files say and what people type is brought to one form.  The functions on
 * top write that of one value to out (of VALUE_TEXT bytes) and return true, or
 * return false where it is nothing of the kind.
 */
#ifndef TEXT_VALUE_H
#define TEXT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/field.h"

enum { VALUE_TEXT = 128 };

bool value_key(const char *s, char *out);              /* C#m, Eb; of "A minor", "8A"; "o" stays */
bool value_bpm(const char *s, char *out);              /* 0 < bpm < 1000; a comma is a point */
bool value_gain(const char *s, char *out);             /* "-7.03" of "-7.03 dB" */
bool value_peak(const char *s, char *out);             /* not negative */
bool value_mbid(const char *s, size_t len, char *out); /* a UUID in lower case */
bool value_isrc(const char *s, char *out);             /* "USRC17607839" of "us-rc1-76-07839" */
bool value_iswc(const char *s, char *out);             /* T-123456789-0 */
bool value_barcode(const char *s, char *out);          /* EAN, UPC: 8 to 14 digits, the last a check */
bool value_position(const char *s, char *out);         /* a vinyl's place: "A1", "B", "AA2" */
bool value_day(const char *s);                         /* YYYY, YYYY-MM or YYYY-MM-DD, of the calendar */

/* What somebody typed as the value of a writable field, malloced in the form that the vocabulary wants ("1"
 * for true, "" for false), in NFC and without the blanks around it; "" where nothing is left.  ERR_USAGE
 * "track takes a whole number from 1 to 1000000, not 'x'" where it is no such value. */
enum err_code value_typed(enum field f, const char *text, char **out, struct err *e);

/* The same for a free tag: any text without control characters. */
enum err_code value_typed_tag(const char *name, const char *text, char **out, struct err *e);

#endif
