/* SPDX-License-Identifier: MIT */
/*
 * value.h - the text of a tag as the vocabulary wants it, however taggers write it
 *
 * What people write as well is in text/value.h.
 * Each function writes the normal form of one cleaned value to out (of
 * VALUE_TEXT bytes) and returns true, or returns false where the value is
 * nothing of the kind; the caller then keeps it under its own name.
 */
#ifndef MEDIA_TAG_VALUE_H
#define MEDIA_TAG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "text/value.h"

/* Append s as a record may hold it: UTF-8 (else U+FFFD), no control bytes but newline and tab, trimmed, at
 * most RECORD_VALUE_MAX bytes.  False where it had to be cut. */
bool value_clean(struct buf *out, const char *s);

bool value_date(const char *s, char *out); /* YYYY[-MM[-DD]] of "2001/8/27", "20010827", "27.08.2001" */
bool value_year(
    const char *s, char *out); /* four digits that it begins with, or the only ones that can be one */
bool value_r128(const char *s, char *out); /* dB of Q7.8 at -23 LUFS, as ReplayGain counts: + 5 */
bool value_true(const char *s);

/* "3/12", "06", "6.", "3 of 12": n and total, each 0 where absent; false where it begins with no number. */
bool value_number(const char *s, long *n, long *total);

/* The genres of "(17)(39)Live" or "17", one a call: *s moves on; false at the end. */
bool value_genre(const char **s, char *out, size_t size);

#endif
