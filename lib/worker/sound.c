/* SPDX-License-Identifier: MIT */
#include "worker/sound.h"

#include <string.h>

const struct sound_info sound_infos[SOUND_KINDS] = {
	[SOUND_BPM] = { "bpm", 1 },
	[SOUND_KEY] = { "key", 1 },
	[SOUND_LOUDNESS] = { "loudness", 1 },
	[SOUND_FINGERPRINT] = { "fingerprint", 1 },
	[SOUND_FEATURES] = { "features", 1 },
	[SOUND_CHECK] = { "check", 1 },
};

enum sound_kind
sound_kind_find(const char *name, size_t len)
{
	int i = 0;

	while (i < SOUND_KINDS &&
	    (strlen(sound_infos[i].name) != len || memcmp(sound_infos[i].name, name, len) != 0))
		i++;
	return (enum sound_kind)i;
}

static bool
within(double x, double least, double most)
{
	return x >= least && x <= most; /* and it is a number */
}

enum err_code
sound_read(struct sound *s, const void *bytes, size_t len, struct err *e)
{
	bool ok = len == sizeof *s;

	if (ok) {
		memcpy(s, bytes, sizeof *s);
		ok = s->nprint <= SOUND_PRINT_MAX && s->duration_ms >= 0 && s->kinds <= SOUND_ALL &&
		    within(s->bpm, 0, 999) && within(s->bpm_other, 0, 1998) &&
		    within(s->bpm_confidence, 0, 1) && within(s->key_confidence, 0, 1) &&
		    within(s->tuning, -50, 50) && s->pitch >= -1 && s->pitch < 12 &&
		    (!s->has_loudness || within(s->lufs, -100, 100)) && within(s->range, 0, 200) &&
		    within(s->true_peak, 0, 1e6) && memchr(s->damage, '\0', sizeof s->damage) != NULL;
	}
	for (int i = 0; ok && i < SOUND_VECTOR; i++)
		ok = within((double)s->vector[i], -1e6, 1e6);
	if (!ok)
		return err_set(e, ERR_FORMAT, "the sound reader's answer makes no sense");
	return ERR_NONE;
}
