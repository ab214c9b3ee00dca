/* SPDX-License-Identifier: MIT */
#include "sound/fingerprint.h"

#include <chromaprint.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 120, PIECE = 2048 };

struct fingerprint {
	ChromaprintContext *context;
	int channels, used; /* two at most */
	int64_t left;
};

void
fingerprint_free(struct fingerprint *f)
{
	if (f == NULL)
		return;
	if (f->context != NULL)
		chromaprint_free(f->context);
	free(f);
}

enum err_code
fingerprint_new(struct fingerprint **out, int rate, int channels, struct err *e)
{
	struct fingerprint *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_memory(e);
	f->channels = channels;
	f->used = channels > 1 ? 2 : 1;
	f->left = (int64_t)SECONDS * rate;
	f->context = chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT);
	if (f->context == NULL || !chromaprint_start(f->context, rate, f->used)) {
		fingerprint_free(f);
		return err_memory(e);
	}
	*out = f;
	return ERR_NONE;
}

enum err_code
fingerprint_add(struct fingerprint *f, const float *samples, int frames, struct err *e)
{
	int16_t piece[PIECE * 2];

	while (frames > 0 && f->left > 0) {
		int n = frames < PIECE ? frames : PIECE;

		n = n < f->left ? n : (int)f->left;
		for (int i = 0; i < n; i++)
			for (int c = 0; c < f->used; c++) {
				float x = samples[i * f->channels + c] * 32767;

				piece[i * f->used + c] = (int16_t)(x > 32767 ? 32767
					: x < -32768                         ? -32768
									     : x);
			}
		if (!chromaprint_feed(f->context, piece, n * f->used))
			return err_memory(e);
		samples += (size_t)n * (size_t)f->channels;
		frames -= n;
		f->left -= n;
	}
	return ERR_NONE;
}

enum err_code
fingerprint_find(struct fingerprint *f, struct sound *s, struct err *e)
{
	uint32_t *raw = NULL;
	int n = 0;

	if (!chromaprint_finish(f->context) || !chromaprint_get_raw_fingerprint(f->context, &raw, &n))
		return err_memory(e);
	s->nprint = n < 0 ? 0 : n < SOUND_PRINT_MAX ? (uint32_t)n : SOUND_PRINT_MAX;
	if (raw != NULL)
		memcpy(s->print, raw, s->nprint * sizeof *raw);
	chromaprint_dealloc(raw);
	return ERR_NONE;
}
