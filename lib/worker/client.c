/* SPDX-License-Identifier: MIT */
#include "worker/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/priv.h"
#include "worker/spawn.h"

enum { WRITE_MARGIN = 8 << 20 /* what padding and indices may add to a file, beside its tags */ };

enum err_code
worker_new(struct worker **w, const char *program, const struct worker_limits *limits, struct err *e)
{
	struct worker *made = calloc(1, sizeof *made);

	if (made == NULL)
		return err_memory(e);
	made->fd = -1;
	made->timeout_ms = limits != NULL && limits->timeout_ms > 0 ? limits->timeout_ms : 10000;
	made->memory_bytes = limits != NULL && limits->memory_bytes > 0 ? limits->memory_bytes : 512L << 20;
	if (limits != NULL) {
		made->big = limits->big;
		made->context = limits->context;
		made->stop = limits->stop;
	}
	if (program != NULL) {
		made->program = strdup(program);
		if (made->program == NULL)
			err_memory(e);
	} else {
		made->program = worker_program("media-worker", "FONOTECA_WORKER", e);
	}
	if (made->program == NULL) {
		free(made);
		return e->code;
	}
	*w = made;
	return ERR_NONE;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	worker_stop(w);
	free(w->program);
	free(w);
}

static enum err_code
fetch(struct worker *w, char kind, int fd, struct record *r, struct err *e)
{
	struct buf answer = { 0 };
	off_t offset = lseek(fd, 0, SEEK_CUR); /* is the worker's too; it may die anywhere */
	enum err_code code = worker_call(w, kind, fd, &answer, e);

	if (offset >= 0)
		lseek(fd, offset, SEEK_SET);
	if (code == ERR_NONE)
		code = record_decode(r, answer.data, answer.len, e);
	buf_free(&answer);
	return code;
}

enum err_code
worker_sniff(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_SNIFF, fd, r, e);
}

enum err_code
worker_read(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_READ, fd, r, e);
}

enum err_code
worker_cue(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_CUE, fd, r, e);
}

enum err_code
worker_lyrics(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_LYRICS, fd, r, e);
}

enum err_code
worker_write(struct worker *w, int fd, const struct record *wanted, struct record *left, struct err *e)
{
	struct buf bytes = { 0 };
	struct worker writer = { .program = w->program,
		.timeout_ms = w->timeout_ms,
		.memory_bytes = w->memory_bytes,
		.fd = -1,
		.stop = w->stop,
		.more = &bytes };
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot be written");
	if (record_encode(wanted, true, &bytes, e) == ERR_NONE) {
		writer.file_bytes = (int64_t)st.st_size + 4 * (int64_t)bytes.len + WRITE_MARGIN;
		fetch(&writer, PROTOCOL_WRITE, fd, left, e);
	}
	worker_stop(&writer);
	buf_free(&bytes);
	return e->code;
}

enum err_code
worker_sandbox(struct worker *w, char *text, size_t size, struct err *e)
{
	struct buf answer = { 0 };
	enum err_code code = worker_call(w, PROTOCOL_SANDBOX, -1, &answer, e);

	if (code == ERR_NONE)
		snprintf(text, size, "%s", answer.data);
	buf_free(&answer);
	return code;
}

enum err_code
worker_lacks(struct worker *w, char *text, size_t size, struct err *e)
{
	static const struct {
		const char *off, *name;
	} pieces[] = { { "landlock=0", "landlock" }, { "seccomp=0", "seccomp" },
		{ "rlimit_as=0", "a limit of memory" } };
	char status[128] = "";
	size_t len = 0;

	text[0] = '\0';
#ifdef FONOTECA_SAN
	return ERR_NONE;
#endif
	if (worker_sandbox(w, status, sizeof status, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		if (strstr(status, pieces[i].off) != NULL && len < size)
			len += (size_t)snprintf(
			    text + len, size - len, "%s%s", len > 0 ? ", " : "", pieces[i].name);
	return ERR_NONE;
}

enum err_code
worker_new_sound(struct worker **w, const struct worker_limits *limits, struct err *e)
{
	char *program = worker_program("sound-worker", "FONOTECA_SOUND_WORKER", e);

	if (program != NULL && worker_new(w, program, limits, e) == ERR_NONE)
		(*w)->listens = true;
	free(program);
	return e->code;
}

enum err_code
worker_listen(struct worker *w, int fd, const struct sound_task *task, struct sound *s, struct err *e)
{
	struct buf more = { 0 }, answer = { 0 };

	buf_add(&more, task, sizeof *task);
	w->more = &more;
	if (buf_ok(&more, e) == ERR_NONE && worker_call(w, PROTOCOL_LISTEN, fd, &answer, e) == ERR_NONE)
		sound_read(s, answer.data, answer.len, e);
	w->more = NULL;
	buf_free(&more);
	buf_free(&answer);
	return e->code;
}
