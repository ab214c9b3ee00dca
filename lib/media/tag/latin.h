/* SPDX-License-Identifier: MIT */
/*
 * latin.h - texts of ID3 that claim to be Latin-1
 *
 * Many programs wrote UTF-8 there, or the quotes and dashes of Windows-1252.
 */
#ifndef MEDIA_TAG_LATIN_H
#define MEDIA_TAG_LATIN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Such a text, up to its first NUL, as UTF-8, malloced; NULL: no memory. */
char *latin_text(const char *bytes, size_t len);

#ifdef __cplusplus
}
#endif
#endif
