/* SPDX-License-Identifier: MIT */
/* From jobs to results that are kept. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/progress.h"
#include "base/time.h"
#include "cmd/lib-analyze/command.h"
#include "cmd/lib-analyze/pool.h"
#include "store/sound/near.h"
#include "store/sound/staged.h"

enum { BATCH = 16, BATCH_MS = 2000, NAME = 32 };

struct run {
	struct db *db;
	struct pool *pool;
	struct sound_result batch[BATCH];
	size_t n;
	int64_t since; /* when the first of the batch came */
	int64_t total, bytes, begun;
	int64_t analysed, failed, damaged, sound_ms;
	bool halted;
};

/* Results that say something of the file; what the system or a stop did is tried again. */
static bool
is_final(const struct sound_result *r)
{
	return r->failed.code == ERR_NONE || (r->failed.code == ERR_FORMAT && r->failed.sys != ETIMEDOUT);
}

/* "track 12", "item 7". */
static const char *
name_of(const struct sound_job *j, char name[NAME])
{
	snprintf(name, NAME, j->session != 0 ? "item %lld" : "track %lld",
	    (long long)(j->session != 0 ? j->item : j->track));
	return name;
}

static enum err_code
say(struct run *run, const struct sound_result *r, struct err *e)
{
	struct buf b = { 0 };
	char name[NAME];

	if (r->failed.code != ERR_NONE) {
		struct err one = r->failed;

		run->failed++;
		err_context(&one, "%s", name_of(&r->job, name));
		cli_failed(&one);
	} else if (r->sound.damage[0] != '\0') {
		run->damaged++;
		cli_warn("%s is damaged: %s", name_of(&r->job, name), r->sound.damage);
	}
	if (!cli_json())
		return ERR_NONE;
	json_open(&b, "sound");
	sound_json(r, &b);
	json_close(&b);
	buf_putc(&b, cli_separator());
	return cli_print(&b, e);
}

static enum err_code
keep(struct run *run, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->n && e->code == ERR_NONE; i++) {
		struct sound_result *r = &run->batch[i];

		if (r->failed.code == ERR_INTERRUPTED)
			continue;
		run->analysed += r->failed.code == ERR_NONE;
		run->sound_ms += r->sound.duration_ms;
		run->bytes += r->job.size;
		say(run, r, e);
		if (is_final(r))
			run->batch[kept++] = *r;
	}
	run->n = 0;
	if (e->code == ERR_NONE && kept > 0)
		sound_keep(run->db, run->batch, kept, e);
	return e->code;
}

/* Take out what there is, and keep it once there is enough or it has waited. */
static enum err_code
step(struct run *run, struct err *e)
{
	size_t n = pool_take(run->pool, run->batch + run->n, BATCH - run->n);

	if (n > 0 && run->n == 0)
		run->since = time_monotonic_ms();
	run->n += n;
	if (!run->halted &&
	    (cli_interrupted() ||
		(command.time_limit_ms > 0 && time_monotonic_ms() - run->begun >= command.time_limit_ms))) {
		pool_halt(run->pool, cli_interrupted());
		run->halted = true;
	}
	if (run->n == BATCH || (run->n > 0 && time_monotonic_ms() - run->since >= BATCH_MS))
		keep(run, e);
	cli_progress_draw(NULL, "analysing", run->analysed + run->failed, run->total, run->bytes);
	return e->code;
}

static enum err_code
summary(struct run *run, struct err *e)
{
	int64_t left = run->total - run->analysed - run->failed;
	struct buf b = { 0 };

	if (cli_json()) {
		json_open(&b, "summary");
		json_int(&b, "analysed", run->analysed);
		json_int(&b, "failed", run->failed);
		json_int(&b, "damaged", run->damaged);
		json_int(&b, "left", left);
		json_int(&b, "sound_ms", run->sound_ms);
		json_close(&b);
		buf_putc(&b, cli_separator());
		return cli_print(&b, e);
	}
	if (run->total == 0 && !cli_verbose())
		return ERR_NONE;
	cli_note("%lld analysed, %lld failed, %lld damaged, %lld left", (long long)run->analysed,
	    (long long)run->failed, (long long)run->damaged, (long long)left);
	return ERR_NONE;
}

/* What would be done. */
static enum err_code
list(const struct sound_job *jobs, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct buf b = { 0 };

		if (cli_json()) {
			json_open(&b, "sound");
			sound_job_json(&jobs[i], &b);
			json_array_begin(&b, "analyses");
		} else {
			buf_printf(
			    &b, "%lld\t", (long long)(jobs[i].session != 0 ? jobs[i].item : jobs[i].track));
		}
		for (int k = 0, any = 0; k < SOUND_KINDS; k++) {
			if ((jobs[i].task.kinds & 1U << k) == 0)
				continue;
			if (cli_json())
				json_text(&b, NULL, sound_infos[k].name);
			else
				buf_printf(&b, "%s%s", any++ > 0 ? "," : "", sound_infos[k].name);
		}
		if (cli_json()) {
			json_array_end(&b);
			json_close(&b);
		}
		buf_putc(&b, cli_separator());
		cli_print(&b, e);
	}
	return e->code;
}

enum err_code
analyze(struct db *db, struct err *e)
{
	struct sound_job *jobs = NULL;
	struct run *run = calloc(1, sizeof *run);
	size_t n = 0;

	if (run == NULL)
		return err_memory(e);
	if (!cli_dry_run() && sound_lock(db, e) != ERR_NONE)
		goto out;
	if (command.staged)
		sound_todo_staged(db, command.sessions, command.nsessions, &command.wish, &jobs, &n, e);
	else
		sound_todo(db, &command.wish, &jobs, &n, e);
	if (e->code != ERR_NONE)
		goto out;
	if (cli_dry_run()) {
		list(jobs, n, e);
		goto out;
	}
	run->db = db;
	run->total = (int64_t)n;
	run->begun = time_monotonic_ms();
	if (n > 0 && pool_start(&run->pool, db_path(db), jobs, n, command.jobs, e) != ERR_NONE)
		goto out;
	while (n > 0 && pool_left(run->pool) > 0 && step(run, e) == ERR_NONE)
		;
	if (n > 0 && pool_lacks(run->pool)[0] != '\0')
		cli_note("files were decoded without %s: this kernel has none", pool_lacks(run->pool));
	if (e->code == ERR_NONE && keep(run, e) == ERR_NONE)
		sound_pack(db, e);
	if (e->code == ERR_NONE)
		summary(run, e);
	if (e->code == ERR_NONE && cli_interrupted())
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	else if (e->code == ERR_NONE && run->damaged > 0)
		err_set(e, ERR_ATTENTION, "%s", "");
out:
	if (run->pool != NULL)
		pool_end(run->pool);
	free(jobs);
	free(run);
	return e->code;
}
