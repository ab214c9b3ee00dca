/* SPDX-License-Identifier: MIT */
/* What was found, for --json. */
#include <math.h>
#include <stdio.h>

#include "base/out.h"
#include "store/sound/sound.h"
#include "text/harmony.h"

/* So many digits behind the point. */
static double
rounded(double x, double digits)
{
	return round(x * digits) / digits;
}

static void
add_key(const struct sound *s, struct buf *out)
{
	struct music_key k = key_of(s->pitch, s->minor);
	char camelot[KEY_TEXT];

	key_camelot(&k, camelot);
	json_text(out, "key", k.name);
	json_text(out, "camelot", camelot);
	json_double(out, "key_confidence", rounded(s->key_confidence, 1e3));
	json_double(out, "tuning", rounded(s->tuning, 10));
}

void
sound_job_json(const struct sound_job *j, struct buf *out)
{
	char session[32];

	if (j->session == 0) {
		json_int(out, "track", j->track);
		return;
	}
	snprintf(session, sizeof session, "s%lld", (long long)j->session);
	json_int(out, "item", j->item);
	json_text(out, "session", session);
}

void
sound_json(const struct sound_result *r, struct buf *out)
{
	const struct sound *s = &r->sound;
	uint32_t kinds = r->failed.code == ERR_NONE ? r->job.task.kinds : 0;

	sound_job_json(&r->job, out);
	json_array_begin(out, "analyses");
	for (int i = 0; i < SOUND_KINDS; i++)
		if ((r->job.task.kinds & 1U << i) != 0)
			json_text(out, NULL, sound_infos[i].name);
	json_array_end(out);
	if (r->failed.code != ERR_NONE) {
		json_text(out, "reason", r->failed.msg);
		return;
	}
	json_int(out, "duration_ms", s->duration_ms);
	if ((kinds & 1U << SOUND_BPM) != 0 && s->bpm > 0) {
		json_double(out, "bpm", rounded(s->bpm, 100));
		json_double(out, "bpm_confidence", rounded(s->bpm_confidence, 1e3));
		json_double(out, "bpm_other", rounded(s->bpm_other, 100));
	}
	if ((kinds & 1U << SOUND_KEY) != 0 && s->pitch >= 0)
		add_key(s, out);
	if ((kinds & 1U << SOUND_LOUDNESS) != 0 && s->has_loudness) {
		json_double(out, "lufs", rounded(s->lufs, 100));
		json_double(out, "range", rounded(s->range, 100));
		json_double(out, "gain", rounded(-18 - s->lufs, 100));
		json_double(out, "peak", rounded(s->true_peak, 1e6));
	}
	if ((kinds & 1U << SOUND_CHECK) != 0 && s->damage[0] != '\0')
		json_text(out, "damage", s->damage);
}
