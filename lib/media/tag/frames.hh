/* SPDX-License-Identifier: MIT */
/*
 * frames.hh - ID3v2 frames that TagLib's property map leaves out
 *
 * Told under names of our own: POPM "RATING USER", RVA2_TRACK_GAIN and the like, RGAD_TRACK_GAIN and the
 * like, SYNCEDLYRICS as an .lrc file has them, and SYLT, the same without times.
 */
#ifndef MEDIA_TAG_FRAMES_HH
#define MEDIA_TAG_FRAMES_HH

#include <id3v2tag.h>

namespace media {

typedef bool (*Each)(void *context, const char *key, const char *value);

/* Until each() returns false. */
void frames(const TagLib::ID3v2::Tag &tag, int rate, Each each, void *context);

} // namespace media

#endif
