/* SPDX-License-Identifier: MIT */
#include "sound/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sound/sums.h"

enum {
	IO_BYTES = 64 << 10,
	HOURS_MAX = 12,
	BAD_IN_A_ROW = 2000 /* packets without a sample: there is no more to come */
};

/* Nothing that reads a list of other files, or asks the network. */
static const char containers[] = "mp3,flac,ogg,mov,wav,w64,aiff,asf,ape,wv,mpc,mpc8,tta,dsf,iff,aac,ac3,eac3,"
				 "dts,caf,matroska,libopenmpt,au,tak,shn,loas";

struct decoder {
	int fd;
	AVIOContext *io;
	AVFormatContext *format;
	AVCodecContext *codec;
	AVPacket *packet;
	AVFrame *frame;
	SwrContext *swr;
	float *samples;
	int room; /* frames that fit */
	int stream, rate, channels;
	int in_rate, in_channels, in_format; /* what swr was made for */
	int64_t skip, left;                  /* frames before the part, and of it; left < 0: all */
	int64_t decoded, limit;
	bool whole, ended, flushed;
	int good, bad, bad_in_a_row, bad_at_end;
	int trouble;       /* errno of a read: the disk's fault, not the file's */
	int64_t senseless; /* samples */
	struct sums *sums;
	char damage[160];
};

static int
io_read(void *context, uint8_t *bytes, int len)
{
	struct decoder *d = context;
	ssize_t n;

	do
		n = read(d->fd, bytes, (size_t)len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		d->trouble = errno;
	return n == 0 ? AVERROR_EOF : n < 0 ? AVERROR(d->trouble) : (int)n;
}

static int64_t
io_seek(void *context, int64_t offset, int whence)
{
	struct decoder *d = context;
	off_t at;

	if ((whence & AVSEEK_SIZE) != 0) {
		off_t here = lseek(d->fd, 0, SEEK_CUR), size = lseek(d->fd, 0, SEEK_END);

		lseek(d->fd, here, SEEK_SET);
		return size;
	}
	at = lseek(d->fd, offset, whence & ~AVSEEK_FORCE);
	return at < 0 ? AVERROR(errno) : at;
}

static int
open_nothing(struct AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
	(void)s, (void)pb, (void)url, (void)flags, (void)options;
	return AVERROR(EACCES);
}

static enum err_code
av_error(struct err *e, int code, const char *what)
{
	char text[AV_ERROR_MAX_STRING_SIZE] = "";

	if (code == AVERROR(ENOMEM))
		return err_memory(e);
	if (code == AVERROR(EIO) || code == AVERROR_EOF) /* of a disk they are read_failed()'s */
		return err_set(e, ERR_FORMAT, "%s: its end is missing", what);
	av_strerror(code, text, sizeof text);
	return err_set(e, ERR_FORMAT, "%s: %s", what, text);
}

void
decoder_close(struct decoder *d)
{
	if (d == NULL)
		return;
	sums_free(d->sums);
	swr_free(&d->swr);
	avcodec_free_context(&d->codec);
	avformat_close_input(&d->format);
	if (d->io != NULL)
		av_freep(&d->io->buffer);
	avio_context_free(&d->io);
	av_packet_free(&d->packet);
	av_frame_free(&d->frame);
	free(d->samples);
	free(d);
}

static enum err_code
open_container(struct decoder *d, struct err *e)
{
	unsigned char *buffer = av_malloc(IO_BYTES);
	int rc;

	d->io = buffer == NULL ? NULL : avio_alloc_context(buffer, IO_BYTES, 0, d, io_read, NULL, io_seek);
	d->format = avformat_alloc_context();
	if (d->io == NULL || d->format == NULL) {
		if (d->io == NULL)
			av_free(buffer);
		return err_memory(e);
	}
	d->format->pb = d->io;
	d->format->io_open = open_nothing;
	d->format->format_whitelist = av_strdup(containers);
	d->format->protocol_whitelist = av_strdup("");
	lseek(d->fd, 0, SEEK_SET);
	rc = avformat_open_input(&d->format, NULL, NULL, NULL);
	if (rc >= 0)
		rc = avformat_find_stream_info(d->format, NULL);
	return rc < 0 ? av_error(e, rc, "cannot be read") : ERR_NONE;
}

static enum err_code
open_codec(struct decoder *d, struct err *e)
{
	const AVCodec *codec = NULL;
	AVStream *stream;
	int rc;

	d->stream = av_find_best_stream(d->format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
	if (d->stream < 0 || codec == NULL)
		return err_set(e, ERR_FORMAT, "holds no sound that libavcodec can decode");
	stream = d->format->streams[d->stream];
	for (unsigned i = 0; i < d->format->nb_streams; i++)
		if ((int)i != d->stream)
			d->format->streams[i]->discard = AVDISCARD_ALL;
	d->codec = avcodec_alloc_context3(codec);
	if (d->codec == NULL)
		return err_memory(e);
	rc = avcodec_parameters_to_context(d->codec, stream->codecpar);
	d->codec->thread_count =
	    1; /* the sandbox starts no threads, and the other cores have files of their own */
	d->codec->pkt_timebase = stream->time_base;
	d->codec->err_recognition = AV_EF_CRCCHECK;
	if (rc >= 0)
		rc = avcodec_open2(d->codec, codec, NULL);
	if (rc < 0)
		return av_error(e, rc, "cannot be decoded");
	d->rate = d->codec->sample_rate;
	d->channels = d->codec->ch_layout.nb_channels;
	if (d->rate < 1000 || d->rate > 3000000 || d->channels < 1 || d->channels > 32)
		return err_set(e, ERR_FORMAT, "has %d channels of %d Hz", d->channels, d->rate);
	if (d->whole && codec->id == AV_CODEC_ID_FLAC)
		return sums_new(&d->sums, stream->codecpar->extradata,
		    (size_t)(stream->codecpar->extradata_size > 0 ? stream->codecpar->extradata_size : 0), e);
	return ERR_NONE;
}

/* Go a second before where the part begins; the rest is thrown away by its times. */
static void
seek(struct decoder *d, int64_t start_ms)
{
	int64_t before = (start_ms > 1000 ? start_ms - 1000 : 0) * (AV_TIME_BASE / 1000);

	d->skip = start_ms * d->rate / 1000;
	if (start_ms > 2000 && av_seek_frame(d->format, -1, before, AVSEEK_FLAG_BACKWARD) < 0)
		lseek(d->fd, 0, SEEK_CUR); /* then all before it is decoded, too */
}

/* Whatever was made of it is no word on the file. */
static enum err_code
read_failed(const struct decoder *d, struct err *e)
{
	*e = (struct err){ 0 };
	err_sys(e, d->trouble, "cannot be read");
	e->code = ERR_IO;
	return e->code;
}

enum err_code
decoder_open(struct decoder **out, int fd, int64_t start_ms, int64_t length_ms, struct err *e)
{
	struct decoder *d = calloc(1, sizeof *d);

	if (d == NULL)
		return err_memory(e);
	av_log_set_level(AV_LOG_QUIET);
	d->fd = fd;
	d->whole = start_ms == 0 && length_ms == 0;
	d->packet = av_packet_alloc();
	d->frame = av_frame_alloc();
	if (d->packet == NULL || d->frame == NULL)
		err_memory(e);
	else if (open_container(d, e) == ERR_NONE)
		open_codec(d, e);
	if (d->trouble != 0)
		read_failed(d, e);
	if (e->code != ERR_NONE) {
		decoder_close(d);
		return e->code;
	}
	d->limit = (int64_t)HOURS_MAX * 3600 * d->rate;
	d->left = length_ms > 0 ? length_ms * d->rate / 1000 : -1;
	if (start_ms > 0)
		seek(d, start_ms);
	*out = d;
	return ERR_NONE;
}

int
decoder_rate(const struct decoder *d)
{
	return d->rate;
}

int
decoder_channels(const struct decoder *d)
{
	return d->channels;
}

/* The converter for frames like this one. */
static enum err_code
prepare(struct decoder *d, AVFrame *f, struct err *e)
{
	AVChannelLayout to = { 0 };
	int rc;

	if (d->swr != NULL && d->in_rate == f->sample_rate && d->in_channels == f->ch_layout.nb_channels &&
	    d->in_format == f->format)
		return ERR_NONE;
	swr_free(&d->swr);
	if (f->ch_layout.nb_channels == d->channels)
		rc = av_channel_layout_copy(&to, &f->ch_layout);
	else
		rc = (av_channel_layout_default(&to, d->channels), 0);
	if (rc >= 0)
		rc = swr_alloc_set_opts2(&d->swr, &to, AV_SAMPLE_FMT_FLT, d->rate, &f->ch_layout,
		    (enum AVSampleFormat)f->format, f->sample_rate, 0, NULL);
	if (rc >= 0)
		rc = swr_init(d->swr);
	av_channel_layout_uninit(&to);
	if (rc < 0)
		return av_error(e, rc, "cannot be converted");
	d->in_rate = f->sample_rate;
	d->in_channels = f->ch_layout.nb_channels;
	d->in_format = f->format;
	return ERR_NONE;
}

/* A float may be anything: what is no number, or 80 dB above full scale, becomes silence. */
static void
drop_senseless(struct decoder *d, size_t n)
{
	enum AVSampleFormat packed = av_get_packed_sample_fmt((enum AVSampleFormat)d->in_format);
	bool any = false;

	if (packed != AV_SAMPLE_FMT_FLT && packed != AV_SAMPLE_FMT_DBL)
		return;
	for (size_t i = 0; i < n; i++)
		any |= !(fabsf(d->samples[i]) <= 1e4F);
	for (size_t i = 0; any && i < n; i++)
		if (!(fabsf(d->samples[i]) <= 1e4F)) {
			d->samples[i] = 0;
			d->senseless++;
		}
}

/* The frame as floats; how many, or -1. */
static int
convert(struct decoder *d, AVFrame *f, struct err *e)
{
	int most, n;

	if (prepare(d, f, e) != ERR_NONE)
		return -1;
	most = swr_get_out_samples(d->swr, f->nb_samples);
	if (most > d->room) {
		float *more = realloc(d->samples, (size_t)most * (size_t)d->channels * sizeof *more);

		if (more == NULL) {
			err_memory(e);
			return -1;
		}
		d->samples = more;
		d->room = most;
	}
	n = swr_convert(d->swr, (uint8_t *[]){ (uint8_t *)d->samples }, most,
	    (const uint8_t **)f->extended_data, f->nb_samples);
	if (n < 0)
		av_error(e, n, "cannot be converted");
	else
		drop_senseless(d, (size_t)n * (size_t)d->channels);
	return n;
}

static void
spoiled(struct decoder *d)
{
	d->bad_in_a_row++;
	d->bad_at_end++;
}

/* Errors before the first sample are what a cut stream begins with; those at the very end what tags leave. */
static void
sounded(struct decoder *d)
{
	if (d->good > 0)
		d->bad += d->bad_at_end;
	d->bad_at_end = d->bad_in_a_row = 0;
	d->good++;
}

/* Plain samples are not checked: the mark only says that the file ends before its head does, as one that was
 * written into a pipe, whose length nobody knew; lib-import tells where it ends too early. */
static bool
is_spoiled(const struct decoder *d)
{
	return (d->packet->flags & AV_PKT_FLAG_CORRUPT) != 0 &&
	    av_get_bits_per_sample(d->codec->codec_id) == 0;
}

/* A packet more for the decoder; false at the end. */
static bool
feed(struct decoder *d)
{
	int rc = av_read_frame(d->format, d->packet);

	if (rc < 0) {
		if (rc != AVERROR_EOF && rc != AVERROR(EAGAIN))
			spoiled(d);
		return false;
	}
	if (d->packet->stream_index == d->stream) {
		if (is_spoiled(d))
			spoiled(d);
		rc = avcodec_send_packet(d->codec, d->packet);
		if (rc < 0 && rc != AVERROR(EAGAIN) && rc != AVERROR_EOF)
			spoiled(d);
	}
	av_packet_unref(d->packet);
	return true;
}

/* There are no more samples: 0, or -1 where that is the disk's fault. */
static int
ended(const struct decoder *d, struct err *e)
{
	if (d->trouble != 0)
		read_failed(d, e);
	return d->trouble != 0 ? -1 : 0;
}

/* Where the frame begins, in frames of the whole file. */
static int64_t
place(const struct decoder *d)
{
	AVStream *s = d->format->streams[d->stream];
	int64_t pts = d->frame->best_effort_timestamp;

	if (pts == AV_NOPTS_VALUE)
		return d->decoded;
	if (s->start_time != AV_NOPTS_VALUE)
		pts -= s->start_time;
	return av_rescale_q(pts, s->time_base, (AVRational){ 1, d->rate });
}

/* Cut n frames to the part that is wanted; how many remain, from *from on. */
static int
cut(struct decoder *d, int n, int *from)
{
	*from = 0;
	if (d->skip > 0) {
		int64_t before = d->skip - place(d);

		*from = before <= 0 ? 0 : before >= n ? n : (int)before;
		if (*from < n)
			d->skip = 0;
	}
	n -= *from;
	if (d->left >= 0 && n > d->left)
		n = (int)d->left;
	d->left -= d->left >= 0 ? n : 0;
	return n;
}

int
decoder_next(struct decoder *d, const float **samples, int *frames, struct err *e)
{
	while (d->left != 0 && d->decoded < d->limit && d->bad_in_a_row < BAD_IN_A_ROW) {
		int rc = avcodec_receive_frame(d->codec, d->frame), from, n;

		if (rc == AVERROR_EOF)
			return ended(d, e);
		if (rc == AVERROR(EAGAIN)) {
			if (!feed(d)) {
				if (d->flushed)
					return ended(d, e);
				avcodec_send_packet(d->codec, NULL);
				d->flushed = true;
			}
			continue;
		}
		if (rc < 0) {
			spoiled(d);
			continue;
		}
		if (d->frame->decode_error_flags != 0 || (d->frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
			spoiled(d);
		sounded(d);
		sums_add(d->sums, d->frame);
		n = convert(d, d->frame, e);
		if (n < 0)
			return -1;
		n = cut(d, n, &from);
		d->decoded += d->frame->nb_samples;
		if (n == 0)
			continue;
		*samples = d->samples + (size_t)from * (size_t)d->channels;
		*frames = n;
		return 1;
	}
	return ended(d, e);
}

const char *
decoder_damage(struct decoder *d)
{
	if (d->good == 0)
		snprintf(d->damage, sizeof d->damage, "nothing of it can be decoded");
	else if (d->bad > 0)
		snprintf(d->damage, sizeof d->damage, "%d of %d pieces cannot be decoded", d->bad,
		    d->bad + d->good);
	else if (d->bad_in_a_row >= BAD_IN_A_ROW)
		snprintf(d->damage, sizeof d->damage, "nothing can be decoded after %.1f s",
		    (double)d->decoded / d->rate);
	else if (d->senseless > 0)
		snprintf(d->damage, sizeof d->damage,
		    "%" PRId64 " of its samples are no numbers, or beyond all measure", d->senseless);
	else if (!sums_right(d->sums, d->decoded))
		snprintf(d->damage, sizeof d->damage, "its samples are not those that were encoded (MD5)");
	return d->damage;
}
