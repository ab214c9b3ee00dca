/* SPDX-License-Identifier: MIT */
#include "intake/encode/ffmpeg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/own.h"
#include "base/program.h"

/* A decoder that begins in the middle of a file needs something before that to be exact. */
enum { LISTEN_MS = 100, AHEAD_MS = 10000, DAY = 86400 };
#define MEMORY ((int64_t)4 << 30)

/* What is asked of it reads no playlists, no lists of files and no addresses: only containers of music. */
#define CONTAINERS                                                                                           \
	"mp3,flac,ogg,mov,wav,w64,aiff,asf,ape,wv,mpc,mpc8,tta,dsf,iff,aac,ac3,eac3,dts,caf,matroska,"       \
	"libopenmpt,au,tak,shn,loas,f32le"

enum err_code
ffmpeg_words(struct texts *argv, const char *const *words, struct err *e)
{
	for (; *words != NULL && e->code == ERR_NONE; words++)
		texts_add(argv, *words, e);
	return e->code;
}

enum err_code
ffmpeg_begin(struct texts *argv, struct err *e)
{
	const char *const always[] = { "-nostdin", "-hide_banner", "-loglevel", "error", "-y",
		"-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS, NULL };
	struct own own = { 0 };
	char *file;

	if (own_load(&own, e) != ERR_NONE)
		return e->code;
	if (own.value[OWN_FFMPEG].n == 0)
		texts_add(&own.value[OWN_FFMPEG], "ffmpeg", e);
	file = e->code == ERR_NONE ? program_find(own.value[OWN_FFMPEG].v[0], e) : NULL;
	if (e->code == ERR_NOTFOUND)
		err_context(e, "ffmpeg is needed for this: install it, or name it in your configuration");
	if (file != NULL) {
		texts_add(argv, file, e);
		for (size_t i = 1; i < own.value[OWN_FFMPEG].n && e->code == ERR_NONE; i++)
			texts_add(argv, own.value[OWN_FFMPEG].v[i], e);
		ffmpeg_words(argv, always, e);
	}
	free(file);
	own_free(&own);
	return e->code;
}

enum err_code
ffmpeg_input(struct texts *argv, const struct texts *begun, int64_t start_ms, struct err *e)
{
	const char *const timeline[] = { "-copyts", "-start_at_zero", "-ss", NULL };
	const char *const input[] = { "-i", FFMPEG_IN, "-map", "0:a:0", NULL };

	for (size_t i = 0; i < begun->n && e->code == ERR_NONE; i++)
		texts_add(argv, begun->v[i], e);
	if (e->code == ERR_NONE && start_ms > AHEAD_MS && ffmpeg_words(argv, timeline, e) == ERR_NONE)
		texts_printf(argv, e, "%lldms", (long long)(start_ms - AHEAD_MS));
	return e->code != ERR_NONE ? e->code : ffmpeg_words(argv, input, e);
}

enum err_code
ffmpeg_plain(struct texts *argv, struct err *e)
{
	const char *const plain[] = { "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
		"-flags:a", "+bitexact", "-threads", "1", NULL };

	return ffmpeg_words(argv, plain, e);
}

void
ffmpeg_cut(struct buf *chain, int64_t start_ms, int64_t length_ms)
{
	if (start_ms == 0 && length_ms == 0)
		return;
	buf_printf(chain, "atrim=start=%lldms", (long long)start_ms);
	if (length_ms > 0)
		buf_printf(chain, ":end=%lldms", (long long)(start_ms + length_ms));
	buf_puts(chain, ",asetpts=N/SR/TB,");
}

enum err_code
ffmpeg_start(struct ffmpeg *f, const struct texts *argv, int in, int out, int64_t length_ms, struct err *e)
{
	struct program p = { .argv = argv->v, .in = in, .out = out };
	int ends[2];

	*f = (struct ffmpeg){ .said = -1 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(e, errno, "cannot run ffmpeg");
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	p.err = ends[1];
	f->said = ends[0];
	if (program_start(&p, &f->pid, e) != ERR_NONE)
		fd_close(&f->said);
	else
		program_limit(f->pid, 60 + (length_ms > 0 ? length_ms / 1000 : DAY), MEMORY);
	close(ends[1]);
	return e->code;
}

/* "[libopus @ 0x5637525beb80] " is for those who have the source before them. */
static const char *
bare(const char *line)
{
	const char *end = line[0] == '[' ? strstr(line, "] ") : NULL;

	return end != NULL && strstr(line, " @ 0x") != NULL && strstr(line, " @ 0x") < end ? end + 2 : line;
}

static void
end_line(struct ffmpeg *f)
{
	f->line[f->len] = '\0';
	f->len = 0;
	if (f->line[0] == '\0')
		return;
	if (f->first[0] == '\0')
		snprintf(f->first, sizeof f->first, "%s", bare(f->line));
	snprintf(f->last, sizeof f->last, "%s", bare(f->line));
}

/* The first line tells why, the last one what came of it. */
static void
keep_lines(struct ffmpeg *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r')
			end_line(f);
		else if (f->len < sizeof f->line - 1)
			f->line[f->len++] = text[i];
}

static void
over(struct ffmpeg *f)
{
	f->ended = true;
	fd_close(&f->said);
	end_line(f);
}

static void
reap(struct ffmpeg *f, struct err *e)
{
	program_wait(f->pid, NULL, &f->status, e);
	over(f);
}

bool
ffmpeg_listen(struct ffmpeg *f, int ms)
{
	struct pollfd p = { .fd = f->said, .events = POLLIN };
	struct err e = { 0 };
	char text[1024];
	ssize_t n = 1;
	int ready;

	if (f->ended)
		return true;
	ready = poll(&p, 1, ms);
	while (ready > 0 && (n = read(f->said, text, sizeof text)) > 0)
		keep_lines(f, text, (size_t)n);
	if (n == 0) /* its standard error is closed: it is at its end */
		reap(f, &e);
	else if (ready == 0 && program_ended(f->pid, &f->status, &e) > 0)
		over(f);
	return f->ended;
}

void
ffmpeg_kill(struct ffmpeg *f)
{
	struct err ignored = { 0 };

	if (f->ended)
		return;
	program_kill(f->pid);
	reap(f, &ignored);
}

static bool
tells_full(const char *line)
{
	return strstr(line, strerror(ENOSPC)) != NULL || strstr(line, strerror(EDQUOT)) != NULL;
}

/* Why it failed, in its own words. */
static enum err_code
complain(const struct ffmpeg *f, struct err *e)
{
	bool more = strcmp(f->first, f->last) != 0;

	if (tells_full(f->first) || tells_full(f->last))
		return err_set(e, ERR_SPACE, "no space left");
	if (f->status > 128)
		return err_set(e, ERR_FORMAT, "ffmpeg was ended by signal %d", f->status - 128);
	return err_set(e, ERR_FORMAT, "ffmpeg ended with status %d%s%s%s%s", f->status,
	    f->first[0] != '\0' ? ": " : "", f->first, more ? "; " : "", more ? f->last : "");
}

enum err_code
ffmpeg_end(struct ffmpeg *f, volatile const int *stop, struct err *e)
{
	while (!ffmpeg_listen(f, LISTEN_MS)) {
		if (stop == NULL || *stop == 0)
			continue;
		ffmpeg_kill(f);
		return err_set(e, ERR_INTERRUPTED, "stopped");
	}
	if (f->status == 0)
		return ERR_NONE;
	/* a terminal's ^C was for it as well */
	return stop != NULL && *stop != 0 ? err_set(e, ERR_INTERRUPTED, "stopped") : complain(f, e);
}
