/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the headers of MPEG audio and ADTS frames
 */
#ifndef MEDIA_FORMAT_FRAME_H
#define MEDIA_FORMAT_FRAME_H

#include <stdbool.h>

enum { FRAME_HEAD = 6 }; /* bytes that the functions below look at */

struct frame {
	int length;  /* bytes, the header's own included */
	int layer;   /* 1 to 3; 0: ADTS */
	int version; /* 0: 2.5, 2: 2, 3: 1; of ADTS 0: MPEG-4, 1: MPEG-2 */
	int rate;    /* Hz */
	int samples; /* of one channel */
	int channels;
};

/* False where p is no head of a frame of a length that can be known. */
bool frame_mpeg(const unsigned char *p, struct frame *f);
bool frame_adts(const unsigned char *p, struct frame *f);

/* Of two frames of one stream: its layer, version and rate never change. */
bool frame_alike(const struct frame *a, const struct frame *b);

/* Where in a first frame the index of a Xing, Info or VBRI header stands, or 0 where bytes, the frame's first
 * len, hold none.  Such a frame is played as silence or left out: it holds no audio. */
int frame_index(const unsigned char *bytes, int len);

#endif
