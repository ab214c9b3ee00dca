/* SPDX-License-Identifier: MIT */
/*
 * payload.h - the audio of a file alone, without its tags, as one hash
 *
 * Two files with the same hash hold the same sound, bit by bit, whatever their
 * tags, pictures, padding and seek tables say; nothing is decoded.  It is the
 * SHA-256 of a label, the format's number of samples a second, channels and
 * the like where they stand apart from the audio, and then:
 *
 *	FLAC        the MD5 of the samples that the encoder wrote into STREAMINFO, so
 *	            that files compressed anew agree too; all frames where it
 *	            wrote none, or where not each frame is right by its checksum:
 *	            damage leaves the MD5 as it was
 *	MPEG, ADTS  the frames up to the tags at the end, without a leading Xing, Info
 *	            or VBRI frame: programs that repair it change no sound
 *	Ogg         the packets of the sound behind the headers of its stream, of one
 *	            chained stream after the other; not the pages, which a longer
 *	            comment renumbers
 *	MP4         the bodies of all mdat boxes in their order; a program that
 *	            interleaves them anew makes another file of it
 *	WAVE, AIFF  the data or SSND chunk
 *	DSF, DFF    the data, DSD or DST chunk
 *	APE, TTA,   all between the tags
 *	WavPack
 *	Musepack    the same, of version 7 without the gain in its header, of version 8
 *	            the stream's header and the audio packets
 *	ASF         the data packets
 *	Matroska    the bodies of all clusters in their order
 *
 * Modules have none: their titles stand amid the instruments.  A file without
 * any audio has none either.
 */
#ifndef MEDIA_PAYLOAD_PAYLOAD_H
#define MEDIA_PAYLOAD_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "digest/sha256.h"
#include "media/sniff/sniff.h"

/* False where the format has no such hash or the file no audio.  Reads each byte once, in bounded memory. */
bool payload_hash(int fd, const struct sniffed *s, uint8_t hash[SHA256_BYTES]);

/* For the parts of payload_hash() alone. */
struct payload {
	int fd;
	const struct sniffed *s;
	struct sha256 hash;
	int64_t bytes; /* of audio so far */
};
void payload_label(struct payload *p, const char *label, const void *about, size_t len);
void payload_add(struct payload *p, const void *bytes, size_t len);
void payload_range(struct payload *p, int64_t from, int64_t to); /* as far as the file has it */

/* By container. */
void payload_ogg(struct payload *p);
void payload_mp4(struct payload *p);
void payload_matroska(struct payload *p);
void payload_musepack(struct payload *p);

#endif
