/* SPDX-License-Identifier: MIT */
/* schedules: what is due is run by lib-playlist, each thing beside the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/program.h"
#include "base/texts.h"
#include "base/time.h"
#include "cmd/lib-sweep/command.h"
#include "store/schedule/schedule.h"

enum { RUNS_MAX = 64, TICK_MS = 20, LOOK_MS = 1000 };

struct run {
	struct schedule s;
	pid_t pid;
};

/* Those that are at work, and what came of the others. */
static struct {
	struct run run[RUNS_MAX];
	int64_t id[RUNS_MAX]; /* the same, for schedule_take() */
	size_t n;
	int64_t runs, failed, missed;
} at_work;

static enum err_code
add_option(struct texts *argv, const char *name, const char *value, struct err *e)
{
	if (value != NULL)
		texts_printf(argv, e, "--%s=%s", name, value);
	return e->code;
}

/* Into a tree of copies the format is that of the files. */
static bool
is_copy(const struct schedule *s)
{
	return s->target != NULL && strcmp(s->target, "copy") == 0;
}

/* lib-playlist --library=... play p3 */
static enum err_code
command_line(const char *library, const struct schedule *s, struct texts *argv, struct err *e)
{
	char *program = program_sibling("lib-playlist", e);

	if (program == NULL)
		return e->code;
	texts_add(argv, program, e);
	free(program);
	if (e->code != ERR_NONE || add_option(argv, "library", library, e) != ERR_NONE ||
	    texts_add(argv, "--quiet", e) != ERR_NONE ||
	    (s->shuffle && texts_add(argv, "--shuffle", e) != ERR_NONE))
		return e->code;
	if (s->target != NULL && strcmp(s->target, "output") == 0 && !schedule_may_write(s->path))
		return err_set(e, ERR_DENIED, "%s is no playlist file", s->path);
	if ((s->target != NULL && add_option(argv, s->target, s->path, e) != ERR_NONE) ||
	    add_option(argv, is_copy(s) ? "convert" : "as", s->format, e) != ERR_NONE ||
	    add_option(argv, "relative-to", s->relative_to, e) != ERR_NONE ||
	    add_option(argv, "layout", s->layout, e) != ERR_NONE ||
	    add_option(argv, "fs", s->fs, e) != ERR_NONE ||
	    texts_add(argv, schedule_action_name(s->action), e) != ERR_NONE)
		return e->code;
	return texts_printf(argv, e, "p%lld", (long long)s->playlist);
}

static void
tell(const struct schedule *s)
{
	char text[256];

	snprintf(
	    text, sizeof text, "c%lld %s %s", (long long)s->id, schedule_action_name(s->action), s->name);
	sweep_tell("schedules", "run", text, -1);
}

static void
failed(const struct schedule *s, const struct err *why)
{
	struct err e = *why;

	at_work.failed++;
	err_context(&e, "schedule c%lld (%s %s)", (long long)s->id, schedule_action_name(s->action), s->name);
	cli_failed(&e);
}

/* It has ended, well or not: that is noted, and it is forgotten here. */
static void
ended(struct db *db, struct schedule *s, int status)
{
	struct err e = { 0 };

	if (schedule_ended(db, s, status, &e) != ERR_NONE)
		failed(s, &e);
	else if (status != 0) {
		err_set(&e, ERR_PARTIAL, "ended with status %d", status);
		failed(s, &e);
	}
	schedule_free(s);
}

static void
start(struct db *db, struct schedule *s)
{
	struct texts argv = { 0 };
	struct program program = { .ours = true, .in = -1, .out = -1 };
	struct run *r = &at_work.run[at_work.n];
	struct err e = { 0 };

	at_work.runs++;
	tell(s);
	if (command_line(db_path(db), s, &argv, &e) == ERR_NONE) {
		program.argv = argv.v;
		program_start(&program, &r->pid, &e);
	}
	texts_free(&argv);
	if (e.code != ERR_NONE) {
		cli_failed(&e);
		ended(db, s, err_status(e.code));
		return;
	}
	r->s = *s;
	at_work.id[at_work.n++] = s->id;
}

/* Those that have ended since; were there any? */
static bool
reap(struct db *db)
{
	size_t before = at_work.n;

	for (size_t i = at_work.n; i-- > 0;) {
		struct run *r = &at_work.run[i];
		struct err e = { 0 };
		int status = 0, done = program_ended(r->pid, &status, &e);

		if (done == 0)
			continue;
		ended(db, &r->s, done > 0 ? status : err_status(e.code));
		at_work.n--;
		at_work.run[i] = at_work.run[at_work.n];
		at_work.id[i] = at_work.id[at_work.n];
	}
	return at_work.n < before;
}

static enum err_code
start_due(struct db *db, struct err *e)
{
	struct schedule s = { 0 };

	while (at_work.n < RUNS_MAX && !cli_interrupted() &&
	    schedule_take(db, time_now(), at_work.id, at_work.n, &s, &at_work.missed, e) > 0) {
		start(db, &s);
		s = (struct schedule){ 0 };
	}
	return e->code;
}

/* Who is told to stop tells it to what runs. */
static void
pass_on(bool *told)
{
	if (!cli_interrupted() || *told)
		return;
	for (size_t i = 0; i < at_work.n; i++)
		program_stop(at_work.run[i].pid);
	*told = true;
}

/* While anything runs, what falls due meanwhile is run as well. */
static enum err_code
run_due(struct db *db, struct err *e)
{
	const struct timespec tick = { 0, TICK_MS * 1000000L };
	bool told = false;

	start_due(db, e);
	for (int ms = TICK_MS; at_work.n > 0; ms += TICK_MS) {
		nanosleep(&tick, NULL);
		pass_on(&told);
		if ((reap(db) || ms % LOOK_MS == 0) && e->code == ERR_NONE)
			start_due(db, e);
	}
	return e->code;
}

static void
counts(struct buf *b)
{
	json_int(b, cli_dry_run() ? "due" : "run", at_work.runs);
	json_int(b, "failed", at_work.failed);
	json_int(b, "missed", at_work.missed);
}

/* For `health`: nothing is noted where nothing was due. */
static void
note(struct db *db, int64_t started, struct err *e)
{
	enum err_code ended = e->code == ERR_NONE && at_work.failed > 0 ? ERR_PARTIAL : e->code;
	struct err noting = { 0 };
	struct buf b = { 0 };

	if (at_work.runs + at_work.missed == 0)
		return;
	json_object_begin(&b, NULL);
	counts(&b);
	json_object_end(&b);
	if (buf_ok(&b, &noting) == ERR_NONE)
		sweep_note_run(db, "schedules", started, err_status(ended), b.data, &noting);
	if (e->code == ERR_NONE)
		*e = noting;
	buf_free(&b);
}

static void
report(void)
{
	struct buf b = { 0 };

	if (cli_json()) {
		json_open(&b, "report");
		json_text(&b, "task", "schedules");
		counts(&b);
		if (cli_dry_run())
			json_bool(&b, "dry_run", true);
		json_close(&b);
	} else if (!cli_dry_run() && !cli_verbose())
		return;
	else if (at_work.runs + at_work.missed == 0)
		buf_printf(&b, "schedules:%s nothing to do", cli_dry_run() ? " would be:" : "");
	else if (cli_dry_run())
		buf_printf(&b, "schedules: would be: %lld run", (long long)at_work.runs);
	else
		buf_printf(&b, "schedules: %lld run, %lld failed, %lld missed", (long long)at_work.runs,
		    (long long)at_work.failed, (long long)at_work.missed);
	cli_print_line(NULL, &b);
	buf_free(&b);
}

void
sweep_schedules(struct err *e)
{
	struct db *db = NULL;
	struct db_options o = { .wait_ms = cli_wait_ms() };
	struct err look = { 0 };
	int64_t due = 0, started = time_now();

	/* mostly nothing is due, and looking writes nothing; but an older library wants to be brought up to
	 * date */
	if (db_open(&db, cli_library(), DB_READ, &o, NULL, &look) == ERR_NONE)
		schedule_count_due(db, time_now(), &due, &look);
	db_close(db);
	db = NULL;
	at_work.runs = cli_dry_run() ? due : 0;
	if (cli_dry_run())
		*e = look;
	else if ((due > 0 || look.code != ERR_NONE) &&
	    db_open(&db, cli_library(), DB_WRITE, &o, NULL, e) == ERR_NONE) {
		run_due(db, e);
		note(db, started, e);
	}
	db_close(db);
	if (e->code == ERR_NONE)
		report();
}
