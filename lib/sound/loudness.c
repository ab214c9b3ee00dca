/* SPDX-License-Identifier: MIT */
#include "sound/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

#include "sound/peak.h"

enum { BLOCK_TENTHS = 4 };

struct loudness {
	ebur128_state *state;
	struct peak *peak;
	int channels, tenth; /* of a second, in frames */
	int filled;          /* of the current tenth */
	int64_t tenths;
	double power[BLOCK_TENTHS]; /* of the last ones */
	uint32_t block[SOUND_BLOCKS];
};

void
loudness_free(struct loudness *l)
{
	if (l == NULL)
		return;
	if (l->state != NULL)
		ebur128_destroy(&l->state);
	peak_free(l->peak);
	free(l);
}

enum err_code
loudness_new(struct loudness **out, int rate, int channels, struct err *e)
{
	struct loudness *l = calloc(1, sizeof *l);

	if (l == NULL)
		return err_memory(e);
	l->channels = channels;
	l->tenth = rate / 10;
	l->state = ebur128_init((unsigned)channels, (unsigned long)rate, EBUR128_MODE_I | EBUR128_MODE_LRA);
	if (l->state == NULL)
		err_memory(e);
	if (e->code != ERR_NONE || peak_new(&l->peak, rate, channels, e) != ERR_NONE) {
		loudness_free(l);
		return e->code;
	}
	*out = l;
	return ERR_NONE;
}

/* Each tenth of a second ends a block of 400 ms, whose power is that of four tenths; those below -70 LUFS
 * never count. */
static void
count(struct loudness *l)
{
	double lufs = -HUGE_VAL, sum = 0;
	int i;

	if (ebur128_loudness_window(l->state, 100, &lufs) != EBUR128_SUCCESS)
		lufs = -HUGE_VAL;
	l->power[l->tenths++ % BLOCK_TENTHS] = pow(10, lufs / 10);
	for (i = 0; i < BLOCK_TENTHS; i++)
		sum += l->power[i];
	lufs = 10 * log10(sum / BLOCK_TENTHS);
	if (l->tenths < BLOCK_TENTHS || !(lufs >= -70))
		return;
	i = lufs < 29.9 ? (int)((lufs + 70) * 10) : SOUND_BLOCKS - 1;
	l->block[i]++;
}

enum err_code
loudness_add(struct loudness *l, const float *samples, int frames, struct err *e)
{
	peak_add(l->peak, samples, frames);
	while (frames > 0) {
		int n = l->tenth - l->filled < frames ? l->tenth - l->filled : frames;

		if (ebur128_add_frames_float(l->state, samples, (size_t)n) != EBUR128_SUCCESS)
			return err_memory(e);
		samples += (size_t)n * (size_t)l->channels;
		frames -= n;
		l->filled += n;
		if (l->filled == l->tenth) {
			l->filled = 0;
			count(l);
		}
	}
	return ERR_NONE;
}

enum err_code
loudness_find(struct loudness *l, struct sound *s, struct err *e)
{
	double lufs = -HUGE_VAL, range = 0;

	if (ebur128_loudness_global(l->state, &lufs) != EBUR128_SUCCESS ||
	    ebur128_loudness_range(l->state, &range) != EBUR128_SUCCESS)
		return err_memory(e);
	s->has_loudness = isfinite(lufs);
	s->lufs = s->has_loudness ? lufs : 0;
	s->range = range;
	s->true_peak = peak_find(l->peak);
	for (int i = 0; i < SOUND_BLOCKS; i++)
		s->block[i] = l->block[i];
	return ERR_NONE;
}
