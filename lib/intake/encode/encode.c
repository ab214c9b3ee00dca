/* SPDX-License-Identifier: MIT */
#include "intake/encode/encode.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/encode/ffmpeg.h"

enum { PIECE = 1 << 20 };

/* -- as it is ------------------------------------------------------------ */

static enum err_code
copy(const struct encode *c, struct err *e)
{
	char *room;
	ssize_t n = 1;

	if (ioctl(c->out, FICLONE, c->in) == 0)
		return ERR_NONE;
	room = malloc(PIECE);
	if (room == NULL)
		return err_memory(e);
	while (n > 0 && e->code == ERR_NONE) {
		if (c->stop != NULL && *c->stop)
			err_set(e, ERR_INTERRUPTED, "stopped");
		else if ((n = file_read(c->in, room, PIECE)) < 0 || file_write(c->out, room, (size_t)n) < 0)
			err_reason(e, errno);
	}
	free(room);
	return e->code;
}

/* -- by ffmpeg ----------------------------------------------------------- */

static enum err_code
add_filters(const struct encode *c, struct texts *argv, struct err *e)
{
	const char *layouts = coding_filter(c->coding);
	struct buf chain = { 0 };

	ffmpeg_cut(&chain, c->start_ms, c->length_ms);
	if (layouts != NULL || chain.len > 0)
		buf_puts(&chain, layouts != NULL ? layouts : "anull");
	if (chain.len > 0 && buf_ok(&chain, e) == ERR_NONE && texts_add(argv, "-af", e) == ERR_NONE)
		texts_add(argv, chain.data, e);
	buf_free(&chain);
	return e->code;
}

static enum err_code
command_line(const struct encode *c, struct texts *argv, struct err *e)
{
	if (ffmpeg_input(argv, c->ffmpeg, c->start_ms, e) != ERR_NONE || ffmpeg_plain(argv, e) != ERR_NONE)
		return e->code;
	if (c->step == CODING_REPACK)
		coding_repack(c->coding, argv, e);
	else if (add_filters(c, argv, e) == ERR_NONE)
		coding_options(c->coding, c->bits, argv, e);
	return e->code != ERR_NONE ? e->code : texts_add(argv, FFMPEG_OUT, e);
}

static enum err_code
convert(const struct encode *c, struct err *e)
{
	struct texts argv = { 0 };
	struct ffmpeg f;

	if (command_line(c, &argv, e) == ERR_NONE &&
	    ffmpeg_start(&f, &argv, c->in, c->out, c->sound_ms, e) == ERR_NONE)
		ffmpeg_end(&f, c->stop, e);
	texts_free(&argv);
	if (e->code == ERR_NONE && lseek(c->out, 0, SEEK_END) == 0)
		err_set(e, ERR_FORMAT, "ffmpeg found no sound in it");
	return e->code;
}

/* -- and its tags -------------------------------------------------------- */

/* The encoder's name, which no library had, is no tag. */
static enum err_code
drop_encoder(const struct encode *c, struct err *e)
{
	for (size_t i = 0; i < c->wanted->nvalues; i++)
		if (c->wanted->values[i].name != NULL && strcmp(c->wanted->values[i].name, "encoder") == 0)
			return ERR_NONE;
	return record_add(c->wanted, F_NONE, "encoder", "", e);
}

/* A file that is copied stays what it was where nobody can write into its format. */
static enum err_code
write_tags(const struct encode *c, struct err *e)
{
	struct record left = { 0 };

	if (c->step != CODING_KEEP && drop_encoder(c, e) != ERR_NONE)
		return e->code;
	if (worker_write(c->worker, c->out, c->wanted, &left, e) == ERR_FORMAT && c->step == CODING_KEEP &&
	    ftruncate(c->out, 0) == 0 && lseek(c->out, 0, SEEK_SET) == 0 && lseek(c->in, 0, SEEK_SET) == 0) {
		*e = (struct err){ 0 };
		copy(c, e);
	} else if (e->code != ERR_NONE && e->code != ERR_INTERRUPTED) {
		err_context(e, "its tags");
	}
	record_free(&left);
	return e->code;
}

enum err_code
encode_file(const struct encode *c, struct err *e)
{
	if ((c->step == CODING_KEEP ? copy(c, e) : convert(c, e)) == ERR_NONE)
		write_tags(c, e);
	return e->code;
}
