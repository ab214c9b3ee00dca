/* SPDX-License-Identifier: MIT */
#include "intake/rebuild/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "intake/describe/art.h"
#include "intake/describe/cut.h"
#include "intake/describe/joiners.h"
#include "intake/rebuild/reader.h"
#include "store/blob.h"
#include "store/config.h"
#include "store/session/stage.h"
#include "store/sweep/adopt.h"

enum { BATCH = 256, BATCH_MS = 2000 };

/* One blob that was read, until it is recorded. */
struct found {
	struct reading job;
	char path[BLOB_PATH]; /* its name until then */
	struct buf record;    /* encoded */
	struct item_cover *covers;
	size_t ncovers;
};

struct run {
	struct rebuild *r;
	struct db *db;
	struct config config;
	struct stage *stage;
	struct reader *reader;
	struct unnamed *blobs;
	size_t nblobs, next, handled;
	struct found batch[BATCH];
	size_t n;
	int64_t since_ms, bytes;
};

static bool
is_stopped(const struct run *run)
{
	const struct progress *p = run->r->progress;

	return p != NULL && p->stop != NULL && *p->stop != 0;
}

static void
clear_batch(struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		record_free(&run->batch[i].job.record);
		buf_free(&run->batch[i].record);
		covers_free(run->batch[i].covers, run->batch[i].ncovers);
	}
	run->n = 0;
	run->since_ms = time_monotonic_ms();
}

/* The pictures of a batch, on the disk before their rows are. */
static enum err_code
sync_covers(struct run *run, struct err *e)
{
	char(*names)[BLOB_NAME];
	size_t n = 0, all = 0;

	for (size_t i = 0; i < run->n; i++)
		all += run->batch[i].ncovers;
	if (all == 0)
		return ERR_NONE;
	names = malloc(all * sizeof *names);
	if (names == NULL)
		return err_memory(e);
	for (size_t i = 0; i < run->n; i++)
		for (size_t k = 0; k < run->batch[i].ncovers; k++)
			blob_name(names[n++], run->batch[i].covers[k].sha256, run->batch[i].covers[k].suffix);
	stage_sync(run->stage, names, n, e);
	free(names);
	return e->code;
}

static struct item_new
item_of(const struct found *f)
{
	struct item_new it = { .path = f->path,
		.st = f->job.st,
		.seen = time_now(),
		.attempts = 1,
		.suffix = f->job.blob.suffix,
		.audio = f->job.record.has_audio ? f->job.record.audio : NULL,
		.record = f->record.data,
		.record_len = f->record.len,
		.covers = f->covers,
		.ncovers = f->ncovers };

	memcpy(it.sha256, f->job.blob.sha256, sizeof it.sha256);
	return it;
}

static enum err_code
flush(struct run *run, struct err *e)
{
	struct item_new *items;

	if (run->n == 0)
		return ERR_NONE;
	items = calloc(run->n, sizeof *items);
	if (items == NULL)
		return err_memory(e);
	for (size_t i = 0; i < run->n; i++)
		items[i] = item_of(&run->batch[i]);
	if (sync_covers(run, e) == ERR_NONE &&
	    adopt_record(run->db, run->r->session, items, run->n, e) == ERR_NONE)
		run->r->read += (int64_t)run->n;
	free(items);
	clear_batch(run);
	return e->code;
}

/* As an import describes a file, but for what lay beside it and what its name told. */
static enum err_code
describe(struct run *run, struct found *f, struct err *e)
{
	struct record *r = &f->job.record;
	static const struct folder nowhere;
	char name[16];

	snprintf(name, sizeof name, "x.%s", f->job.blob.suffix);
	if (cut_apply(r, &nowhere, name, e) != ERR_NONE || joiners_apply(r, &run->config, e) != ERR_NONE ||
	    art_embedded(r, run->stage, &f->covers, &f->ncovers, e) != ERR_NONE)
		return e->code;
	return record_encode(r, false, &f->record, e);
}

static enum err_code
keep(struct run *run, const struct reading *j, struct err *e)
{
	struct found *f = &run->batch[run->n];

	*f = (struct found){ .job = *j };
	blob_path(f->path, j->blob.sha256, j->blob.suffix);
	run->n++; /* clear_batch() releases it, whatever comes */
	if (describe(run, f, e) != ERR_NONE)
		return e->code;
	if (run->n == BATCH || time_monotonic_ms() - run->since_ms > BATCH_MS)
		return flush(run, e);
	return ERR_NONE;
}

static enum err_code
settle(struct run *run, struct reading *j, struct err *e)
{
	char path[BLOB_PATH];

	run->handled++;
	run->bytes += j->blob.size;
	switch (j->end) {
	case READ_AUDIO:
		return keep(run, j, e);
	case READ_NOT_AUDIO:
		run->r->pictures++; /* the tracks may name it, once they are there */
		return ERR_NONE;
	case READ_STOPPED:
		return ERR_NONE;
	case READ_BROKEN:
		*e = j->why;
		return e->code;
	case READ_DAMAGED:
		run->r->damaged++;
		break;
	case READ_FAILED:
		run->r->unreadable++;
		break;
	}
	blob_path(path, j->blob.sha256, j->blob.suffix);
	run->r->left(path, &j->why);
	return ERR_NONE;
}

static enum err_code
read_all(struct run *run, struct err *e)
{
	const struct progress *p = run->r->progress;
	struct reading j;

	for (;;) {
		if (is_stopped(run)) {
			reader_halt(run->reader);
			run->next = run->nblobs;
		}
		if (run->next < run->nblobs && reader_put(run->reader, &run->blobs[run->next])) {
			run->next++;
			continue;
		}
		if (run->next == run->nblobs && reader_inside(run->reader) == 0)
			break;
		if (reader_take(run->reader, &j) && settle(run, &j, e) != ERR_NONE)
			return e->code;
		if (p != NULL && p->report != NULL)
			p->report(
			    p->context, "reading", (int64_t)run->handled, (int64_t)run->nblobs, run->bytes);
	}
	if (flush(run, e) == ERR_NONE && is_stopped(run))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	return e->code;
}

/* Everything that is unnamed becomes an item of the session. */
static enum err_code
stage_all(struct run *run, struct err *e)
{
	if (config_load(&run->config, run->db, e) != ERR_NONE ||
	    stage_open(&run->stage, run->db, run->r->session, e) != ERR_NONE ||
	    reader_start(&run->reader, adopt_folder(run->db), run->r->jobs, e) != ERR_NONE)
		return e->code;
	return read_all(run, e);
}

static enum err_code
has_items(struct rebuild *r, bool *has, struct err *e)
{
	struct session s = { 0 };

	if (session_load(r->db, r->session, &s, e) == ERR_NONE)
		*has = s.staged > 0;
	r->read = s.staged;
	session_free(&s);
	return e->code;
}

/* A commit makes tracks of them.  Where two have one place, both are kept. */
static enum err_code
commit(struct rebuild *r, struct err *e)
{
	struct commit_options how = { .policy = CONFLICT_ATTACH, .progress = r->progress };
	bool has = false;

	if (has_items(r, &has, e) != ERR_NONE)
		return e->code;
	if (!has) {
		adopt_drop(r->db, r->session, e);
		r->session = 0;
		return e->code;
	}
	if (adopt_end(r->db, r->session, e) == ERR_NONE)
		commit_session(r->db, r->session, &how, &r->result, e);
	return e->code;
}

static void
run_end(struct run *run)
{
	reader_end(run->reader);
	clear_batch(run);
	stage_close(run->stage);
	config_free(&run->config);
	free(run->blobs);
	free(run);
}

enum err_code
rebuild_adopt(struct rebuild *r, struct err *e)
{
	struct run *run = calloc(1, sizeof *run);

	if (run == NULL)
		return err_memory(e);
	run->r = r;
	run->db = r->db;
	run->since_ms = time_monotonic_ms();
	if (adopt_list(r->db, r->progress != NULL ? r->progress->stop : NULL, &run->blobs, &run->nblobs, e) !=
		ERR_NONE ||
	    r->dry_run)
		goto out;
	if (run->nblobs == 0 ? adopt_find(r->db, &r->session, e) != ERR_NONE || r->session == 0 : false)
		goto out;
	if (adopt_begin(r->db, &r->session, e) == ERR_NONE && stage_all(run, e) == ERR_NONE)
		commit(r, e);
out:
	r->unnamed = (int64_t)run->nblobs;
	if (r->session != 0)
		db_unlock_session(r->db, r->session);
	run_end(run);
	return e->code;
}
