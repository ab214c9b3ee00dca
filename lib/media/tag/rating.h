/* SPDX-License-Identifier: MIT */
/*
 * rating.h - ratings as programs write them, from 0 to 100
 *
 * Each function writes the number to out (of VALUE_TEXT bytes) and returns true; false where s is no rating.
 * "0" and "" are those that were never given.
 */
#ifndef MEDIA_TAG_RATING_H
#define MEDIA_TAG_RATING_H

#include <stdbool.h>

/* "0.8": a part of one, as FMPS_RATING is. */
bool rating_part(const char *s, char *out);

/* RATING, which has no scale: up to 1 with a point it is a part of one ("0.8"), up to 5 stars ("4", "3.5"),
 * up to 100 a percentage. */
bool rating_any(const char *s, char *out);

/* Windows Media's SharedUserRating: 1, 25, 50, 75 and 99 are one to five stars. */
bool rating_shared(const char *s, char *out);

/* ID3v2's POPM, "196 somebody@example.org": 1 to 31, 95, 159, 223 and 255 are one to five stars, as Windows
 * and foobar2000 read them; 13, 54, 118, 186 and 242 are MusicBee's halves; Quod Libet counts evenly. */
bool rating_popm(const char *s, char *out);

#endif
