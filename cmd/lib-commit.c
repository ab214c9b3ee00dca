/* lib-commit - make staged imports part of the library */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/progress.h"
#include "base/time.h"
#include "store/commit/commit.h"
#include "store/commit/report.h"

enum { O_LIST = CLI_LONG, O_SHOW, O_REJECT, O_RETRY, O_ALL, O_IDS, O_CONFLICT };

static const struct opt opts[] = {
	{ O_LIST, "list", NULL, "list the sessions that are open" },
	{ O_SHOW, "show", "SESSION", "show what a commit would do, item by item" },
	{ O_REJECT, "reject", "SESSION", "give a session up and clear its files" },
	{ O_RETRY, "retry", "SESSION", "commit a session that failed" },
	{ O_ALL, "all", NULL, "commit every staged session" },
	{ O_IDS, "ids", NULL, "print the ids of the tracks, not a line per session" },
	{ O_CONFLICT, "on-conflict", "WHAT", "another file of a track: attach, fail, ignore or skip" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};
static const struct cli cli = {
	.name = "lib-commit",
	.operands = "[SESSION]...",
	.summary = "Make staged imports part of the library.",
	.opts = opts,
	.more = "Without a SESSION they are read from standard input, one a line:\n"
		"  lib-import ~/Music | lib-commit\n",
};

static struct progress progress = { cli_progress_draw, NULL, &cli_stop };
static struct commit_options how = { .progress = &progress };
static int action; /* O_LIST, O_SHOW, O_REJECT, O_RETRY, O_ALL, or 0: commit */
static bool ids;
static struct db *db;
static int done, failed; /* sessions; busy ones are neither */

/* Only when it is needed: in a pipe the library may be made while this runs. */
static enum err_code
open_library(struct err *e)
{
	struct db_options o = { .wait_ms = cli_wait_ms() };
	bool reads = action == O_LIST || action == O_SHOW || cli_dry_run();

	if (db != NULL)
		return ERR_NONE;
	return db_open(&db, cli_library(), reads ? DB_READ : DB_WRITE, &o, NULL, e);
}

static void
print_track(void *unused, int64_t track)
{
	struct buf line = { 0 };

	report_track(track, cli_json(), &line);
	cli_print_line(unused, &line);
	buf_free(&line);
}

/* A line, unless memory was out for it. */
static enum err_code
print(struct buf *line, struct err *e)
{
	buf_putc(line, cli_separator());
	return cli_print(line, e);
}

static enum err_code
commit(int64_t id, struct err *e)
{
	int64_t start = time_monotonic_ms();
	struct commit_result r;
	struct buf line = { 0 };

	if (commit_session(db, id, &how, &r, e) != ERR_NONE)
		return e->code;
	if (ids) {
		commit_tracks(db, id, print_track, NULL, e);
	} else {
		report_commit(id, &r, how.dry_run, cli_json(), &line);
		(void)print(&line, e);
	}
	if (cli_verbose())
		cli_note("s%" PRId64 ": %" PRId64 " ms", id, time_monotonic_ms() - start);
	return e->code;
}

static enum err_code
reject(int64_t id, struct err *e)
{
	struct buf line = { 0 };
	struct session s = { 0 };

	if (!cli_dry_run() && session_reject(db, id, e) != ERR_NONE)
		return e->code;
	if (session_load(db, id, &s, e) != ERR_NONE)
		return e->code;
	report_rejected(&s, cli_dry_run(), cli_json(), &line);
	session_free(&s);
	return print(&line, e);
}

static enum err_code
show(int64_t id, struct err *e)
{
	struct session s = { 0 };

	if (session_load(db, id, &s, e) == ERR_NONE &&
	    report_items(db, id, how.policy, &progress, cli_json(), cli_print_line, NULL, e) == ERR_NONE &&
	    s.commit_error != NULL)
		cli_note("the last commit of s%" PRId64 " failed: %s", id, s.commit_error);
	session_free(&s);
	return e->code;
}

/* One session by its name; its error does not stop the others.  False: stop, *e tells why. */
static bool
work_on(const char *name, struct err *e)
{
	struct err own = { 0 };
	int64_t id;

	if (open_library(e) != ERR_NONE)
		return false;
	if (session_parse(name, &id, &own) != ERR_NONE)
		;
	else if (action == O_REJECT)
		reject(id, &own);
	else if (action == O_SHOW)
		show(id, &own);
	else
		commit(id, &own);
	if (own.code == ERR_INTERRUPTED || cli_interrupted()) {
		err_set(e, ERR_INTERRUPTED, "stopped; to go on: lib-commit %s", name);
		return own.code == ERR_NONE;
	}
	done += own.code == ERR_NONE;
	failed += own.code != ERR_NONE && own.code != ERR_BUSY;
	if (own.code != ERR_NONE)
		cli_failed(&own);
	return true;
}

static void
work_on_stdin(struct err *e)
{
	char *line;
	int found = 0;

	if (isatty(STDIN_FILENO))
		cli_usage("name a session, or give them on standard input (lib-commit --list shows them)");
	while (!cli_interrupted() && cli_read_record(&line, e) == 1) {
		bool go_on = *line == '\0' || work_on(line, e);

		found += *line != '\0';
		free(line);
		if (!go_on)
			return;
	}
	if (found == 0 && e->code == ERR_NONE)
		err_set(e, ERR_NOMATCH, "no session on standard input: nothing to commit");
}

static void
work_on_all(struct err *e)
{
	int64_t *list = NULL;
	size_t n = 0;
	char name[24];

	if (open_library(e) != ERR_NONE || session_list(db, "staged", &list, &n, e) != ERR_NONE)
		return;
	if (n == 0)
		err_set(e, ERR_NOMATCH, "no session is staged");
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, "s%" PRId64, list[i]);
		if (!work_on(name, e))
			break;
	}
	free(list);
}

static void
list_open(struct err *e)
{
	if (open_library(e) == ERR_NONE)
		report_open_sessions(db, cli_json(), cli_print_line, NULL, e);
}

/* The session that was named with the action, or NULL. */
static const char *
read_options(int argc, char **argv)
{
	const char *value, *subject = NULL;
	struct err e = { 0 };
	int key;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		if (key == O_IDS) {
			ids = true;
		} else if (key == O_CONFLICT) {
			if (conflict_parse(value, &how.policy, &e) != ERR_NONE)
				cli_usage("--on-conflict: %s", e.msg);
		} else {
			if (action != 0 && action != key)
				cli_usage("only one of --list, --show, --reject, --retry and --all");
			if (subject != NULL && value != NULL)
				cli_usage("the option takes one session; name further ones as operands");
			action = key;
			subject = value;
		}
	}
	if ((action == O_LIST || action == O_ALL) && cli_noperands() > 0)
		cli_usage("--list and --all take no SESSION");
	how.retry = action == O_RETRY;
	how.dry_run = cli_dry_run();
	return subject;
}

int
main(int argc, char **argv)
{
	const char *subject = read_options(argc, argv);
	struct err e = { 0 };

	cli_catch_signals();
	if (action == O_LIST)
		list_open(&e);
	else if (action == O_ALL)
		work_on_all(&e);
	else if (subject == NULL && cli_noperands() == 0)
		work_on_stdin(&e);
	else if (subject == NULL || work_on(subject, &e))
		for (char **name = cli_operands(); *name != NULL && work_on(*name, &e); name++)
			;
	if (done == 0 && failed > 0 && e.code == ERR_NONE)
		e.code = ERR_STATE; /* each was told already: nothing was done */
	db_close(db);
	return cli_finish(&e);
}
