/* SPDX-License-Identifier: MIT */
/*
 * picture.h - a cover put into a file that is open for writing (tagwrite.h)
 */
#ifndef MEDIA_TAG_PICTURE_H
#define MEDIA_TAG_PICTURE_H

#include "media/tag/tagfile.h"
#include "worker/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Give t the cover beside what it has; *held tells whether its format can hold pictures.  Nothing reaches the
 * file before tagfile_save().  False: memory. */
bool picture_add(struct tagfile *t, const struct record_cover *c, bool *held);

#ifdef __cplusplus
}
#endif
#endif
