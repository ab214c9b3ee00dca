/* SPDX-License-Identifier: MIT */
#include "sound/listen.h"

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sound/decode.h"
#include "sound/fft.h"
#include "sound/fingerprint.h"
#include "sound/loudness.h"
#include "sound/timbre.h"

enum { MONO_RATE = TEMPO_RATE, MONO_ROOM = 1 << 16, TEN_MINUTES = 600 * MONO_RATE };

struct listener {
	uint32_t kinds;
	bool hears; /* tempo, key or features are asked for: all come from one spectrum each */
	struct loudness *loudness;
	struct fingerprint *print;
	struct tempo *tempo;
	struct key *key;
	struct timbre timbre;
	struct frames *beats, *notes;
	SwrContext *mono;
	float *room;
	int channels, piece; /* of a file: frames that have room when they are mono */
	int64_t heard;       /* mono samples */
};

static void
take_beat(void *context, const float *power)
{
	struct listener *l = context;

	tempo_add(l->tempo, power);
	if ((l->kinds & 1 << SOUND_FEATURES) != 0)
		timbre_add(&l->timbre, power);
}

static void
take_notes(void *context, const float *power)
{
	struct listener *l = context;

	key_add(l->key, power);
}

static void
listener_close(struct listener *l)
{
	loudness_free(l->loudness);
	fingerprint_free(l->print);
	tempo_free(l->tempo);
	key_free(l->key);
	frames_free(l->beats);
	frames_free(l->notes);
	swr_free(&l->mono);
	free(l->room);
}

static enum err_code
open_mono(struct listener *l, int rate, int channels, struct err *e)
{
	AVChannelLayout from = { 0 }, to = AV_CHANNEL_LAYOUT_MONO;
	int rc;

	av_channel_layout_default(&from, channels);
	rc = swr_alloc_set_opts2(
	    &l->mono, &to, AV_SAMPLE_FMT_FLT, MONO_RATE, &from, AV_SAMPLE_FMT_FLT, rate, 0, NULL);
	if (rc >= 0)
		rc = swr_init(l->mono);
	av_channel_layout_uninit(&from);
	if (rc < 0)
		return err_set(e, ERR_FORMAT, "%d channels of %d Hz cannot be mixed", channels, rate);
	l->channels = channels;
	l->piece = (int)((int64_t)(MONO_ROOM - 1024) * rate / MONO_RATE);
	l->room = malloc(MONO_ROOM * sizeof *l->room);
	return l->room == NULL ? err_memory(e) : ERR_NONE;
}

static enum err_code
listener_open(struct listener *l, const struct decoder *d, struct err *e)
{
	int rate = decoder_rate(d), channels = decoder_channels(d);
	bool beats = (l->kinds & (1 << SOUND_BPM | 1 << SOUND_FEATURES)) != 0;
	bool notes = (l->kinds & (1 << SOUND_KEY | 1 << SOUND_FEATURES)) != 0;

	l->hears = beats || notes;
	if ((l->kinds & 1 << SOUND_LOUDNESS) != 0 && rate >= LOUDNESS_LEAST &&
	    loudness_new(&l->loudness, rate, channels, e) != ERR_NONE)
		return e->code;
	if ((l->kinds & 1 << SOUND_FINGERPRINT) != 0 && rate > FINGERPRINT_LEAST &&
	    fingerprint_new(&l->print, rate, channels, e) != ERR_NONE)
		return e->code;
	if (beats && tempo_new(&l->tempo, e) == ERR_NONE)
		frames_new(&l->beats, TEMPO_FRAME, TEMPO_HOP, take_beat, l, e);
	if (e->code == ERR_NONE && notes && key_new(&l->key, e) == ERR_NONE)
		frames_new(&l->notes, KEY_FRAME, KEY_HOP, take_notes, l, e);
	if (e->code == ERR_NONE && l->hears)
		open_mono(l, rate, channels, e);
	return e->code;
}

/* Pieces whose sound at MONO_RATE has room. */
static enum err_code
hear(struct listener *l, const float *samples, int frames, struct err *e)
{
	while (frames > 0 && l->heard < TEN_MINUTES) {
		int piece = frames < l->piece ? frames : l->piece, n;
		const uint8_t *in[] = { (const uint8_t *)samples };
		uint8_t *out[] = { (uint8_t *)l->room };

		n = swr_convert(l->mono, out, MONO_ROOM, in, piece);
		if (n < 0)
			return err_set(e, ERR_FORMAT, "cannot be mixed to one channel");
		l->heard += n;
		if (l->beats != NULL)
			frames_add(l->beats, l->room, (size_t)n);
		if (l->notes != NULL)
			frames_add(l->notes, l->room, (size_t)n);
		samples += (size_t)piece * (size_t)l->channels;
		frames -= piece;
	}
	return ERR_NONE;
}

static enum err_code
listener_add(struct listener *l, const float *samples, int frames, struct err *e)
{
	if (l->loudness != NULL && loudness_add(l->loudness, samples, frames, e) != ERR_NONE)
		return e->code;
	if (l->print != NULL && fingerprint_add(l->print, samples, frames, e) != ERR_NONE)
		return e->code;
	if (l->hears && l->heard < TEN_MINUTES)
		return hear(l, samples, frames, e);
	return ERR_NONE;
}

static enum err_code
listener_find(struct listener *l, struct sound *s, struct err *e)
{
	struct tempo_found tempo = { 0 };
	struct key_found key = { .pitch = -1 };

	if (l->loudness != NULL && loudness_find(l->loudness, s, e) != ERR_NONE)
		return e->code;
	if (l->print != NULL && fingerprint_find(l->print, s, e) != ERR_NONE)
		return e->code;
	if (l->tempo != NULL && tempo_find(l->tempo, &tempo, e) != ERR_NONE)
		return e->code;
	if (l->key != NULL)
		key_find(l->key, &key);
	if ((l->kinds & 1 << SOUND_BPM) != 0) {
		s->bpm = tempo.bpm;
		s->bpm_confidence = tempo.confidence;
		s->bpm_other = tempo.other;
	}
	if ((l->kinds & 1 << SOUND_KEY) != 0) {
		s->pitch = key.pitch;
		s->minor = key.minor;
		s->key_confidence = key.confidence;
		s->tuning = key.tuning;
	}
	if ((l->kinds & 1 << SOUND_FEATURES) != 0)
		timbre_find(&l->timbre, &tempo, &key, s);
	return ERR_NONE;
}

enum err_code
sound_listen(int fd, const struct sound_task *task, void (*progress)(void *context), void *context,
    struct sound *s, struct err *e)
{
	struct listener l = { .kinds = task->kinds };
	struct decoder *d = NULL;
	const float *samples;
	int64_t total = 0;
	int frames, step;

	memset(s, 0, sizeof *s);
	s->pitch = -1;
	if (decoder_open(&d, fd, task->start_ms, task->length_ms, e) != ERR_NONE)
		return e->code;
	if (listener_open(&l, d, e) == ERR_NONE) {
		while ((step = decoder_next(d, &samples, &frames, e)) > 0) {
			total += frames;
			if (listener_add(&l, samples, frames, e) != ERR_NONE)
				break;
			progress(context);
		}
	}
	if (e->code == ERR_NONE && total == 0)
		err_set(e, ERR_FORMAT, "nothing of it can be decoded");
	if (e->code == ERR_NONE && listener_find(&l, s, e) == ERR_NONE) {
		s->kinds = task->kinds;
		s->duration_ms = total * 1000 / decoder_rate(d);
		if ((task->kinds & 1 << SOUND_CHECK) != 0)
			memcpy(s->damage, decoder_damage(d), SOUND_TEXT);
	}
	listener_close(&l);
	decoder_close(d);
	return e->code;
}
