/* SPDX-License-Identifier: MIT */
/* Sessions: committed, retried, rejected, shown, listed; one that fails does not stop the others. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-commit/command.h"
#include "store/commit/leave.h"
#include "store/commit/report.h"

typedef enum err_code work(struct db *db, int64_t session, struct err *e);

static struct {
	int done, failed; /* sessions; busy ones are neither */
} count;

static void
print_track(void *unused, int64_t track)
{
	struct buf line = { 0 };

	report_track(track, cli_json(), &line);
	cli_print_line(unused, &line);
	buf_free(&line);
}

static void
stays(const char *path, const char *state, const char *reason)
{
	cli_note("%s stays where it is: %s", path, report_why_stays(state, reason));
}

/* Sources of moves that were cut short, whatever else there is to do. */
static void
finish_moves(void)
{
	struct leave how = { .stop = &cli_stop, .progress = &command.progress, .failed = cli_failed };
	struct err why = { 0 };
	struct db *db = cli_dry_run() || cli_interrupted() ? NULL : command_library(&why);
	struct leave_counts n;

	if (db != NULL && leave_go(db, &how, &n, &why) == ERR_NONE && n.removed > 0)
		cli_note("%" PRId64 " source%s of earlier moves removed", n.removed, amount_s(n.removed));
}

static enum err_code
commit(struct db *db, int64_t id, struct err *e)
{
	int64_t start = time_monotonic_ms();
	struct commit_result r;
	struct buf line = { 0 };

	command.how.failed = cli_failed;
	command.how.stays = stays;
	if (commit_session(db, id, &command.how, &r, e) != ERR_NONE)
		return e->code;
	if (command.ids) {
		commit_tracks(db, id, print_track, NULL, e);
	} else {
		report_commit(id, &r, command.how.dry_run, cli_json(), &line);
		(void)command_print(&line, e);
	}
	if (cli_verbose())
		cli_note("s%" PRId64 ": %" PRId64 " ms", id, time_monotonic_ms() - start);
	return e->code;
}

static enum err_code
reject(struct db *db, int64_t id, struct err *e)
{
	struct buf line = { 0 };
	struct session s = { 0 };

	if (!cli_dry_run() && session_reject(db, id, e) != ERR_NONE)
		return e->code;
	if (session_load(db, id, &s, e) != ERR_NONE)
		return e->code;
	report_rejected(&s, cli_dry_run(), cli_json(), &line);
	session_free(&s);
	return command_print(&line, e);
}

/* What came of the last commit, and what would of the next. */
static void
tell_state(const struct session *s, int64_t broken)
{
	struct err why = { 0 };

	if (strcmp(s->state, "rejected") == 0 || strcmp(s->state, "expired") == 0)
		cli_note("s%" PRId64 " is %s: nothing of it can be committed", s->id, s->state);
	else if (s->commit_error != NULL)
		cli_note("the last commit of s%" PRId64 " failed: %s", s->id, s->commit_error);
	if (broken > 0) {
		err_set(&why, ERR_ATTENTION,
		    "s%" PRId64 " cannot be committed: %" PRId64 " of its staged files %s missing or altered",
		    s->id, broken, broken == 1 ? "is" : "are");
		cli_failed(&why);
	}
}

static enum err_code
show(struct db *db, int64_t id, struct err *e)
{
	struct session s = { 0 };
	int64_t broken = 0;

	if (session_load(db, id, &s, e) == ERR_NONE &&
	    report_items(db, &s, &command.how, cli_json(), cli_print_line, NULL, &broken, e) == ERR_NONE)
		tell_state(&s, broken);
	session_free(&s);
	return e->code;
}

/* The library's own, unless the command line says it. */
static enum err_code
settle_policy(struct db *db, struct err *e)
{
	if (command.policy || conflict_setting(db, &command.how.policy, e) != ERR_NONE)
		return e->code;
	command.policy = true;
	return ERR_NONE;
}

/* One session by its name; its error does not stop the others.  False: stop, *e tells why. */
static bool
work_on(work *fn, const char *name, struct err *e)
{
	struct db *db = command_library(e);
	struct err own = { 0 };
	int64_t id;

	if (db == NULL || settle_policy(db, e) != ERR_NONE)
		return false;
	if (session_parse(name, &id, &own) == ERR_NONE)
		fn(db, id, &own);
	else
		own.code = ERR_NOTFOUND; /* a line of standard input, behind others that were done already */
	if (own.code == ERR_INTERRUPTED || cli_interrupted()) {
		err_set(e, ERR_INTERRUPTED, "stopped; to go on: lib-commit %s", name);
		return own.code == ERR_NONE;
	}
	count.done += own.code == ERR_NONE;
	count.failed += own.code != ERR_NONE && own.code != ERR_BUSY;
	if (own.code != ERR_NONE)
		cli_failed(&own);
	return true;
}

/* Each was told already: was nothing done? */
static void
settle(struct err *e)
{
	if (count.done == 0 && count.failed > 0 && e->code == ERR_NONE)
		e->code = ERR_STATE;
}

/* A line is taken when it comes: whoever writes them may take its time. */
static bool
each_on_stdin(work *fn, struct err *e)
{
	char *line;
	int found = 0;

	while (!cli_interrupted() && cli_read_record(&line, e) == 1) {
		bool go_on = *line == '\0' || work_on(fn, line, e);

		found += *line != '\0';
		free(line);
		if (!go_on)
			return false;
	}
	if (found == 0 && e->code == ERR_NONE && !cli_interrupted())
		err_set(e, ERR_NOMATCH, "no session on standard input: nothing to do");
	return e->code == ERR_NONE && !cli_interrupted();
}

/* What is no session at all is a slip, and nothing is done before it is mended. */
static void
check_operands(void)
{
	struct err e = { 0 };
	int64_t id;

	for (char **name = cli_operands(); *name != NULL; name++)
		if (strcmp(*name, "-") != 0 && session_parse(*name, &id, &e) != ERR_NONE)
			cli_usage("%s", e.msg);
}

static void
each(work *fn, struct err *e)
{
	check_operands();
	for (char **name = cli_operands(); *name != NULL; name++)
		if (!(strcmp(*name, "-") == 0 ? each_on_stdin(fn, e) : work_on(fn, *name, e)))
			break;
	settle(e);
}

/* Sessions that are given up, say, have to be named. */
static void
each_named(work *fn, const char *action, struct err *e)
{
	if (cli_noperands() == 0)
		cli_usage("--%s wants sessions; - reads them from standard input", action);
	each(fn, e);
}

void
sessions_commit(struct err *e)
{
	if (cli_noperands() > 0) {
		each(commit, e);
	} else {
		if (isatty(STDIN_FILENO))
			cli_usage("name a session, or give them on standard input (lib-commit --list shows "
				  "them)");
		(void)each_on_stdin(commit, e);
		settle(e);
	}
	finish_moves();
}

void
sessions_retry(struct err *e)
{
	command.how.retry = true;
	each_named(commit, "retry", e);
	finish_moves();
}

void
sessions_reject(struct err *e)
{
	each_named(reject, "reject", e);
}

void
sessions_show(struct err *e)
{
	each_named(show, "show", e);
}

/* Imports that were cut short are what was meant, maybe. */
static void
none_staged(struct db *db, struct err *e)
{
	int64_t *unfinished = NULL;
	size_t n = 0;

	if (session_list(db, "staging", &unfinished, &n, e) == ERR_NONE && n > 0)
		err_set(e, ERR_NOMATCH,
		    "no session is staged; %zu import%s not finished: lib-import --status lists %s", n,
		    n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
	else if (e->code == ERR_NONE)
		err_set(e, ERR_NOMATCH, "no session is staged: nothing to do");
	free(unfinished);
}

void
sessions_all(struct err *e)
{
	struct db *db = command_library(e);
	int64_t *list = NULL;
	size_t n = 0, others = 0;
	char name[24];

	if (db == NULL || session_list(db, "staged", &list, &n, e) != ERR_NONE)
		return;
	for (size_t i = 0; i < n; i++)
		others += !session_is_ours(db, list[i]);
	if (others > 0)
		cli_note("%zu session%s of others left alone", others, amount_s((int64_t)others));
	if (others == n)
		none_staged(db, e);
	for (size_t i = 0; i < n && others < n; i++) {
		if (!session_is_ours(db, list[i]))
			continue;
		snprintf(name, sizeof name, "s%" PRId64, list[i]);
		if (!work_on(commit, name, e))
			break;
	}
	free(list);
	settle(e);
	finish_moves();
}

void
sessions_list(struct err *e)
{
	struct db *db = command_library(e);
	struct buf lines = { 0 };
	struct table t = { .out = &lines, .separator = cli_separator(), .aligned = cli_columns() > 0 };

	if (db != NULL && report_open_sessions(db, cli_json(), &t, e) == ERR_NONE)
		(void)cli_print(&lines, e);
	buf_free(&lines);
}
