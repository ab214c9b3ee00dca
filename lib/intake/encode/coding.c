/* SPDX-License-Identifier: MIT */
#include "intake/encode/coding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/commit/match.h"

enum { SCALES = 2 };

/* What stands behind the colon: a letter, and a whole number. */
struct scale {
	const char *letter; /* "" none; NULL: there is no such scale */
	int least, most;
	const char *option;   /* ffmpeg's */
	const char *unit;     /* behind the number in it */
	const char *about;    /* for messages */
	const int16_t *kbits; /* what least, least + 1, ... come to, or NULL: the number itself is that */
};

struct coding_row {
	const char *name, *other; /* other: another name, or NULL */
	const char *suffix, *muxer, *encoder;
	const char *codec, *format; /* as the vocabulary has them */
	bool lossless;
	int most_rate; /* samples in a second */
	struct scale scale[SCALES];
	const char *standard;
};

static const int16_t mp3_kbits[] = { 245, 225, 190, 175, 165, 130, 115, 100, 85, 65 };
static const int16_t vorbis_kbits[] = { 45, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500 };
static const int16_t no_kbits[13] = { 0 };

#define KBITS(from, to)                                                                                      \
	{                                                                                                    \
		"", from, to, "-b:a", "k", "kbit/s", NULL                                                    \
	}
static const struct coding_row rows[] = {
	{ "opus", NULL, "opus", "opus", "libopus", "opus", "ogg", false, 48000, { KBITS(6, 510) }, "128" },
	{ "mp3", NULL, "mp3", "mp3", "libmp3lame", "mp3", "mpeg", false, 48000,
	    { { "V", 0, 9, "-q:a", "", "V0 to V9", mp3_kbits }, KBITS(32, 320) }, "V2" },
	{ "aac", "m4a", "m4a", "ipod", "aac", "aac", "mp4", false, 96000, { KBITS(32, 512) }, "160" },
	{ "vorbis", "ogg", "ogg", "ogg", "libvorbis", "vorbis", "ogg", false, 192000,
	    { { "q", -1, 10, "-q:a", "", "q-1 to q10", vorbis_kbits }, KBITS(48, 500) }, "q5" },
	{ "flac", NULL, "flac", "flac", "flac", "flac", "flac", true, 192000,
	    { { "", 0, 12, "-compression_level", "", "a level", no_kbits } }, "8" },
	{ "alac", NULL, "m4a", "ipod", "alac", "alac", "mp4", true, 192000, { { 0 } }, "" },
	{ "wav", NULL, "wav", "wav", "pcm", "pcm", "wav", true, 192000, { { 0 } }, "" },
	{ "aiff", "aif", "aiff", "aiff", "pcm", "pcm", "aiff", true, 192000, { { 0 } }, "" },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* -- what is asked for ------------------------------------------------- */

static const struct coding_row *
row_of(const char *name, size_t len)
{
	for (int i = 0; i < ROWS; i++)
		if ((strlen(rows[i].name) == len && strncasecmp(rows[i].name, name, len) == 0) ||
		    (rows[i].other != NULL && strlen(rows[i].other) == len &&
			strncasecmp(rows[i].other, name, len) == 0))
			return &rows[i];
	return NULL;
}

static enum err_code
complain_name(const char *name, size_t len, struct err *e)
{
	struct buf list = { 0 };

	for (int i = 0; i < ROWS; i++)
		buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < ROWS ? ", " : " or ", rows[i].name);
	if (buf_ok(&list, e) == ERR_NONE)
		err_set(e, ERR_USAGE, "'%.*s' is no format to convert to: it takes %s", (int)len, name,
		    list.data);
	buf_free(&list);
	return e->code;
}

static enum err_code
complain_value(const struct coding_row *r, const char *value, struct err *e)
{
	struct buf list = { 0 };

	for (int i = 0; i < SCALES && r->scale[i].letter != NULL; i++) {
		const struct scale *s = &r->scale[i];

		buf_puts(&list, i > 0 ? " or " : "");
		if (*s->letter != '\0')
			buf_puts(&list, s->about);
		else
			buf_printf(&list, "%d to %d (%s)", s->least, s->most, s->about);
	}
	if (list.len == 0)
		err_set(e, ERR_USAGE, "%s takes nothing behind it, not '%s'", r->name, value);
	else if (buf_ok(&list, e) == ERR_NONE)
		err_set(e, ERR_USAGE, "%s takes %s, not '%s'", r->name, list.data, value);
	buf_free(&list);
	return e->code;
}

/* "V2", "96", "96k" */
static bool
read_value(const struct scale *s, const char *text, int *value)
{
	size_t letters = strlen(s->letter);
	char *end;
	long n;

	if (strncasecmp(text, s->letter, letters) != 0 || text[letters] == '\0' ||
	    strchr("+ \t", text[letters]) != NULL)
		return false;
	errno = 0;
	n = strtol(text + letters, &end, 10);
	if (s->unit != NULL && *s->unit == 'k' && (*end == 'k' || *end == 'K'))
		end++;
	if (errno != 0 || end == text + letters || *end != '\0' || n < s->least || n > s->most)
		return false;
	*value = (int)n;
	return true;
}

static enum err_code
set_value(struct coding *c, const struct coding_row *r, const char *value, struct err *e)
{
	*c = (struct coding){ .row = r, .suffix = r->suffix, .lossless = r->lossless, .scale = -1 };
	for (int i = 0; i < SCALES && c->scale < 0; i++)
		if (r->scale[i].letter != NULL && read_value(&r->scale[i], value, &c->value))
			c->scale = i;
	if (c->scale < 0 && *value != '\0')
		return complain_value(r, value, e);
	if (c->scale < 0)
		snprintf(c->text, sizeof c->text, "%s", r->name);
	else
		snprintf(c->text, sizeof c->text, "%s:%s%d", r->name, r->scale[c->scale].letter, c->value);
	return ERR_NONE;
}

enum err_code
coding_parse(struct coding *c, const char *text, struct err *e)
{
	size_t len = strcspn(text, ":");
	const struct coding_row *r = row_of(text, len);

	if (r == NULL)
		return complain_name(text, len, e);
	if (text[len] == ':' && text[len + 1] == '\0')
		return complain_value(r, "", e);
	return set_value(c, r, text[len] == ':' ? text + len + 1 : r->standard, e);
}

enum err_code
coding_of_file(struct coding *c, const char *path, struct err *e)
{
	const char *dot = strrchr(path_base(path), '.');
	const struct coding_row *r = dot != NULL ? row_of(dot + 1, strlen(dot + 1)) : NULL;

	if (r == NULL)
		return complain_name(dot != NULL ? dot + 1 : path_base(path),
		    strlen(dot != NULL ? dot + 1 : path_base(path)), e);
	return set_value(c, r, r->standard, e);
}

/* -- what a track's file is ---------------------------------------------- */

static const char *
text_of(const struct track *t, enum field f)
{
	return t->v[f].n > 0 ? t->v[f].text[0] : "";
}

static bool
is_lossless(const struct track *t)
{
	return quality_of(text_of(t, F_FORMAT), text_of(t, F_CODEC), 0, 0).lossless;
}

/* A tenth more than what it comes to is that as well: rates vary. */
static int64_t
most_bits(const struct coding *c)
{
	const struct scale *s = &c->row->scale[c->scale];
	int64_t kbits = s->kbits != NULL ? s->kbits[c->value - s->least] : c->value;

	return kbits * 1100;
}

static bool
is_that_already(const struct coding *c, const struct track *t)
{
	if (strcmp(text_of(t, F_CODEC), c->row->codec) != 0)
		return false;
	return c->lossless ||
	    (t->v[F_BITRATE].n > 0 && t->v[F_BITRATE].num > 0 && t->v[F_BITRATE].num <= most_bits(c));
}

enum coding_step
coding_step(const struct coding *c, const struct track *t, bool part)
{
	bool pcm = strcmp(c->row->codec, "pcm") == 0;

	if (c->lossless && !is_lossless(t))
		return CODING_KEEP;
	if (part || !is_that_already(c, t))
		return CODING_ENCODE;
	if (strcmp(text_of(t, F_FORMAT), c->row->format) == 0)
		return CODING_KEEP;
	return pcm ? CODING_ENCODE : CODING_REPACK; /* bytes of samples stand another way round */
}

/* -- ffmpeg's options ---------------------------------------------------- */

static enum err_code
add_all(struct texts *argv, const char *const *words, struct err *e)
{
	for (; *words != NULL && e->code == ERR_NONE; words++)
		texts_add(argv, *words, e);
	return e->code;
}

static enum err_code
add_container(const struct coding *c, struct texts *argv, struct err *e)
{
	const char *const rf64[] = { "-rf64", "auto", NULL };

	if (strcmp(c->row->muxer, "wav") == 0 && add_all(argv, rf64, e) != ERR_NONE)
		return e->code;
	return texts_add(argv, "-f", e) != ERR_NONE ? e->code : texts_add(argv, c->row->muxer, e);
}

const char *
coding_filter(const struct coding *c)
{
	return strcmp(c->row->codec, "opus") == 0 || strcmp(c->row->codec, "aac") == 0
	    ? "aformat=channel_layouts=7.1|6.1|5.1|5.0|quad|3.0|stereo|mono"
	    : NULL;
}

/* Of unknown depth, or a bit of DSD, is what may need more than 16. */
static bool
is_deep(int64_t bits)
{
	return bits > 16 || bits < 8;
}

int
coding_rate(const struct coding *c, int64_t rate)
{
	static const int usual[] = { 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200,
		96000, 176400, 192000 };
	int best = c->row->most_rate;

	if (strcmp(c->row->codec, "opus") == 0)
		return best;
	for (size_t i = sizeof usual / sizeof usual[0]; i-- > 0;)
		if (usual[i] >= rate && usual[i] <= best)
			best = usual[i];
	return best;
}

enum err_code
coding_depth(const struct coding *c, int64_t bits, struct texts *argv, struct err *e)
{
	bool planar = strcmp(c->row->codec, "alac") == 0;

	if (!planar && strcmp(c->row->codec, "flac") != 0)
		return ERR_NONE;
	if (texts_add(argv, "-sample_fmt", e) == ERR_NONE)
		texts_printf(argv, e, "s%d%s", is_deep(bits) ? 32 : 16, planar ? "p" : "");
	return e->code;
}

const char *
coding_in_sheets(const struct coding *c)
{
	return strcmp(c->row->name, "mp3") == 0 ? "MP3" : strcmp(c->row->name, "aiff") == 0 ? "AIFF" : "WAVE";
}

enum err_code
coding_options(const struct coding *c, int64_t bits, struct texts *argv, struct err *e)
{
	char encoder[24];

	snprintf(encoder, sizeof encoder, "%s", c->row->encoder);
	if (strcmp(c->row->codec, "pcm") == 0)
		snprintf(encoder, sizeof encoder, "pcm_s%d%ce",
		    bits > 24                    ? 32
			: bits > 16 || bits == 0 ? 24
						 : 16,
		    strcmp(c->row->name, "wav") == 0 ? 'l' : 'b');
	if (texts_add(argv, "-c:a", e) != ERR_NONE || texts_add(argv, encoder, e) != ERR_NONE)
		return e->code;
	if (c->scale >= 0 &&
	    (texts_add(argv, c->row->scale[c->scale].option, e) != ERR_NONE ||
		texts_printf(argv, e, "%d%s", c->value, c->row->scale[c->scale].unit) != ERR_NONE))
		return e->code;
	return add_container(c, argv, e);
}

enum err_code
coding_repack(const struct coding *c, struct texts *argv, struct err *e)
{
	const char *const copy[] = { "-c:a", "copy", NULL };

	return add_all(argv, copy, e) != ERR_NONE ? e->code : add_container(c, argv, e);
}
