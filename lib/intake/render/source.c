/* SPDX-License-Identifier: MIT */
/* Tracks that are decoded. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/render/priv.h"
#include "store/commit/match.h"
#include "store/sound/gain.h"
#include "store/track.h"

enum { PIECE = 16384, WAIT_MS = 200 }; /* frames at a time */

/* -- what there is ------------------------------------------------------- */

static int64_t
number(const struct track *t, enum field f)
{
	return t->v[f].n > 0 ? t->v[f].num : 0;
}

/* Gain and peak: of the tags, else as they were heard.  False: neither tells. */
static bool
find_gain(struct db *db, bool album, const struct track *t, double *gain, double *peak, struct err *e)
{
	const struct value *g = &t->v[album ? F_RG_ALBUM_GAIN : F_RG_TRACK_GAIN];
	const struct value *p = &t->v[album ? F_RG_ALBUM_PEAK : F_RG_TRACK_PEAK];
	struct sound_gain heard = { 0 };

	*peak = p->n > 0 ? p->real : 0;
	*gain = g->real;
	if (g->n > 0)
		return true;
	if (sound_gain(db, t->id, &heard, e) != ERR_NONE || !(album ? heard.album : heard.track))
		return false;
	*gain = album ? heard.album_gain : heard.track_gain;
	*peak = album ? heard.album_peak : heard.track_peak;
	return true;
}

/* No sample goes beyond full scale by it, and what has an unknown peak is only made softer. */
static enum err_code
set_gain(struct db *db, struct render *r, const struct track *t, struct source *s, struct err *e)
{
	double gain, peak, by;

	s->gain = 1;
	if (r->gain == GAIN_NONE)
		return ERR_NONE;
	if (!find_gain(db, r->gain == GAIN_ALBUM, t, &gain, &peak, e) &&
	    !(e->code == ERR_NONE && r->gain == GAIN_ALBUM && find_gain(db, false, t, &gain, &peak, e))) {
		r->without_gain += e->code == ERR_NONE;
		return e->code;
	}
	by = pow(10, gain / 20);
	if (by > 1 && peak <= 0)
		by = 1;
	if (peak > 0 && by * peak > 1)
		by = 1 / peak;
	s->gain = (float)by;
	return ERR_NONE;
}

static enum err_code
read_one(struct db *db, struct render *r, const struct playlist_entry *entry, struct source *s, struct err *e)
{
	struct track t = { 0 };

	if (track_load(db, entry->track, &t, e) != ERR_NONE)
		return e->code;
	*s = (struct source){ .entry = entry,
		.rate = number(&t, F_SAMPLERATE),
		.channels = number(&t, F_CHANNELS),
		.bits = number(&t, F_BITDEPTH) };
	s->lossless = quality_of(t.v[F_FORMAT].n > 0 ? t.v[F_FORMAT].text[0] : "",
	    t.v[F_CODEC].n > 0 ? t.v[F_CODEC].text[0] : "", 0, 0)
			  .lossless;
	set_gain(db, r, &t, s, e);
	track_free(&t);
	return e->code;
}

static void
tell_missing(struct render *r, const struct playlist_entry *v)
{
	struct err e = { 0 };

	r->missing++;
	err_set(&e, ERR_NOTFOUND, "entry %lld is missing and left out: %s", (long long)v->position,
	    v->path != NULL        ? v->path
		: v->title != NULL ? v->title
				   : "nothing is known of it");
	r->failed(&e);
}

enum err_code
sources_read(struct db *db, struct render *r, const struct playlist_entry *v, size_t n, struct source **list,
    size_t *count, struct err *e)
{
	struct source *all = calloc(n + 1, sizeof *all);
	size_t there = 0;

	if (all == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		if (v[i].missing)
			tell_missing(r, &v[i]);
		else
			read_one(db, r, &v[i], &all[there++], e);
	if (e->code == ERR_NONE && there == 0)
		err_set(e, ERR_NOMATCH, "nothing to render: %s",
		    n > 0 ? "all entries are missing" : "there are no entries");
	if (e->code != ERR_NONE) {
		free(all);
		return e->code;
	}
	*list = all;
	*count = there;
	return ERR_NONE;
}

void
sources_settle(struct render *r, const struct source *list, size_t n, int64_t *bits)
{
	int64_t rate = 0;

	r->channels = 1;
	*bits = 16;
	for (size_t i = 0; i < n; i++) {
		const struct source *s = &list[i];

		rate = s->rate > rate ? s->rate : rate;
		if (s->channels != 1)
			r->channels = 2;
		if (s->lossless && (s->bits > 16 || s->bits < 8)) /* of floats, or DSD */
			*bits = 24;
	}
	r->rate = coding_rate(r->coding, rate > 0 ? rate : 44100);
}

/* -- decoding ------------------------------------------------------------ */

/* A decoder at work. */
struct decoding {
	struct ffmpeg f;
	int from; /* our end of its standard output */
	int channels;
	bool stopped;
	float *in, *out; /* PIECE frames each */
};

/* What is not at our rate is brought there with a long filter. */
static enum err_code
command_line(const struct render *r, const struct source *s, int channels, struct texts *argv, struct err *e)
{
	struct buf chain = { 0 };

	ffmpeg_cut(&chain, s->entry->part > 0 ? s->entry->start_ms : 0,
	    s->entry->part > 0 ? s->entry->duration_ms : 0);
	buf_printf(&chain,
	    "aresample=%d:filter_size=64:cutoff=0.98,aformat=sample_fmts=flt:channel_layouts=%s", r->rate,
	    channels == 1 ? "mono" : "stereo");
	if (ffmpeg_input(argv, r->ffmpeg, s->entry->part > 0 ? s->entry->start_ms : 0, e) == ERR_NONE &&
	    buf_ok(&chain, e) == ERR_NONE) {
		const char *const words[] = { "-threads", "1", "-af", chain.data, "-f", "f32le",
			FFMPEG_OUT_PIPE, NULL };

		ffmpeg_words(argv, words, e);
	}
	buf_free(&chain);
	return e->code;
}

static enum err_code
start(const struct render *r, const struct source *s, struct decoding *d, struct err *e)
{
	struct texts argv = { 0 };
	int in = open(s->entry->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), ends[2] = { -1, -1 };

	/* one channel becomes two here: ffmpeg would make it softer */
	d->channels = s->channels == 1 ? 1 : r->channels;
	if (in < 0)
		err_sys(e, errno, "%s", s->entry->path);
	else if (pipe2(ends, O_CLOEXEC) != 0)
		err_sys(e, errno, "cannot run ffmpeg");
	else if (command_line(r, s, d->channels, &argv, e) == ERR_NONE &&
	    ffmpeg_start(&d->f, &argv, in, ends[1],
		s->entry->duration_ms > 0 ? s->entry->start_ms + s->entry->duration_ms : 0, e) == ERR_NONE) {
		d->from = ends[0];
		ends[0] = -1;
	}
	fd_close(&in);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	texts_free(&argv);
	return e->code;
}

/* What comes next of its samples: the number of bytes, 0 at their end, -1 where the run is stopped.  What it
 * says is taken in meanwhile, so that it never waits for us. */
static ssize_t
receive_some(const struct render *r, struct decoding *d, char *bytes, size_t len)
{
	for (bool over = false;;) {
		struct pollfd p[] = { { .fd = d->from, .events = POLLIN },
			{ .fd = d->f.said, .events = POLLIN } };
		int ready = poll(p, 2, over ? 0 : WAIT_MS);

		if (r->stop != NULL && *r->stop)
			return -1;
		if (ready > 0 && p[0].revents != 0) {
			ssize_t n = read(d->from, bytes, len);

			if (n >= 0 || errno != EINTR)
				return n > 0 ? n : 0;
		} else if (over) {
			return 0;
		} else {
			over = ffmpeg_listen(&d->f, 0);
		}
	}
}

/* Up to len bytes. */
static ssize_t
receive(const struct render *r, struct decoding *d, char *bytes, size_t len)
{
	size_t have = 0;
	ssize_t n = 1;

	while (have < len && (n = receive_some(r, d, bytes + have, len - have)) > 0)
		have += (size_t)n;
	return n < 0 ? -1 : (ssize_t)have;
}

/* Into our channels, by its gain. */
static const float *
adapt(const struct render *r, const struct source *s, const struct decoding *d, size_t frames)
{
	size_t times = (size_t)(r->channels / d->channels);

	if (times == 1 && s->gain == 1)
		return d->in;
	for (size_t i = 0; i < frames * (size_t)d->channels; i++)
		for (size_t k = 0; k < times; k++)
			d->out[i * times + k] = d->in[i] * s->gain;
	return d->out;
}

static enum err_code
pump(const struct render *r, const struct source *s, struct decoding *d, struct mix *m, struct err *e)
{
	size_t frame = (size_t)d->channels * sizeof(float);
	ssize_t n;

	while (e->code == ERR_NONE && (n = receive(r, d, (char *)d->in, PIECE * frame)) > 0)
		mix_add(m, adapt(r, s, d, (size_t)n / frame), (size_t)n / frame, e);
	if (e->code == ERR_NONE && r->stop != NULL && *r->stop)
		err_set(e, ERR_INTERRUPTED, "stopped");
	return e->code;
}

enum err_code
source_play(const struct render *r, const struct source *s, struct mix *m, struct err *own, struct err *e)
{
	struct decoding d = {
		.from = -1, .in = malloc(PIECE * 2 * sizeof(float)), .out = malloc(PIECE * 2 * sizeof(float))
	};

	if (d.in == NULL || d.out == NULL) {
		err_memory(e);
	} else if (start(r, s, &d, own) == ERR_NONE) {
		if (pump(r, s, &d, m, e) == ERR_NONE)
			ffmpeg_end(&d.f, r->stop, own);
		else
			ffmpeg_kill(&d.f);
	}
	fd_close(&d.from);
	free(d.in);
	free(d.out);
	return e->code;
}
