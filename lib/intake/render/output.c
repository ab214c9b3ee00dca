/* SPDX-License-Identifier: MIT */
/* The file that is made, and its names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/render/priv.h"

enum { SHEET_MAX = 1 << 20 };

char *
output_sheet(const char *file)
{
	const char *dot = strrchr(path_base(file), '.');
	char *sheet;

	return asprintf(&sheet, "%.*s.cue", dot != NULL ? (int)(dot - file) : (int)strlen(file), file) < 0
	    ? NULL
	    : sheet;
}

static enum err_code
name_all(struct output *o, struct err *e)
{
	const char *file = o->r->file, *base = path_base(file);

	o->name = strdup(base);
	o->dir = base == file ? strdup(".") : strndup(file, (size_t)(base - file));
	if (o->name == NULL || o->dir == NULL || asprintf(&o->part, ".%s.fonoteca-part", base) < 0) {
		o->part = NULL;
		return err_memory(e);
	}
	return ERR_NONE;
}

/* A sheet without its file is one of a run that was killed, where it names that file. */
static bool
is_left_over(int dirfd, const char *sheet, const char *name)
{
	struct buf text = { 0 }, line = { 0 };
	struct err none = { 0 };
	bool ours;

	buf_printf(&line, "\nFILE \"%s\" ", name);
	ours = file_slurp(&text, dirfd, sheet, SHEET_MAX, &none) == ERR_NONE && !line.failed &&
	    memmem(text.data, text.len, line.data, line.len) != NULL;
	buf_free(&text);
	buf_free(&line);
	return ours;
}

static enum err_code
check_free(const struct output *o, struct err *e)
{
	const char *sheet = path_base(o->r->sheet);

	if (o->r->force)
		return ERR_NONE;
	if (faccessat(o->dirfd, o->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, ERR_EXISTS, "%s is there already: --force replaces it", o->r->file);
	if (faccessat(o->dirfd, sheet, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !is_left_over(o->dirfd, sheet, o->name))
		return err_set(e, ERR_EXISTS, "%s is there already: --force replaces it", o->r->sheet);
	return ERR_NONE;
}

enum err_code
output_open(struct output *o, const struct render *r, struct err *e)
{
	*o = (struct output){ .r = r, .fd = -1, .to = -1, .dirfd = -1 };
	if (name_all(o, e) != ERR_NONE)
		return e->code;
	o->dirfd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->dirfd < 0)
		return err_sys(e, errno, "cannot write %s", r->file);
	if (strcmp(o->name, path_base(r->sheet)) == 0)
		return err_set(e, ERR_USAGE, "%s is the name of its cue sheet", r->file);
	return check_free(o, e);
}

static enum err_code
command_line(const struct output *o, const char *title, int64_t bits, struct texts *argv, struct err *e)
{
	const struct render *r = o->r;
	char rate[16], channels[8];
	const char *const input[] = { "-f", "f32le", "-ar", rate, "-ac", channels, "-i", FFMPEG_IN_PIPE,
		NULL };

	snprintf(rate, sizeof rate, "%d", r->rate);
	snprintf(channels, sizeof channels, "%d", r->channels);
	for (size_t i = 0; i < r->ffmpeg->n && e->code == ERR_NONE; i++)
		texts_add(argv, r->ffmpeg->v[i], e);
	if (e->code != ERR_NONE || ffmpeg_words(argv, input, e) != ERR_NONE ||
	    ffmpeg_plain(argv, e) != ERR_NONE || texts_add(argv, "-metadata", e) != ERR_NONE ||
	    texts_printf(argv, e, "title=%s", title) != ERR_NONE ||
	    coding_options(r->coding, bits, argv, e) != ERR_NONE ||
	    coding_depth(r->coding, bits, argv, e) != ERR_NONE)
		return e->code;
	return texts_add(argv, FFMPEG_OUT, e);
}

/* It reads from a socket, since writing to a pipe that nobody reads any more would end us. */
enum err_code
output_start(struct output *o, const char *title, int64_t bits, struct err *e)
{
	struct texts argv = { 0 };
	int ends[2] = { -1, -1 };

	if (unlinkat(o->dirfd, o->part, 0) != 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot write %s", o->r->file);
	o->fd = openat(o->dirfd, o->part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (o->fd < 0)
		return err_sys(e, errno, "cannot write %s", o->r->file);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		err_sys(e, errno, "cannot run ffmpeg");
	else if (command_line(o, title, bits, &argv, e) == ERR_NONE &&
	    ffmpeg_start(&o->encoder, &argv, ends[0], o->fd, 0, e) == ERR_NONE) {
		o->running = true;
		o->to = ends[1];
		ends[1] = -1;
	}
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	texts_free(&argv);
	return e->code;
}

/* The encoder's own words, where it has any. */
static enum err_code
end_encoder(struct output *o, struct err *e)
{
	(void)shutdown(o->to, SHUT_WR);
	fd_close(&o->to);
	o->running = false;
	if (ffmpeg_end(&o->encoder, o->r->stop, e) != ERR_NONE && e->code != ERR_INTERRUPTED)
		err_context(e, "cannot write %s", o->r->file);
	return e->code;
}

enum err_code
output_take(void *output, const float *frames, size_t n, struct err *e)
{
	struct output *o = output;
	const char *at = (const char *)frames;
	size_t left = n * (size_t)o->r->channels * sizeof *frames;

	ffmpeg_listen(&o->encoder, 0);
	while (left > 0) {
		ssize_t sent = send(o->to, at, left, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR && (o->r->stop == NULL || !*o->r->stop))
			continue;
		if (sent < 0 && errno == EINTR)
			return err_set(e, ERR_INTERRUPTED, "stopped");
		if (sent <= 0)
			return end_encoder(o, e) != ERR_NONE
			    ? e->code
			    : err_set(e, ERR_IO, "cannot write %s: ffmpeg ended early", o->r->file);
		at += sent;
		left -= (size_t)sent;
	}
	return ERR_NONE;
}

/* The sheet first: alone it is known for what it is. */
static enum err_code
publish(struct output *o, const struct buf *sheet, struct err *e)
{
	if (fsync(o->fd) != 0)
		return err_sys(e, errno, "cannot write %s", o->r->file);
	if (file_replace(o->dirfd, path_base(o->r->sheet), sheet->data, sheet->len, 0666, e) != ERR_NONE)
		return e->code;
	if ((o->r->force ? renameat(o->dirfd, o->part, o->dirfd, o->name)
			 : renameat2(o->dirfd, o->part, o->dirfd, o->name, RENAME_NOREPLACE)) != 0 &&
	    (errno != EINVAL || o->r->force || renameat(o->dirfd, o->part, o->dirfd, o->name) != 0))
		return err_sys(e, errno, "cannot write %s", o->r->file);
	fd_close(&o->fd);
	return dir_sync(o->dirfd, o->dir, e);
}

enum err_code
output_finish(struct output *o, const struct buf *sheet, struct err *e)
{
	return end_encoder(o, e) != ERR_NONE ? e->code : publish(o, sheet, e);
}

void
output_close(struct output *o)
{
	if (o->running)
		ffmpeg_kill(&o->encoder);
	if (o->fd >= 0)
		(void)unlinkat(o->dirfd, o->part, 0);
	fd_close(&o->to);
	fd_close(&o->fd);
	fd_close(&o->dirfd);
	free(o->dir);
	free(o->name);
	free(o->part);
}
