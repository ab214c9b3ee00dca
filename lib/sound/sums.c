/* SPDX-License-Identifier: MIT */
#include "sound/sums.h"

#include <libavutil/md5.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 34, SUM_AT = 18, SUM = 16, PIECE = 4096 };

struct sums {
	struct AVMD5 *md5;
	uint8_t wanted[SUM];
	int64_t frames; /* as the head has it, 0: not known */
	int bits;
	bool strange; /* samples that this does not know how to pack */
};

void
sums_free(struct sums *s)
{
	if (s == NULL)
		return;
	av_free(s->md5);
	free(s);
}

enum err_code
sums_new(struct sums **out, const uint8_t *head, size_t len, struct err *e)
{
	static const uint8_t none[SUM];
	struct sums *s;

	if (len < HEAD || memcmp(head + SUM_AT, none, SUM) == 0)
		return ERR_NONE;
	s = calloc(1, sizeof *s);
	if (s != NULL)
		s->md5 = av_md5_alloc();
	if (s == NULL || s->md5 == NULL) {
		sums_free(s);
		return err_memory(e);
	}
	memcpy(s->wanted, head + SUM_AT, SUM);
	s->bits = ((head[12] & 1) << 4 | head[13] >> 4) + 1;
	s->frames = (int64_t)(head[13] & 15) << 32 | (int64_t)head[14] << 24 | head[15] << 16 |
	    head[16] << 8 | head[17];
	av_md5_init(s->md5);
	*out = s;
	return ERR_NONE;
}

/* A sample as it was before the decoder moved it to the top of its word. */
static int32_t
sample(const struct sums *s, const AVFrame *f, int channel, int i)
{
	switch (f->format) {
	case AV_SAMPLE_FMT_S16:
		return ((const int16_t *)f->data[0])[i * f->ch_layout.nb_channels + channel] >>
		    (16 - s->bits);
	case AV_SAMPLE_FMT_S16P:
		return ((const int16_t *)f->extended_data[channel])[i] >> (16 - s->bits);
	case AV_SAMPLE_FMT_S32:
		return ((const int32_t *)f->data[0])[i * f->ch_layout.nb_channels + channel] >>
		    (32 - s->bits);
	default:
		return ((const int32_t *)f->extended_data[channel])[i] >> (32 - s->bits);
	}
}

void
sums_add(struct sums *s, const AVFrame *f)
{
	uint8_t bytes[PIECE];
	size_t n = 0;
	int width;

	if (s == NULL)
		return;
	if ((f->format == AV_SAMPLE_FMT_S16 || f->format == AV_SAMPLE_FMT_S16P)
		? s->bits > 16
		: f->format != AV_SAMPLE_FMT_S32 && f->format != AV_SAMPLE_FMT_S32P) {
		s->strange = true;
		return;
	}
	if (s->bits == 16 && f->format == AV_SAMPLE_FMT_S16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		av_md5_update(
		    s->md5, f->data[0], (size_t)f->nb_samples * (size_t)f->ch_layout.nb_channels * 2);
		return; /* nearly always: as it is */
	}
	width = (s->bits + 7) / 8;
	for (int i = 0; i < f->nb_samples; i++)
		for (int channel = 0; channel < f->ch_layout.nb_channels; channel++) {
			uint32_t x = (uint32_t)sample(s, f, channel, i);

			for (int b = 0; b < width; b++)
				bytes[n++] = (uint8_t)(x >> 8 * b);
			if (n > PIECE - 4) {
				av_md5_update(s->md5, bytes, n);
				n = 0;
			}
		}
	av_md5_update(s->md5, bytes, n);
}

bool
sums_right(struct sums *s, int64_t frames)
{
	uint8_t sum[SUM];

	if (s == NULL || s->strange)
		return true;
	if (s->frames > 0 && frames != s->frames)
		return false;
	av_md5_final(s->md5, sum);
	return memcmp(sum, s->wanted, SUM) == 0;
}
