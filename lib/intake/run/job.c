/* SPDX-License-Identifier: MIT */
#include "intake/run/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "intake/describe/art.h"
#include "intake/describe/beside.h"
#include "intake/describe/guess.h"
#include "intake/describe/joiners.h"
#include "intake/walk/trouble.h"

struct job *
job_new(struct folder *folder, const char *path)
{
	struct job *j = calloc(1, sizeof *j);

	if (j == NULL)
		return NULL;
	j->path = strdup(path);
	if (j->path == NULL) {
		free(j);
		return NULL;
	}
	j->name = path_base(j->path);
	j->folder = folder != NULL ? folder_ref(folder) : NULL;
	return j;
}

struct job *
job_failed(const char *path, const struct err *why)
{
	struct job *j = job_new(NULL, path);

	if (j == NULL)
		return NULL;
	j->seen = time_now();
	j->attempts = 1;
	j->end = JOB_FAILED;
	j->why = *why;
	j->transient = trouble_passes(why);
	return j;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	folder_unref(j->folder);
	buf_free(&j->record);
	buf_free(&j->notes);
	covers_free(j->covers, j->ncovers);
	unpacked_free(j->archive);
	free(j->path);
	free(j);
}

static enum job_end
broken(struct job *j, const struct err *why)
{
	j->why = *why;
	return JOB_BROKEN;
}

static enum job_end
failed(struct job *j, const struct err *why)
{
	if (why->code == ERR_MEMORY)
		return broken(j, why);
	j->why = *why;
	return JOB_FAILED;
}

/* Of the worker's answers only those about the file are the file's fault. */
static enum job_end
blame(struct job *j, const struct err *why)
{
	if (why->code == ERR_INTERRUPTED)
		return JOB_STOPPED;
	return why->code == ERR_FORMAT || why->code == ERR_NOTAUDIO ? failed(j, why) : broken(j, why);
}

static int
open_source(struct job *j, const struct job_shared *shared, struct err *e)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(j->folder->fd, j->name, flags | (shared->options->dereference ? 0 : O_NOFOLLOW));

	if (fd < 0)
		err_sys(e, errno, "cannot be opened");
	else if (fstat(fd, &j->st) != 0)
		err_sys(e, errno, "cannot be read");
	else if (!S_ISREG(j->st.st_mode))
		err_set(e, ERR_CHANGED, "is no file any more");
	if (e->code != ERR_NONE)
		fd_close(&fd);
	return fd;
}

/* The worker finds no audio in a file that cannot be read, either. */
static enum job_end
not_audio(struct job *j, int fd)
{
	struct err e = { 0 };
	char byte;

	if (pread(fd, &byte, 1, 0) >= 0)
		return JOB_NOT_AUDIO;
	err_sys(&e, errno, "cannot be read");
	return failed(j, &e);
}

/* The path below the root, from which missing tags are guessed; malloced. */
static char *
path_below_root(const struct job *j)
{
	const char *path = j->path + j->folder->root_len;
	char *joined;

	path += *path == '/';
	if (j->from == NULL)
		return strdup(path);
	return asprintf(&joined, "%s%s", j->from->base, path) < 0 ? NULL : joined;
}

static enum err_code
guess(const struct job *j, struct record *r, struct err *e)
{
	char *path = path_below_root(j);

	if (path == NULL)
		err_memory(e);
	else
		(void)guess_fill(r, path, e);
	free(path);
	return e->code;
}

/* Everything that the tags and the name tell, and the covers. */
static enum job_end
describe(struct job *j, struct job_shared *shared, struct worker *worker, struct record *r)
{
	const struct import_options *o = shared->options;
	struct stage *stage = shared->copy.stage;
	struct err e = { 0 };

	if (o->strict && r->damaged) {
		err_set(&e, ERR_FORMAT, "is damaged: %s", r->nnotes > 0 ? r->notes[0] : "its end is missing");
		return failed(j, &e);
	}
	snprintf(j->suffix, sizeof j->suffix, "%s", r->suffix);
	j->has_audio = r->has_audio;
	memcpy(j->audio, r->audio, sizeof j->audio);
	if (beside_apply(j->folder, j->name, worker, r, &e) != ERR_NONE || guess(j, r, &e) != ERR_NONE ||
	    set_apply(r, o->sets, o->nsets, &e) != ERR_NONE ||
	    joiners_apply(r, shared->config, &e) != ERR_NONE ||
	    art_embedded(r, stage, &j->covers, &j->ncovers, &e) != ERR_NONE ||
	    art_beside(j->folder, stage, r, &j->covers, &j->ncovers, &e) != ERR_NONE ||
	    record_encode(r, false, &j->record, &e) != ERR_NONE)
		return broken(j, &e);
	j->damaged = r->damaged;
	for (size_t i = 0; i < r->nnotes; i++)
		buf_printf(&j->notes, "%s\n", r->notes[i]);
	if (buf_ok(&j->notes, &e) != ERR_NONE)
		return broken(j, &e);
	return JOB_STAGED;
}

/* Give it its name.  A linked source has stood still all the while; what its times are after the last of our
 * links is what the next import will find. */
static enum job_end
keep(struct job *j, struct job_shared *shared, int src, const struct copied *c)
{
	struct stage *stage = shared->copy.stage;
	struct err e = { 0 };
	struct stat now;

	if (c->linked && !copy_same(src, &c->st, false, &now)) {
		stage_drop(stage, c->tmp);
		err_set(&e, ERR_CHANGED, "changed while it was read");
		return failed(j, &e);
	}
	memcpy(j->sha256, c->sha256, sizeof j->sha256);
	if (stage_keep(stage, c->tmp, c->sha256, j->suffix, c->size, c->linked, &j->staged_ns, &e) !=
	    ERR_NONE)
		return broken(j, &e);
	j->linked = c->linked;
	if (c->linked) /* a write in between shows in the size or mtime, of which the old ones are recorded */
		j->st = c->st;
	if (c->linked && fstat(src, &now) == 0)
		j->st.st_ctim = now.st_ctim;
	return JOB_STAGED;
}

/* The bytes are there: read them, describe them, give them their name. */
static enum job_end
understand(struct job *j, struct job_shared *shared, struct worker *worker, int src, const struct copied *c)
{
	struct stage *stage = shared->copy.stage;
	struct record r = { 0 };
	struct err e = { 0 };
	enum job_end end;
	int fd = stage_reopen(stage, c->tmp, &e);

	if (fd < 0)
		end = broken(j, &e);
	else if (worker_read(worker, fd, &r, &e) != ERR_NONE)
		end = blame(j, &e);
	else
		end = describe(j, shared, worker, &r);
	fd_close(&fd);
	record_free(&r);
	if (end == JOB_STAGED)
		return keep(j, shared, src, c);
	stage_drop(stage, c->tmp);
	return end;
}

/* A file that is mostly holes may claim any size: one that the disk could never hold is its own fault, not a
 * full disk, which would stop the whole import. */
static bool
is_hollow(const struct job *j, const struct stage *stage)
{
	return (int64_t)j->st.st_blocks * 512 < (int64_t)j->st.st_size / 2 &&
	    (int64_t)j->st.st_size > stage_room(stage);
}

static enum job_end
bring_in(struct job *j, struct job_shared *shared, struct worker *worker, int fd, char *chunk)
{
	struct stat before = j->st;
	enum copy_fault fault;
	struct err e = { 0 };
	struct copied c;

	if (j->from != NULL) {
		unpack_borrow(j->from, &j->st);
		(void)copy_unpacked(&shared->copy, fd, &before, chunk, &c, &fault, &e);
	} else {
		(void)copy_file(&shared->copy, fd, &before, chunk, &c, &fault, &e);
	}
	if (e.code == ERR_NONE)
		return understand(j, shared, worker, fd, &c);
	if (fault == COPY_STOPPED)
		return JOB_STOPPED;
	return fault == COPY_SOURCE ? failed(j, &e) : broken(j, &e);
}

/* Everything inside it goes to staging, where the main thread walks through it. */
static enum job_end
take_apart(struct job *j, struct job_shared *shared, struct worker *worker, int fd)
{
	struct unpack_shared to = { shared->copy.stage, &shared->stop };
	const char *path = j->path + j->folder->root_len;
	struct unpacked *u = calloc(1, sizeof *u);
	enum unpack_fault fault = UNPACK_LIBRARY;
	struct err e = { 0 };

	if (u == NULL) {
		err_memory(&e);
		return broken(j, &e);
	}
	u->fd = -1;
	u->seen = j->seen;
	if (unpack_archive(u, &to, worker, fd, &j->st, &fault, &e) == ERR_NONE) {
		u->path = strdup(j->path);
		u->base = unpack_base(path + (*path == '/'), u->one_folder);
		if (u->path == NULL || u->base == NULL)
			err_memory(&e);
	}
	if (e.code == ERR_NONE) {
		j->archive = u;
		return JOB_UNPACKED;
	}
	unpacked_free(u);
	if (fault == UNPACK_STOPPED)
		return JOB_STOPPED;
	return fault == UNPACK_ARCHIVE ? failed(j, &e) : broken(j, &e);
}

static enum job_end
attempt(struct job *j, struct job_shared *shared, struct worker *worker, char *chunk)
{
	struct record r = { 0 };
	struct err e = { 0 };
	enum job_end end;
	int fd;

	j->seen = time_now();
	fd = open_source(j, shared, &e);
	if (fd < 0)
		return failed(j, &e);
	if (j->unpack) {
		end = take_apart(j, shared, worker, fd);
		close(fd);
		return end;
	}
	if (worker_sniff(worker, fd, &r, &e) == ERR_NONE && is_hollow(j, shared->copy.stage))
		err_set(&e, ERR_FORMAT, "is mostly holes, and larger than the library's disk");
	if (e.code != ERR_NONE)
		end = e.code == ERR_NOTAUDIO ? not_audio(j, fd) : blame(j, &e);
	else if (strcmp(r.format, "archive") == 0)
		end = j->from != NULL ? JOB_NESTED : JOB_ARCHIVE;
	else
		end = bring_in(j, shared, worker, fd, chunk);
	record_free(&r);
	close(fd);
	return end;
}

static void
forget(struct job *j)
{
	buf_free(&j->record);
	buf_free(&j->notes);
	covers_free(j->covers, j->ncovers);
	j->covers = NULL;
	j->ncovers = 0;
}

void
job_do(struct job *j, struct job_shared *shared, struct worker *worker, char *chunk)
{
	if (atomic_load(&shared->stop) != 0) {
		j->end = JOB_STOPPED;
		return;
	}
	j->attempts++;
	j->end = attempt(j, shared, worker, chunk);
	if (j->end == JOB_STAGED)
		return;
	forget(j);
	j->transient = j->end == JOB_FAILED && trouble_passes(&j->why);
	if (j->transient && j->attempts < trouble_attempts(&j->why)) {
		j->end = JOB_AGAIN;
		j->again_ms = time_monotonic_ms() + trouble_wait_ms(j->attempts);
	}
}
