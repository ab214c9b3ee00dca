/* SPDX-License-Identifier: MIT */
#include "intake/run/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/blob.h"

void
batch_add(struct batch *b, struct job *j)
{
	b->jobs[b->n++] = j;
	b->records += (int64_t)j->record.len;
	if (j->end == JOB_STAGED)
		b->bytes += (int64_t)j->st.st_size;
}

bool
batch_is_due(const struct batch *b)
{
	return b->n == BATCH_FILES || b->bytes >= BATCH_BYTES || b->records >= BATCH_RECORDS ||
	    time_monotonic_ms() - b->since_ms >= BATCH_MS;
}

void
batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		job_free(b->jobs[i]);
	*b = (struct batch){ .since_ms = time_monotonic_ms(), .in_doubt = b->in_doubt };
}

/* The names of all files of the batch, covers included. */
static enum err_code
sync_files(const struct batch *b, struct stage *stage, struct err *e)
{
	char(*names)[BLOB_NAME];
	size_t n = 0, files = 0;
	enum err_code rc;

	for (size_t i = 0; i < b->n; i++)
		if (b->jobs[i]->end == JOB_STAGED)
			files += 1 + b->jobs[i]->ncovers;
	if (files == 0)
		return ERR_NONE;
	names = malloc(files * sizeof *names);
	if (names == NULL)
		return err_memory(e);
	for (size_t i = 0; i < b->n; i++) {
		const struct job *j = b->jobs[i];

		if (j->end != JOB_STAGED)
			continue;
		blob_name(names[n++], j->sha256, j->suffix);
		for (size_t c = 0; c < j->ncovers; c++)
			blob_name(names[n++], j->covers[c].sha256, j->covers[c].suffix);
	}
	rc = stage_sync(stage, names, n, e);
	free(names);
	return rc;
}

static struct item_new
item_of(const struct job *j)
{
	return (struct item_new){
		.path = j->path,
		.st = j->st,
		.linked = j->linked,
		.seen = j->seen,
		.attempts = j->attempts,
		.code = j->end == JOB_FAILED ? j->why.code : ERR_NONE,
		.archive = j->end == JOB_IMPORTED,
		.members = j->members,
		.reason = j->why.msg,
		.transient = j->transient,
		.suffix = j->suffix,
		.staged_ns = j->staged_ns,
		.audio = j->has_audio ? j->audio : NULL,
		.record = j->record.data,
		.record_len = j->record.len,
		.covers = j->covers,
		.ncovers = j->ncovers,
	};
}

static int
by_order(const void *a, const void *b)
{
	const struct job *p = *(struct job *const *)a, *q = *(struct job *const *)b;

	return (p->order > q->order) - (p->order < q->order);
}

enum err_code
batch_flush(struct batch *b, struct db *db, struct stage *stage, int64_t session, const char *state,
    const struct items_counts *counts, struct err *e)
{
	struct item_new *items = calloc(b->n + 1, sizeof *items);
	enum err_code rc = items == NULL ? err_memory(e) : ERR_NONE;

	qsort(b->jobs, b->n, sizeof b->jobs[0], by_order); /* ids come in the order of the names */
	for (size_t i = 0; rc == ERR_NONE && i < b->n; i++) {
		items[i] = item_of(b->jobs[i]);
		memcpy(items[i].sha256, b->jobs[i]->sha256, sizeof items[i].sha256);
	}
	if (rc == ERR_NONE)
		rc = sync_files(b, stage, e);
	if (rc == ERR_NONE) {
		rc = items_record(db, session, state, items, b->n, counts, e);
		b->in_doubt = b->in_doubt || rc != ERR_NONE;
	}
	free(items);
	batch_clear(b);
	return rc;
}
