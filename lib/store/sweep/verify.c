/* SPDX-License-Identifier: MIT */
/* Every blob against its name, oldest check first. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/time.h"
#include "store/layout.h"
#include "store/sweep/priv.h"
#include "store/sweep/scrub.h"

/* Checks are noted so many at a time; a file that changes while it is judged is read again so often. */
enum { NOTED = 512, NOTE_SECONDS = 5, TRIES = 3 };

struct verify {
	struct db *db;
	const struct sweep *s;
	struct sweep_report *r;
	struct scrub *scrub;
	int64_t *ids; /* of blobs, in the order in which they are read */
	size_t nids, next;
	int64_t right[NOTED]; /* to be noted */
	size_t nright;
	int64_t noted; /* when that was done last, monotonic ms */
	int64_t started, bytes, done;
};

static enum err_code
list_blobs(struct verify *v, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(v->db, "SELECT b.id FROM blob b WHERE" BLOB_IS_NAMED " ORDER BY b.verified, b.id", e);
	size_t cap = 0;

	if (st == NULL)
		return e->code;
	while (sql_step(v->db, st, e) == 1) {
		if (v->nids == cap) {
			int64_t *more;

			cap = cap == 0 ? 1024 : 2 * cap;
			more = realloc(v->ids, cap * sizeof *more);
			if (more == NULL) {
				err_memory(e);
				break;
			}
			v->ids = more;
		}
		v->ids[v->nids++] = sqlite3_column_int64(st, 0);
	}
	sql_done(st);
	return e->code;
}

/* Where the last run was cut short, what it left is what was checked longest ago, and what has come since. */
static enum err_code
only_the_rest(struct verify *v, struct err *e)
{
	sqlite3_stmt *st = sql_get(v->db,
	    "SELECT json_extract(counts, '$.left') + (SELECT count(*) FROM blob WHERE verified IS NULL"
	    " AND added > task.started) FROM task WHERE name = 'verify' AND json_extract(counts, '$.left') > "
	    "0",
	    e);
	int64_t left;

	if (st == NULL)
		return e->code;
	if (sql_step(v->db, st, e) == 1) {
		left = sqlite3_column_int64(st, 0);
		if ((uint64_t)left < v->nids)
			v->nids = (size_t)left;
	}
	sql_done(st);
	return e->code;
}

/* So many percent of them, each as likely as any other; at least one. */
static enum err_code
only_a_sample(struct verify *v, struct err *e)
{
	size_t want = (size_t)((double)v->nids * v->s->scrub.sample / 100 + 0.5), kept = 0;
	uint32_t random;

	if (want == 0)
		want = 1;
	for (size_t i = 0; i < v->nids; i++) {
		if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
			return err_set(e, ERR_IO, "the system gives no random numbers");
		if ((uint64_t)random * (v->nids - i) < (uint64_t)(want - kept) << 32)
			v->ids[kept++] = v->ids[i];
	}
	v->nids = kept;
	return ERR_NONE;
}

static enum err_code
choose(struct verify *v, struct err *e)
{
	if (list_blobs(v, e) != ERR_NONE || v->nids == 0)
		return e->code;
	if (v->s->scrub.sample > 0)
		return only_a_sample(v, e);
	return v->s->scrub.all ? ERR_NONE : only_the_rest(v, e);
}

/* Note that blobs were read and right. */
static enum err_code
note(struct verify *v, struct err *e)
{
	int64_t now = time_now();

	v->noted = time_monotonic_ms();
	if (v->nright == 0 || v->s->dry_run) {
		v->nright = 0;
		return ERR_NONE;
	}
	if (sql_begin(v->db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < v->nright && e->code == ERR_NONE; i++)
		sql_change(v->db, "UPDATE blob SET verified = ?2 WHERE id = ?1",
		    (const int64_t[]){ v->right[i], now }, 2, e);
	if (e->code != ERR_NONE || sql_commit(v->db, e) != ERR_NONE)
		sql_rollback(v->db);
	v->nright = 0;
	return e->code;
}

static enum err_code
finished(struct verify *v, struct scrub_job *j, struct err *e)
{
	char path[BLOB_PATH];

	if (j->verdict == SCRUB_UNFINISHED)
		return ERR_NONE;
	v->done++;
	if (j->verdict == SCRUB_FAILED) {
		blob_path(path, j->sha256, j->suffix);
		err_context(&j->e, "cannot read %s", path);
		sweep_add(v->r, "unchecked", 1);
		sweep_failed(v->s, &j->e);
		return ERR_NONE;
	}
	if (j->verdict != SCRUB_RIGHT || j->marked) {
		int again = sweep_settle(v->db, v->s, v->r, j, e);

		if (again == 1 && ++j->tries < TRIES && scrub_put(v->scrub, j))
			v->done--; /* its place is free again: nobody else puts */
		return e->code;
	}
	v->bytes += j->size;
	v->right[v->nright++] = j->blob;
	if (v->nright == NOTED || time_monotonic_ms() - v->noted > NOTE_SECONDS * 1000)
		return note(v, e);
	return ERR_NONE;
}

/* The next job: 1, 0 there is none, -1. */
static int
next(struct verify *v, struct scrub_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(v->db,
	    "SELECT sha256, suffix, size, damaged OR EXISTS (SELECT 1 FROM file WHERE blob_id = blob.id"
	    " AND state IN ('missing', 'damaged')) FROM blob WHERE id = ?1",
	    e);
	int row = 0;

	if (st == NULL)
		return -1;
	*j = (struct scrub_job){ 0 };
	while (row == 0 && v->next < v->nids) {
		j->blob = v->ids[v->next++];
		sql_int(st, 1, j->blob);
		row = sql_step(v->db, st, e);
		if (row == 1) {
			memcpy(j->sha256, sqlite3_column_blob(st, 0), sizeof j->sha256);
			strncpy(j->suffix, (const char *)sqlite3_column_text(st, 1), sizeof j->suffix - 1);
			j->size = sqlite3_column_int64(st, 2);
			j->marked = sqlite3_column_int(st, 3) != 0;
		}
		sqlite3_reset(st);
	}
	sql_done(st);
	return row;
}

static bool
is_over(const struct verify *v)
{
	int64_t limit = v->s->scrub.time_limit_ms;

	return sweep_stopped(v->s) || (limit > 0 && time_monotonic_ms() - v->started >= limit);
}

static enum err_code
feed_and_judge(struct verify *v, struct err *e)
{
	struct scrub_job waiting, ended;
	bool has_one = false;
	int more = 1;

	for (;;) {
		if (sweep_stopped(v->s))
			scrub_halt(v->scrub);
		if (is_over(v))
			more = 0;
		if (!has_one && more == 1 && (more = next(v, &waiting, e)) == 1)
			has_one = true;
		if (more == 1 && has_one && scrub_put(v->scrub, &waiting)) {
			has_one = false;
			continue;
		}
		if (e->code != ERR_NONE || (more != 1 && scrub_working(v->scrub) == 0))
			return e->code;
		if (scrub_take(v->scrub, &ended) && finished(v, &ended, e) != ERR_NONE)
			return e->code;
		if (v->s->progress != NULL)
			v->s->progress(NULL, "verifying", v->done, (int64_t)v->nids, v->bytes);
	}
}

enum err_code
sweep_verify(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct verify v = {
		.db = db, .s = s, .r = r, .started = time_monotonic_ms(), .noted = time_monotonic_ms()
	};
	struct err noting = { 0 };

	sweep_low_priority();
	if (sweep_soundness(db, s, r, e) == ERR_NONE && choose(&v, e) == ERR_NONE &&
	    (v.nids == 0 || layout_check_blobs(db->dirfd, e) == ERR_NONE) &&
	    scrub_start(&v.scrub, db->dirfd, s->scrub.jobs, s->scrub.rate, e) == ERR_NONE) {
		feed_and_judge(&v, e);
		if (note(&v, &noting) != ERR_NONE && e->code == ERR_NONE)
			*e = noting;
	}
	scrub_end(v.scrub);
	sweep_add(r, "checked", v.done);
	sweep_add(r, "bytes", v.bytes);
	sweep_add(r, "left", s->scrub.sample > 0 ? 0 : (int64_t)v.nids - v.done);
	if (e->code == ERR_NONE && sweep_stopped(s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	sweep_sum_up(r, e);
	free(v.ids);
	return e->code;
}
