/* SPDX-License-Identifier: MIT */
#include "intake/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/run/run.h"
#include "store/session/items.h"
#include "store/session/session.h"

enum { STOP_MS = 1500, DESCRIPTORS = 4096 };

int
import_default_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 8 ? 8 : (int)n;
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
		ended = scout_stop(im->scout, RUN_POLL_MS) && ended;
	if (im->counter != NULL)
		ended = scout_stop(im->counter, RUN_POLL_MS) && ended;
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
			(void)import_flush(im, &more);
		(void)import_settle(im, j, &ignored);
	}
	(void)import_flush(im, &more);
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
	const struct progress *p = run->progress;
	struct walk *walk = NULL;

	while (im->bases != NULL && im->bases[o.nbases] != NULL)
		o.nbases++;
	if (circuit_new(&im->circuit, im->bases != NULL ? im->bases : roots,
		im->bases != NULL ? o.nbases : nroots, e) != ERR_NONE ||
	    walk_new(&walk, roots, nroots, &o, e) != ERR_NONE || scout_start(&im->scout, walk, e) != ERR_NONE)
		return e->code;
	if (p != NULL && p->totals &&
	    (walk_new(&walk, roots, nroots, &o, e) != ERR_NONE ||
		scout_start_count(&im->counter, walk, e) != ERR_NONE))
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
	im->named = run->retry ? roots : NULL;
	im->nnamed = run->retry ? nroots : 0;
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
	im->shared.copy.rate.limit = run->limit_rate;
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

static bool
was_missed(const struct import *im, const char *path)
{
	for (size_t i = 0; i < im->nmissed; i++)
		if (strcmp(im->missed[i], path) == 0)
			return true;
	return false;
}

/* Folders that could not be listed before, and have been now. */
static enum err_code
forget_listed(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	char **paths = NULL;
	size_t n = 0;
	struct stat st;

	if (items_unseen(run->db, run->session, &paths, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		if (!was_missed(im, paths[i]) && stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
			items_forget(run->db, run->session, paths[i], e);
	paths_free(paths);
	return e->code;
}

/* A new session is staged now; one whose commit failed can be committed again. */
static enum err_code
finish(struct import *im, struct err *e)
{
	struct import_run *run = im->run;
	const char *state = im->state;

	if (forget_listed(im, e) != ERR_NONE)
		return e->code;
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
	scout_free(im->counter);
	shelf_free(&im->shelf);
	scout_free(im->scout);
	circuit_free(im->circuit);
	paths_free(im->bases);
	for (size_t i = 0; i < im->nmissed; i++)
		free(im->missed[i]);
	free(im->missed);
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
		rc = import_walk(im, e);
	if (rc != ERR_NONE && im->pool != NULL) {
		ended = halt(im);
		run->held_up = !ended;
		wind_up(im);
	}
	if (rc == ERR_NONE) {
		(void)pool_join(im->pool, -1); /* they have nothing left to do */
		ended = im->counter == NULL || scout_stop(im->counter, STOP_MS);
		run->held_up = !ended;
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
