/* SPDX-License-Identifier: MIT */
/* Loudness from blocks: apart, since nothing but lib-analyze wants a library of mathematics. */
#include <math.h>

#include "worker/sound.h"

/* The mean power of the blocks from `first` on, as loudness. */
static bool
mean(const uint32_t *block, int first, double *lufs)
{
	double sum = 0, n = 0;

	for (int i = first < 0 ? 0 : first; i < SOUND_BLOCKS; i++) {
		sum += block[i] * pow(10, (-70 + (i + 0.5) / 10) / 10);
		n += block[i];
	}
	if (n > 0)
		*lufs = 10 * log10(sum / n);
	return n > 0;
}

bool
sound_gated(const uint32_t *block, double *lufs)
{
	double all;

	if (!mean(block, 0, &all))
		return false;
	return mean(block, (int)ceil((all - 10 + 70) * 10 - 0.5), lufs);
}
