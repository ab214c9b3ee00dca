/* SPDX-License-Identifier: MIT */
/*
 * damage.h - audio that is missing, as far as the container tells: nothing is decoded
 *
 * What the bytes themselves say is compared with what is there:
 *
 *	FLAC        the number of samples against the last frame whose checksum is right; the checksums
 *	            and numbers of all frames, so that damage in the middle is seen, too
 *	MPEG        the bytes and frames that a Xing, Info or VBRI header counts; both must be missing
 *	ADTS        the length of the last frame
 *	Ogg         a last page that is whole, has a right checksum and is marked as the last
 *	MP4         sizes of boxes, and where the pieces of sound stand
 *	WAVE, AIFF  the size of the chunk with the sound; DSF and DFF too
 *	APE, TTA    the lengths of the frames
 *	WavPack     blocks, and the number of samples
 *	Musepack 8  packets up to the one that ends the stream
 *	ASF         the size of the data object
 *	Matroska    the size of the segment
 *
 * Other damage in the middle that leaves all of this as it was is not seen, nor that of the other formats.
 *Tags at the end, junk and padding are no damage.
 */
#ifndef MEDIA_DAMAGE_DAMAGE_H
#define MEDIA_DAMAGE_DAMAGE_H

#include <stdint.h>

#include "media/sniff/sniff.h"

/* Beyond what sniff() saw in passing: set s->damage where something is missing. */
void damage_find(int fd, struct sniffed *s);

/* Tell of it in the user's words; the first that is told stays. */
void damage_tell(struct sniffed *s, const char *what);
void damage_bytes(struct sniffed *s, int64_t missing);
void damage_samples(struct sniffed *s, int64_t there, int64_t all, int64_t rate);
void damage_at(struct sniffed *s, int64_t sample, int64_t rate);

/* Parts of damage_find(). */
void damage_flac(int fd, struct sniffed *s);
void damage_mpeg(int fd, struct sniffed *s);
void damage_adts(int fd, struct sniffed *s);
void damage_ogg(int fd, struct sniffed *s);
void damage_asf(int fd, struct sniffed *s);
void damage_ape(int fd, struct sniffed *s);
void damage_tta(int fd, struct sniffed *s);
void damage_wavpack(int fd, struct sniffed *s);
void damage_musepack(int fd, struct sniffed *s);

#endif
