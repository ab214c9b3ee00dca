#include "intake/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "intake/batch.h"
#include "intake/beside.h"
#include "intake/circuit.h"
#include "intake/pool.h"
#include "intake/scout.h"
#include "intake/shelf.h"
#include "intake/walk.h"
#include "store/session/archives.h"
#include "store/session/items.h"
#include "store/session/session.h"

enum { POLL_MS = 100, LOOK_MS = 500, STOP_MS = 1500, DESCRIPTORS = 4096 };

/* What one run holds; all of it belongs to the calling thread but shared. */
struct import {
	struct import_run *run;
	struct job_shared shared;
	struct stage *stage;
	struct pool *pool;
	struct scout *scout;
	struct batch *batch;
	struct circuit *circuit;
	struct config config; /* the library's */
	struct shelf shelf;
	char state[16]; /* in which the session has to be */
	int64_t sent, handled;
	int64_t looked_ms; /* when it was last seen to be in that state */
	char **bases;      /* the session's roots, on retry */
	bool lost;         /* a sync or record failed: nothing more is recorded */
};

int
import_default_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 8 ? 8 : (int)n;
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
	im->run->counts.failed++;
	im->run->failed(path, why);
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
	if (batch_is_due(im->batch) && flush(im, e) != ERR_NONE)
		return e->code;
	if (now - im->looked_ms < LOOK_MS)
		return ERR_NONE;
	im->looked_ms = now;
	if (items_still(im->run->db, im->run->session, im->state, e) == ERR_STATE)
		im->lost = true;
	return e->code;
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
		c->damaged += j->damaged;
		if (j->notes.len > 0 && im->run->noted != NULL)
			im->run->noted(j->path, j->damaged, j->notes.data);
		circuit_reached(im->circuit, j->path);
		batch_add(im->batch, j);
		break;
	case JOB_FAILED:
		say_failed(im, j->path, &j->why);
		circuit_failed(im->circuit, j->path, &j->why);
		batch_add(im->batch, j);
		break;
	case JOB_NOT_AUDIO:
		circuit_reached(im->circuit, j->path);
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
		struct job *j = pool_take(im->pool, wait ? POLL_MS : 0);

		if (j != NULL && settle(im, j, e) != ERR_NONE)
			return e->code;
		if (look_up(im, e) != ERR_NONE)
			return e->code;
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
	if (beside_is_name(entry->name))
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

/* The walk could not look at something.  A file that was to be tried again has failed again; anything else
 * has no item, and the next import looks there anew. */
static enum err_code
miss(struct import *im, const struct finding *f, struct err *e)
{
	struct import_run *run = im->run;
	struct job *j;

	if (f->root)
		circuit_root_failed(im->circuit, f->path, f->why);
	if (f->root || !run->retry) {
		say_failed(im, f->path, f->why);
		return ERR_NONE;
	}
	j = job_failed(f->path, f->why);
	if (j == NULL)
		return err_memory(e);
	j->transient =
	    j->transient || (run->due && f->why->code == ERR_NOTFOUND); /* a disk not mounted, say */
	j->order = im->sent++;
	return settle(im, j, e);
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

static enum err_code
walk_all(struct import *im, struct err *e)
{
	struct walk_counts counts;
	bool over = false;

	while (!over) {
		struct finding f = { 0 };

		if (look_up(im, e) != ERR_NONE)
			return e->code;
		if (scout_next(im->scout, &f, 0) || scout_next(im->scout, &f, POLL_MS))
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

/* Have all threads end.  False where one is held up by a device. */
static bool
halt(struct import *im)
{
	bool ended = true;

	atomic_store(&im->shared.stop, 1);
	if (im->scout != NULL)
		(void)scout_stop(im->scout, 0);
	ended = pool_join(im->pool, STOP_MS);
	if (im->scout != NULL)
		ended = scout_stop(im->scout, POLL_MS) && ended;
	return ended;
}

/* The end before the end: record what is whole, remove the rest.  *e keeps the cause.  A COMMIT whose sync
 * failed may be found whole in the log by whoever opens the library next: then only unfinished files go. */
static void
wind_up(struct import *im)
{
	struct items_owner owner = { im->run->db, im->run->session };
	struct err more = { 0 }, ignored = { 0 };
	struct job *j;

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
start_threads(struct import *im, char **roots, size_t nroots, struct err *e)
{
	struct import_run *run = im->run;
	struct walk_options o = { run->options->dereference, db_path(run->db), im->bases, 0 };
	struct walk *walk = NULL;

	while (im->bases != NULL && im->bases[o.nbases] != NULL)
		o.nbases++;
	if (circuit_new(&im->circuit, im->bases != NULL ? im->bases : roots,
		im->bases != NULL ? o.nbases : nroots, e) != ERR_NONE ||
	    walk_new(&walk, roots, nroots, &o, e) != ERR_NONE || scout_start(&im->scout, walk, e) != ERR_NONE)
		return e->code;
	return pool_start(&im->pool, run->jobs, &im->shared, e);
}

static enum err_code
prepare(struct import *im, char **roots, size_t nroots, struct err *e)
{
	struct import_run *run = im->run;
	struct items_owner owner = { run->db, run->session };
	size_t nbases = 0;

	raise_limits();
	if (run->retry && session_roots(run->db, run->session, &im->bases, &nbases, e) != ERR_NONE)
		return e->code;
	im->batch = calloc(1, sizeof *im->batch);
	if (im->batch == NULL)
		return err_memory(e);
	batch_clear(im->batch);
	if (config_load(&im->config, run->db, e) != ERR_NONE ||
	    stage_make(run->db, run->session, e) != ERR_NONE ||
	    stage_open(&im->stage, run->db, run->session, e) != ERR_NONE ||
	    stage_tidy(im->stage, items_own, &owner, e) != ERR_NONE)
		return e->code;
	im->shared.options = run->options;
	im->shared.config = &im->config;
	im->shared.copy.stage = im->stage;
	im->shared.copy.mode = run->options->mode;
	im->shared.copy.stop = &im->shared.stop;
	return start_threads(im, roots, nroots, e);
}

/* In what state the session is, and what it counted before, where that stays. */
static enum err_code
take_up(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	struct session s = { 0 };

	if (session_load(run->db, run->session, &s, e) != ERR_NONE)
		return e->code;
	run->counts = (struct import_counts){ 0 };
	if (run->retry) {
		run->counts.unchanged = s.unchanged;
		run->counts.skipped = s.skipped;
	}
	snprintf(im->state, sizeof im->state, "%s", run->retry ? s.state : "staging");
	session_free(&s);
	return ERR_NONE;
}

/* A new session is staged now; one whose commit failed can be committed again. */
static enum err_code
finish(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	const char *state = im->state;

	if (!run->retry || strcmp(state, "failed") == 0) {
		if ((run->retry ? session_retry(run->db, run->session, e)
				: session_move(run->db, run->session, state, "staged", e)) != ERR_NONE)
			return e->code;
		state = "staged";
	}
	snprintf(run->state, sizeof run->state, "%s", state);
	return ERR_NONE;
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

static void
import_free(struct import *im)
{
	pool_free(im->pool);
	shelf_free(&im->shelf);
	scout_free(im->scout);
	circuit_free(im->circuit);
	paths_free(im->bases);
	config_free(&im->config);
	stage_close(im->stage);
	if (im->batch != NULL)
		batch_clear(im->batch);
	free(im->batch);
	pthread_mutex_destroy(&im->shared.big);
	free(im);
}

enum err_code
import_run(struct import_run *run, char **roots, size_t nroots, struct err *e)
{
	struct import *im = calloc(1, sizeof *im);
	struct err ignored = { 0 };
	bool ended = true;
	enum err_code rc;

	if (im == NULL)
		return err_memory(e);
	im->run = run;
	pthread_mutex_init(&im->shared.big, NULL);
	rc = take_up(im, e);
	if (rc == ERR_NONE)
		rc = prepare(im, roots, nroots, e);
	if (rc == ERR_NONE)
		rc = walk_all(im, e);
	if (rc != ERR_NONE && im->pool != NULL) {
		ended = halt(im);
		run->held_up = !ended;
		wind_up(im);
	}
	if (rc == ERR_NONE) {
		(void)pool_join(im->pool, -1); /* they have nothing left to do */
		snprintf(run->lacks, sizeof run->lacks, "%s", im->shared.lacks);
	}
	if (im->circuit != NULL && rc != ERR_STATE)
		(void)circuit_settle(im->circuit, run->db, &ignored); /* costs at most a few attempts more */
	if (rc == ERR_NONE)
		rc = finish(im, e);
	rc = clear_if_rejected(run, rc);
	if (ended) /* else a thread still has it, as long as the process lives */
		import_free(im);
	return rc;
}
