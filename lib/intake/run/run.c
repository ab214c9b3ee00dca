/* SPDX-License-Identifier: MIT */
/* The way of files through an import: from the walk to the threads, and from them into batches (run.h). */
#include "intake/run/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "intake/archive/member.h"
#include "store/session/items.h"

enum { LOOK_MS = 500 };

static bool
is_stopped(const struct import *im)
{
	const struct progress *p = im->run->progress;

	return p != NULL && p->stop != NULL && *p->stop != 0;
}

void
import_say_failed(struct import *im, const char *path, const struct err *why)
{
	im->run->counts.failed++;
	im->run->failed(path, why);
}

/* As struct progress has it. */
static int64_t
total(struct import *im)
{
	int64_t n, done = im->handled + im->unread;
	bool all;

	if (im->counter == NULL)
		return 0;
	n = scout_counted(im->counter, &all) + im->members;
	if (n < done)
		n = done;
	return all ? n : -n;
}

static void
tell(struct import *im)
{
	const struct progress *p = im->run->progress;

	if (p != NULL && p->report != NULL)
		p->report(p->context, "staging", im->handled + im->unread, total(im), im->run->counts.bytes);
}

/* What was not recorded does not count. */
static void
uncount(struct import *im, struct import_counts before)
{
	im->run->counts.staged -= before.staged;
	im->run->counts.bytes -= before.bytes;
}

enum err_code
import_flush(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	struct items_counts counts = { run->counts.unchanged, run->counts.skipped, run->counts.bytes };
	struct import_counts inside = { 0 };
	enum err_code rc = ERR_NONE;

	for (size_t i = 0; i < im->batch->n; i++)
		inside.staged += im->batch->jobs[i]->end == JOB_STAGED;
	inside.bytes = im->batch->bytes;
	if (im->lost)
		batch_clear(im->batch);
	else
		rc = batch_flush(im->batch, run->db, im->stage, run->session, im->state, &counts, e);
	if (im->lost || rc != ERR_NONE)
		uncount(im, inside);
	im->lost = im->lost || rc != ERR_NONE;
	return rc;
}

/* What has to be seen to again and again, however long a file takes: a signal, a batch that is due, and
 * whether somebody has rejected the session. */
static enum err_code
look_up(struct import *im, struct err *e)
{
	int64_t now = time_monotonic_ms();

	if (is_stopped(im)) {
		atomic_store(&im->shared.stop, 1);
		return err_set(e, ERR_INTERRUPTED, "stopped");
	}
	if (batch_is_due(im->batch) && import_flush(im, e) != ERR_NONE)
		return e->code;
	if (now - im->looked_ms < LOOK_MS)
		return ERR_NONE;
	im->looked_ms = now;
	if (items_still(im->run->db, im->run->session, im->state, e) == ERR_STATE)
		im->lost = true;
	return e->code;
}

/* A file without audio is an error only where that was asked for; of one that is named like audio there is
 * something to say. */
static void
say_no_audio(struct import *im, const char *path)
{
	struct err e = { 0 };

	err_set(&e, ERR_NOTAUDIO, "is no audio of a known format");
	if (im->run->options->strict)
		import_say_failed(im, path, &e);
	else if (member_named_audio(path))
		im->run->noted(path, false, "is no audio of a known format\n");
}

void
import_skip(struct import *im, const char *path)
{
	im->run->counts.skipped++;
	say_no_audio(im, path);
}

/* All of its members are settled.  One that holds no audio is one file without audio, whatever lies in it; so
 * is a damaged one in which nothing is even named like audio. */
static void
finish_archive(struct import *im, struct unpacked *u)
{
	struct import_counts *c = &im->run->counts;
	bool audio = u->staged + u->known + u->failed > 0;
	enum job_end end = u->failed > 0 ? JOB_STOPPED : JOB_IMPORTED;

	c->links += u->links;
	c->special += u->special;
	if (audio)
		c->skipped += u->skipped + u->empty;
	if (u->why.code != ERR_NONE && (audio || u->promising)) {
		end = JOB_FAILED;
		u->job->why = u->why;
		import_say_failed(im, u->job->path, &u->why);
	} else if (!audio) {
		import_skip(im, u->job->path);
	}
	shelf_finish(&im->shelf, u, im->stage, end);
}

/* What became of an archive's member. */
static void
settle_member(struct import *im, struct unpacked *u, const struct job *j)
{
	u->inside--;
	u->staged += j->end == JOB_STAGED;
	u->failed += j->end == JOB_FAILED;
	if (j->end == JOB_NESTED)
		im->run->note("%s: an archive inside an archive is not unpacked", j->path);
	if (j->end != JOB_NESTED && j->end != JOB_NOT_AUDIO)
		return;
	u->skipped++;
	say_no_audio(im, j->path);
}

/* What is no audio has failed where that was asked for. */
static void
be_strict(struct job *j)
{
	if (j->end != JOB_NOT_AUDIO)
		return;
	j->end = JOB_FAILED;
	j->transient = false;
	err_set(&j->why, ERR_NOTAUDIO, "is no audio of a known format");
}

/* One that came back; takes it over. */
enum err_code
import_settle(struct import *im, struct job *j, struct err *e)
{
	struct import_counts *c = &im->run->counts;
	struct unpacked *from = j->from;
	enum err_code rc = ERR_NONE;

	if (im->run->options->strict)
		be_strict(j);
	im->handled += j->end != JOB_ARCHIVE;
	if (from != NULL)
		settle_member(im, from, j);
	if (j->unpack && j->end != JOB_UNPACKED)
		shelf_failed(&im->shelf);
	switch (j->end) {
	case JOB_STAGED:
		c->staged++;
		c->bytes += (int64_t)j->st.st_size;
		c->damaged += j->damaged;
		im->run->noted(j->path, j->damaged, j->notes.len > 0 ? j->notes.data : "");
		circuit_reached(im->circuit, j->path);
		batch_add(im->batch, j);
		break;
	case JOB_FAILED:
		import_say_failed(im, j->path, &j->why);
		circuit_failed(im->circuit, j->path, &j->why);
		batch_add(im->batch, j);
		break;
	case JOB_NOT_AUDIO:
		circuit_reached(im->circuit, j->path);
		if (from == NULL)
			import_skip(im, j->path);
		job_free(j);
		break;
	case JOB_ARCHIVE:
		shelf_meet(&im->shelf, j);
		break;
	case JOB_UNPACKED:
		shelf_put(&im->shelf, j);
		break;
	case JOB_BROKEN:
		*e = j->why;
		rc = e->code;
		job_free(j);
		break;
	case JOB_AGAIN:
	case JOB_NESTED:
	case JOB_IMPORTED:
	case JOB_STOPPED:
		job_free(j);
		break;
	}
	if (from != NULL && shelf_is_through(from))
		finish_archive(im, from);
	tell(im);
	return rc;
}

/* Settle what is done, and wait until at least `room` more jobs may be pushed. */
static enum err_code
collect(struct import *im, size_t room, struct err *e)
{
	for (;;) {
		bool wait = pool_room(im->pool) < room;
		struct job *j = pool_take(im->pool, wait ? RUN_POLL_MS : 0);

		if (j != NULL && import_settle(im, j, e) != ERR_NONE)
			return e->code;
		if (look_up(im, e) != ERR_NONE)
			return e->code;
		if (j == NULL && !wait)
			return ERR_NONE;
	}
}

/* Have it read, where that is wanted. */
static enum err_code
send(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct job *j;
	int wanted = import_wants(im, entry, from, e);

	if (wanted <= 0) {
		im->unread++;
		return wanted < 0 ? e->code : ERR_NONE;
	}
	if (collect(im, 1, e) != ERR_NONE)
		return e->code;
	j = job_new(entry->folder, entry->path);
	if (j == NULL)
		return err_memory(e);
	j->order = im->sent++;
	j->from = from;
	if (from != NULL) {
		from->inside++;
		im->members++;
	}
	pool_push(im->pool, j);
	return ERR_NONE;
}

/* Everything in an archive that lies unpacked. */
static enum err_code
walk_archive(struct import *im, struct unpacked *u, struct err *e)
{
	struct walk *w = NULL;
	struct walk_entry entry;
	enum walk_step step = WALK_FILE;

	if (walk_folder(&w, u->fd, u->path, e) != ERR_NONE)
		return e->code;
	while (e->code == ERR_NONE && step != WALK_END) {
		step = walk_next(w, &entry, e); /* the disk is the library's: so is any error */
		if (e->code == ERR_NONE && step == WALK_FILE) {
			unpack_borrow(u, &entry.st);
			(void)send(im, &entry, u, e);
		}
	}
	walk_free(w);
	u->walked = true;
	if (e->code == ERR_NONE && shelf_is_through(u))
		finish_archive(im, u);
	return e->code;
}

/* Archives go on as far as they can without waiting; what is through is recorded after its members. */
static enum err_code
work_on_archives(struct import *im, struct err *e)
{
	struct unpacked *u;
	struct job *j;

	for (;;) {
		while (pool_room(im->pool) > 0 && (j = shelf_next(&im->shelf)) != NULL)
			pool_push(im->pool, j);
		while ((j = shelf_take(&im->shelf)) != NULL) {
			if (j->end == JOB_STOPPED) {
				job_free(j);
				continue;
			}
			if (im->batch->n == BATCH_FILES && import_flush(im, e) != ERR_NONE) {
				job_free(j);
				return e->code;
			}
			batch_add(im->batch, j);
		}
		u = shelf_walk(&im->shelf);
		if (u == NULL)
			return ERR_NONE;
		if (walk_archive(im, u, e) != ERR_NONE)
			return e->code;
	}
}

/* Wait until no more than so many archives wait; with 0 for everything that is on its way. */
static enum err_code
wait_for_archives(struct import *im, size_t waiting, struct err *e)
{
	while (waiting == 0 ? pool_inside(im->pool) > 0 || !shelf_is_empty(&im->shelf)
			    : im->shelf.nwaiting > waiting) {
		if (pool_inside(im->pool) > 0 && collect(im, pool_room(im->pool) + 1, e) != ERR_NONE)
			return e->code;
		if (work_on_archives(im, e) != ERR_NONE)
			return e->code;
	}
	return work_on_archives(im, e);
}

static enum err_code
remember_missed(struct import *im, const char *path, struct err *e)
{
	char **more = realloc(im->missed, (im->nmissed + 1) * sizeof *more);

	if (more == NULL)
		return err_memory(e);
	im->missed = more;
	more[im->nmissed] = strdup(path);
	if (more[im->nmissed] == NULL)
		return err_memory(e);
	im->nmissed++;
	return ERR_NONE;
}

/* The walk could not look at a root, which the next import does anew; or below one at a folder, or at a file
 * that is to be tried again: these have failed. */
static enum err_code
miss(struct import *im, const struct finding *f, struct err *e)
{
	struct import_run *run = im->run;
	struct job *j;

	if (f->root) {
		circuit_root_failed(im->circuit, f->path, f->why);
		import_say_failed(im, f->path, f->why);
		return ERR_NONE;
	}
	if (remember_missed(im, f->path, e) != ERR_NONE)
		return e->code;
	if (im->batch->n == BATCH_FILES && import_flush(im, e) != ERR_NONE)
		return e->code;
	j = job_failed(f->path, f->why);
	if (j == NULL)
		return err_memory(e);
	j->transient =
	    j->transient || (run->due && f->why->code == ERR_NOTFOUND); /* a disk not mounted, say */
	j->order = im->sent++;
	if (run->retry)
		return import_settle(im, j, e);
	import_say_failed(im, f->path, f->why); /* its root was reached: nothing for the circuit breaker */
	batch_add(im->batch, j);
	return ERR_NONE;
}

/* True at the end of the walk. */
static bool
handle(struct import *im, struct finding *f, struct err *e)
{
	struct walk_entry entry = { f->folder, f->path != NULL ? path_base(f->path) : NULL, f->path, f->st,
		false };

	switch (f->step) {
	case WALK_END:
		break;
	case WALK_FILE:
		(void)send(im, &entry, NULL, e);
		break;
	case WALK_FAILED:
		(void)miss(im, f, e);
		break;
	case WALK_BROKEN:
		err_memory(e);
		break;
	}
	tell(im);
	return f->step == WALK_END;
}

enum err_code
import_walk(struct import *im, struct err *e)
{
	struct walk_counts counts;
	bool over = false;

	while (!over) {
		struct finding f = { 0 };

		if (look_up(im, e) != ERR_NONE)
			return e->code;
		if (scout_next(im->scout, &f, 0) || scout_next(im->scout, &f, RUN_POLL_MS))
			over = handle(im, &f, e);
		else
			(void)collect(im, 0, e);
		scout_release(&f);
		if (e->code != ERR_NONE)
			return e->code;
		if (!over &&
		    (work_on_archives(im, e) != ERR_NONE ||
			wait_for_archives(im, SHELF_WAITING, e) != ERR_NONE))
			return e->code;
	}
	counts = scout_counts(im->scout);
	im->run->counts.links += counts.links;
	im->run->counts.special += counts.special;
	if (wait_for_archives(im, 0, e) != ERR_NONE)
		return e->code;
	return import_flush(im, e);
}
