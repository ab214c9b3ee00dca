/* SPDX-License-Identifier: MIT */
/*
 * gain.h - the gain that encoders write into the stream instead of a tag
 */
#ifndef MEDIA_TAG_GAIN_H
#define MEDIA_TAG_GAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "media/sniff/sniff.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GAIN_TEXT = 32 };
enum gain_kind { GAIN_NONE, GAIN_TRACK, GAIN_ALBUM };

/* Sixteen bits as the first ReplayGain proposal has them: what they are for, and the dB as text; GAIN_NONE
 * where nobody set them. */
enum gain_kind gain_word(uint32_t word, char text[GAIN_TEXT]);

/* Of the LAME header in the first frame of MPEG audio: LAME_TRACK_GAIN, LAME_ALBUM_GAIN, LAME_TRACK_PEAK. */
void gain_of_lame(int fd, const struct sniffed *s,
    bool (*each)(void *context, const char *key, const char *value), void *context);

#ifdef __cplusplus
}
#endif
#endif
