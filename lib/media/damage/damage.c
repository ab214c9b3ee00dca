/* SPDX-License-Identifier: MIT */
#include "media/damage/damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "media/format/asf.h"

void
damage_tell(struct sniffed *s, const char *what)
{
	if (s->damage[0] == '\0')
		snprintf(s->damage, sizeof s->damage, "%s", what);
}

void
damage_bytes(struct sniffed *s, int64_t missing)
{
	if (s->damage[0] == '\0')
		snprintf(s->damage, sizeof s->damage, "its end is missing: %" PRId64 " byte%s", missing,
		    amount_s(missing));
}

void
damage_samples(struct sniffed *s, int64_t there, int64_t all, int64_t rate)
{
	if (s->damage[0] == '\0' && rate > 0)
		snprintf(s->damage, sizeof s->damage, "its end is missing: it has %.2f s of %.2f s",
		    (double)there / (double)rate, (double)all / (double)rate);
}

void
damage_at(struct sniffed *s, int64_t sample, int64_t rate)
{
	int64_t seconds = rate > 0 ? sample / rate : 0;

	if (s->damage[0] == '\0')
		snprintf(s->damage, sizeof s->damage, "its audio is wrong at %" PRId64 ":%02d", seconds / 60,
		    (int)(seconds % 60));
}

void
damage_asf(int fd, struct sniffed *s)
{
	int64_t begin, end;

	if (asf_packets(fd, s, &begin, &end) && end > s->size)
		damage_bytes(s, end - s->size);
}

void
damage_find(int fd, struct sniffed *s)
{
	switch (s->type) {
	case SNIFF_FLAC:
		damage_flac(fd, s);
		break;
	case SNIFF_MPEG:
		damage_mpeg(fd, s);
		break;
	case SNIFF_ADTS:
		damage_adts(fd, s);
		break;
	case SNIFF_VORBIS:
	case SNIFF_OPUS:
	case SNIFF_SPEEX:
	case SNIFF_OGGFLAC:
		damage_ogg(fd, s);
		break;
	case SNIFF_ASF:
		damage_asf(fd, s);
		break;
	case SNIFF_APE:
		damage_ape(fd, s);
		break;
	case SNIFF_TTA:
		damage_tta(fd, s);
		break;
	case SNIFF_WAVPACK:
		damage_wavpack(fd, s);
		break;
	case SNIFF_MUSEPACK:
		damage_musepack(fd, s);
		break;
	default: /* the others were looked at by sniff() */
		break;
	}
}
