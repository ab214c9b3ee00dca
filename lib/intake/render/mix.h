/* SPDX-License-Identifier: MIT */
/*
 * mix.h - tracks one behind the other, each faded into the next
 *
 *	mix_new(&m, 2, 48000 * 5, sink, context, &e);
 *	for each track: mix_add(m, ...), mix_add(m, ...), mix_next(m, &begins, &e);
 *	mix_finish(m, &e);
 *
 * Samples are floats, `channels` of them a frame.  Two tracks overlap by `fade` frames, but by no more than
 * half of either, so a short track is never in two fades at once.  The fade keeps the power; where that would
 * go beyond full scale it keeps the sum of the amplitudes instead.  With fade 0 every sample passes as it is.
 * What comes out is as long as all tracks less their overlaps; memory is for three fades, whatever they last.
 */
#ifndef INTAKE_RENDER_MIX_H
#define INTAKE_RENDER_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Takes what is ready; it fails with *e filled in. */
typedef enum err_code mix_sink(void *context, const float *frames, size_t n, struct err *e);

struct mix;
enum err_code mix_new(
    struct mix **m, int channels, size_t fade, mix_sink *sink, void *context, struct err *e);
void mix_free(struct mix *m); /* NULL is allowed */

/* More of the track. */
enum err_code mix_add(struct mix *m, const float *frames, size_t n, struct err *e);

/* The track is over: *begins is the frame of the output that it begins with, -1 where it had none. */
enum err_code mix_next(struct mix *m, int64_t *begins, struct err *e);

/* No other track comes: hand over the rest.  *frames: of all. */
enum err_code mix_finish(struct mix *m, int64_t *frames, struct err *e);

#endif
