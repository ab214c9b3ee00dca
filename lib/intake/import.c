#include "intake/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "intake/art.h"
#include "intake/batch.h"
#include "intake/pool.h"
#include "intake/shelf.h"
#include "intake/walk.h"
#include "store/session/archives.h"
#include "store/session/items.h"
#include "store/session/session.h"

enum { POLL_MS = 100, DESCRIPTORS = 4096 };

/* What one run holds; all of it belongs to the calling thread but shared. */
struct import {
	struct import_run *run;
	struct job_shared shared;
	struct stage *stage;
	struct pool *pool;
	struct walk *walk;
	struct batch *batch;
	struct shelf shelf;
	const char *state; /* in which the session has to be */
	int64_t sent, handled;
	char **bases; /* the session's roots, on retry */
	bool lost;    /* a sync or record failed: nothing more is recorded */
};

int
import_default_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 8 ? 8 : (int)n;
}

enum err_code
import_begin(struct db *db, char **roots, size_t nroots, const struct import_options *o, int64_t *session,
    bool *resumed, struct err *e)
{
	struct buf json = { 0 };
	int64_t id = 0;

	if (options_json(o, &json, e) != ERR_NONE)
		goto out;
	for (;;) {
		if (session_find(db, roots, nroots, json.data, &id, e) != ERR_NONE)
			goto out;
		*resumed = id != 0;
		if (id == 0)
			(void)session_create(db, roots, nroots, json.data, &id, e);
		else if (db_lock_session(db, id, e) == ERR_NONE)
			(void)session_move(db, id, "staging", "staging", e);
		if (id == 0 || e->code != ERR_STATE)
			break;
		/* whoever had it came to its end between our look and our lock */
		db_unlock_session(db, id);
		*e = (struct err){ 0 };
	}
	if (e->code == ERR_NONE)
		*session = id;
out:
	buf_free(&json);
	return e->code;
}

enum err_code
import_resume(struct db *db, int64_t session, bool retry, char ***roots, size_t *nroots,
    struct import_options *o, struct err *e)
{
	struct session s = { 0 };
	bool can;

	if (session_load(db, session, &s, e) != ERR_NONE)
		return e->code;
	can = strcmp(s.state, "staging") == 0 || (retry && strcmp(s.state, "staged") == 0);
	if (!can)
		err_set(e, ERR_STATE, "session s%" PRId64 " is %s: %s", session, s.state,
		    retry ? "its files cannot be tried again, import them anew"
			  : "there is nothing to go on with");
	session_free(&s);
	if (!can || db_lock_session(db, session, e) != ERR_NONE ||
	    options_load(o, db, session, e) != ERR_NONE)
		return e->code;
	if (retry) {
		if (session_failed_paths(db, session, roots, nroots, e) == ERR_NONE)
			roots_of_items(*roots, nroots);
		return e->code;
	}
	if (session_move(db, session, "staging", "staging", e) != ERR_NONE)
		return e->code;
	return session_roots(db, session, roots, nroots, e);
}

static bool
is_stopped(const struct import *im)
{
	const struct progress *p = im->run->progress;

	return p != NULL && p->stop != NULL && *p->stop != 0;
}

static void
say_failed(struct import *im, const char *path, const struct err *why)
{
	struct err e = *why;

	if (path != NULL)
		err_context(&e, "%s", path);
	im->run->counts.failed++;
	im->run->failed(&e);
}

static void
tell(struct import *im)
{
	const struct progress *p = im->run->progress;

	if (p != NULL && p->report != NULL)
		p->report(p->context, "staging", im->handled, 0, im->run->counts.bytes);
}

/* What was not recorded does not count. */
static void
uncount(struct import *im, struct import_counts before)
{
	im->run->counts.staged -= before.staged;
	im->run->counts.bytes -= before.bytes;
}

static enum err_code
flush(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	struct import_counts inside = { 0 };
	enum err_code rc = ERR_NONE;

	for (size_t i = 0; i < im->batch->n; i++)
		inside.staged += im->batch->jobs[i]->end == JOB_STAGED;
	inside.bytes = im->batch->bytes;
	if (im->lost)
		batch_clear(im->batch);
	else
		rc = batch_flush(im->batch, run->db, im->stage, run->session, im->state,
		    run->counts.unchanged, run->counts.skipped, e);
	if (im->lost || rc != ERR_NONE)
		uncount(im, inside);
	im->lost = im->lost || rc != ERR_NONE;
	return rc;
}

/* A file without audio: an error only where that was asked for. */
static void
skip(struct import *im, const char *path)
{
	struct err e = { 0 };

	im->run->counts.skipped++;
	if (!im->run->options->strict)
		return;
	err_set(&e, ERR_NOTAUDIO, "is no audio that we know");
	say_failed(im, path, &e);
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
		say_failed(im, u->job->path, &u->why);
	} else if (!audio) {
		skip(im, u->job->path);
	}
	shelf_finish(&im->shelf, u, im->stage, end);
}

/* What became of an archive's member. */
static void
settle_member(struct import *im, struct unpacked *u, const struct job *j)
{
	struct err e = { 0 };

	u->inside--;
	u->staged += j->end == JOB_STAGED;
	u->failed += j->end == JOB_FAILED;
	if (j->end == JOB_NESTED)
		im->run->note("%s: an archive inside an archive is not unpacked", j->path);
	if (j->end != JOB_NESTED && j->end != JOB_NOT_AUDIO)
		return;
	u->skipped++;
	if (!im->run->options->strict)
		return;
	err_set(&e, ERR_NOTAUDIO, "is no audio that we know");
	say_failed(im, j->path, &e);
}

/* One that came back; takes it over. */
static enum err_code
settle(struct import *im, struct job *j, struct err *e)
{
	struct import_counts *c = &im->run->counts;
	struct unpacked *from = j->from;
	enum err_code rc = ERR_NONE;

	im->handled += j->end != JOB_ARCHIVE;
	if (from != NULL)
		settle_member(im, from, j);
	if (j->unpack && j->end != JOB_UNPACKED)
		shelf_failed(&im->shelf);
	switch (j->end) {
	case JOB_STAGED:
		c->staged++;
		c->bytes += (int64_t)j->st.st_size;
		batch_add(im->batch, j);
		break;
	case JOB_FAILED:
		say_failed(im, j->path, &j->why);
		batch_add(im->batch, j);
		break;
	case JOB_NOT_AUDIO:
		if (from == NULL)
			skip(im, j->path);
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
		struct job *j = pool_take(im->pool, wait ? POLL_MS : 0);

		if (is_stopped(im))
			atomic_store(&im->shared.stop, 1);
		if (j != NULL && settle(im, j, e) != ERR_NONE)
			return e->code;
		if (batch_is_due(im->batch) && flush(im, e) != ERR_NONE)
			return e->code;
		if (is_stopped(im))
			return err_set(e, ERR_INTERRUPTED, "stopped");
		if (j == NULL && !wait)
			return ERR_NONE;
	}
}

/* Is it an archive that was imported?  As is_wanted(). */
static int
is_known_archive(struct import *im, const struct walk_entry *entry, struct err *e)
{
	struct import_run *run = im->run;
	int64_t members = 0;

	switch (archives_find(run->db, run->session, entry->path, &entry->st, &members, e)) {
	case ARCHIVE_NEW:
		return 1;
	case ARCHIVE_STAGED:
		run->counts.earlier += members;
		break;
	case ARCHIVE_UNCHANGED:
		run->counts.unchanged += members;
		break;
	case ARCHIVE_ERROR:
		return -1;
	}
	im->handled++;
	if (members == 0)
		skip(im, entry->path);
	return 0;
}

/* What this session knows of it; as is_wanted(). */
static int
is_new(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct import_run *run = im->run;
	struct err why = { 0 };
	char *reason = NULL;

	switch (items_find(run->db, run->session, entry->path, &entry->st, &reason, e)) {
	case ITEM_NEW:
		return from != NULL ? 1 : is_known_archive(im, entry, e);
	case ITEM_STAGED:
		run->counts.earlier++;
		if (from != NULL)
			from->known++;
		return 0;
	case ITEM_FAILED:
		if (run->retry) {
			free(reason);
			return 1;
		}
		err_set(&why, ERR_PARTIAL, "failed before (lib-import --retry s%" PRId64 " tries again): %s",
		    run->session, reason);
		say_failed(im, entry->path, &why);
		if (from != NULL)
			from->failed++;
		free(reason);
		return 0;
	case ITEM_ERROR:
		break;
	}
	return -1;
}

/* 1: it has to be read; 0: it need not; -1.  A retry wants what it names, and of an archive what is not
 * there. */
static int
is_wanted(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct import_run *run = im->run;
	int same;

	if (run->retry && from == NULL)
		return 1;
	if (art_is_name(entry->name))
		return 0;
	same = source_unchanged(run->db, entry->path, &entry->st, e);
	if (same < 0)
		return -1;
	if (same == 0)
		return is_new(im, entry, from, e);
	im->handled++;
	run->counts.unchanged += !run->retry; /* which counted it before */
	if (from != NULL)
		from->known++;
	return 0;
}

/* from: the archive that it lies in, or NULL. */
static enum err_code
send(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct job *j;
	int wanted = is_wanted(im, entry, from, e);

	if (wanted <= 0)
		return wanted < 0 ? e->code : ERR_NONE;
	if (collect(im, 1, e) != ERR_NONE)
		return e->code;
	j = job_new(entry->folder, entry->path);
	if (j == NULL)
		return err_memory(e);
	j->order = im->sent++;
	j->from = from;
	if (from != NULL)
		from->inside++;
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
			if (im->batch->n == BATCH_FILES && flush(im, e) != ERR_NONE) {
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
walk_all(struct import *im, struct err *e)
{
	struct walk_entry entry;
	enum walk_step step;

	for (;;) {
		struct err why = { 0 };

		if (is_stopped(im))
			return err_set(e, ERR_INTERRUPTED, "stopped");
		if (batch_is_due(im->batch) && flush(im, e) != ERR_NONE)
			return e->code;
		step = walk_next(im->walk, &entry, &why);
		if (step == WALK_END)
			break;
		if (step == WALK_BROKEN) {
			*e = why;
			return e->code;
		}
		if (step == WALK_FAILED)
			say_failed(im, NULL, &why);
		else if (send(im, &entry, NULL, e) != ERR_NONE || work_on_archives(im, e) != ERR_NONE ||
		    wait_for_archives(im, SHELF_WAITING, e) != ERR_NONE)
			return e->code;
		tell(im);
	}
	im->run->counts.links += walk_counts(im->walk)->links;
	im->run->counts.special += walk_counts(im->walk)->special;
	if (wait_for_archives(im, 0, e) != ERR_NONE)
		return e->code;
	return flush(im, e);
}

static int
keep_all(void *context, const uint8_t sha256[32], struct err *e)
{
	(void)context;
	(void)sha256;
	(void)e;
	return 1;
}

/* The end before the end: record what is whole, remove the rest.  *e keeps the cause.  A COMMIT whose sync
 * failed may be found whole in the log by whoever opens the library next: then only unfinished files go. */
static void
wind_up(struct import *im)
{
	struct items_owner owner = { im->run->db, im->run->session };
	struct err more = { 0 }, ignored = { 0 };
	struct job *j;

	atomic_store(&im->shared.stop, 1);
	pool_join(im->pool);
	while ((j = pool_take(im->pool, 0)) != NULL) {
		if (im->batch->n == BATCH_FILES)
			(void)flush(im, &more);
		(void)settle(im, j, &ignored);
	}
	(void)flush(im, &more);
	more = (struct err){ 0 };
	/* what stays the next run removes */
	(void)stage_tidy(im->stage, im->batch->in_doubt ? keep_all : items_own, &owner, &more);
}

static void
raise_limits(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= DESCRIPTORS)
		return;
	l.rlim_cur = l.rlim_max < DESCRIPTORS ? l.rlim_max : DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &l);
}

static enum err_code
prepare(struct import *im, char **roots, size_t nroots, struct err *e)
{
	struct import_run *run = im->run;
	struct items_owner owner = { run->db, run->session };
	struct walk_options walk = { run->options->dereference, db_path(run->db), NULL, 0 };

	raise_limits();
	if (run->retry) {
		if (session_roots(run->db, run->session, &im->bases, &walk.nbases, e) != ERR_NONE)
			return e->code;
		walk.bases = im->bases;
	}
	im->batch = calloc(1, sizeof *im->batch);
	if (im->batch == NULL)
		return err_memory(e);
	batch_clear(im->batch);
	if (stage_make(run->db, run->session, e) != ERR_NONE ||
	    stage_open(&im->stage, run->db, run->session, e) != ERR_NONE ||
	    stage_tidy(im->stage, items_own, &owner, e) != ERR_NONE ||
	    walk_new(&im->walk, roots, nroots, &walk, e) != ERR_NONE)
		return e->code;
	im->shared.options = run->options;
	im->shared.copy.stage = im->stage;
	im->shared.copy.mode = run->options->mode;
	im->shared.copy.stop = &im->shared.stop;
	return pool_start(&im->pool, run->jobs, &im->shared, e);
}

/* Somebody may have rejected the session meanwhile; who works on it clears up. */
static enum err_code
clear_if_rejected(struct import_run *run, enum err_code rc)
{
	struct session s = { 0 };
	struct err ignored = { 0 };

	if (rc == ERR_STATE && session_load(run->db, run->session, &s, &ignored) == ERR_NONE &&
	    strcmp(s.state, "rejected") == 0)
		(void)session_clear_staging(run->db, run->session, NULL, NULL, &ignored);
	session_free(&s);
	return rc;
}

enum err_code
import_run(struct import_run *run, char **roots, size_t nroots, struct err *e)
{
	struct import im = { .run = run, .state = "staging" };
	struct session s = { 0 };
	enum err_code rc;

	run->counts = (struct import_counts){ 0 };
	if (run->retry) { /* what it counted before stays */
		if (session_load(run->db, run->session, &s, e) != ERR_NONE)
			return e->code;
		run->counts.unchanged = s.unchanged;
		run->counts.skipped = s.skipped;
		if (strcmp(s.state, "staged") == 0)
			im.state = "staged";
		session_free(&s);
	}
	rc = prepare(&im, roots, nroots, e);
	if (rc == ERR_NONE) {
		rc = walk_all(&im, e);
		if (rc != ERR_NONE)
			wind_up(&im);
	}
	pool_free(im.pool);
	shelf_free(&im.shelf);
	if (rc == ERR_NONE && !run->retry)
		rc = session_move(run->db, run->session, "staging", "staged", e);
	walk_free(im.walk);
	paths_free(im.bases);
	stage_close(im.stage);
	if (im.batch != NULL)
		batch_clear(im.batch);
	free(im.batch);
	return clear_if_rejected(run, rc);
}
