/* SPDX-License-Identifier: MIT */
/* lib-import - stage music for the library */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/progress.h"
#include "cmd/lib-import/begin.h"
#include "cmd/lib-import/commit.h"
#include "cmd/lib-import/history.h"
#include "cmd/lib-import/look.h"
#include "intake/import.h"
#include "intake/say.h"
#include "store/db.h"
#include "store/session/items.h"
#include "store/session/session.h"
#include "text/parse.h"

enum {
	AGAIN = CLI_LONG,
	SET,
	MODE,
	DEREFERENCE,
	STRICT,
	FILES_FROM,
	RESUME,
	RETRY,
	DUE,
	STATUS,
	FAILED,
	LIMIT,
	COMMIT,
	HISTORY,
	PLAYED,
	SHARED,
	LIST,
	FORGET,
	TYPE,
	ZONE,
	USER
};

static const struct opt opts[] = {
	{ 'j', "jobs", "N", "read N files at a time (the number of cores, at most 8)" },
	{ FILES_FROM, "files-from", "FILE", "read paths from FILE, one a line (- is standard input)" },
	{ SET, "set", "FIELD=VALUE", "give every file this value, whatever its tags say" },
	{ MODE, "mode", "MODE", "copy (the default), reflink, hardlink or move" },
	{ DEREFERENCE, "dereference", NULL, "follow symbolic links below PATH" },
	{ STRICT, "strict", NULL, "files that are no audio or damaged are errors" },
	{ AGAIN, "again", NULL, "take back in what was removed earlier; read a history again" },
	{ LIMIT, "limit-rate", "BYTES", "read at most so many bytes a second, like 500K or 2M" },
	{ COMMIT, "commit", NULL, "commit the session, too" },
	{ SHARED, "shared", "GROUP", "if a library is made, share it with this group" },
	{ RESUME, "resume", "ID", "go on with an unfinished session" },
	{ RETRY, "retry", "ID", "try the failed files of a session again" },
	{ DUE, "due", NULL, "with --retry: only what is due by itself" },
	{ STATUS, "status", NULL, "tell how far sessions are: those that are open, or those named" },
	{ FAILED, "failed", NULL, "with --status: only the files that failed" },
	{ HISTORY, "history", NULL, "the PATHs are histories of what was heard: take these in" },
	{ LIST, "list", NULL, "with --history: list what was taken in" },
	{ FORGET, "forget", NULL, "with --history: take the imports named (h3) out again" },
	{ TYPE, "type", "TYPE", "with --history: what the files are, if their content does not tell" },
	{ ZONE, "tz", "ZONE", "with --history: the zone of times that come without one (this machine's)" },
	{ USER, "user", "NAME", "with --history and --played: who heard it" },
	{ PLAYED, "played", NULL, "take in one play as JSON from standard input, for players" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};
static const struct cli cli = {
	.name = "lib-import",
	.operands = "PATH...",
	.summary = "Stage every audio file below the PATHs and print the session's id.",
	.opts = opts,
	.more = "lib-import ~/Music | lib-commit\n",
};

static struct import_options options;
static struct history_options heard;
static struct progress progress = { .report = cli_progress_draw, .stop = &cli_stop };
static struct {
	int jobs;
	int way; /* RESUME, RETRY, STATUS, HISTORY, PLAYED, or 0: a new import */
	const char *session, *from, *group;
	int64_t limit_rate;
	bool commit;
	bool due, failed;
	bool asked; /* for something that belongs to a new import */
} me;

static void
read_options(int argc, char **argv)
{
	struct err e = { 0 };
	const char *value;
	int key;

	cli_start(&cli, argc, argv);
	me.jobs = import_default_jobs();
	while ((key = cli_next(&value)) != 0) {
		me.asked = me.asked || (key >= SET && key <= FILES_FROM);
		switch (key) {
		case 'j':
			me.jobs = (int)cli_number("--jobs", value, 1, 64);
			break;
		case DUE:
			me.due = true;
			break;
		case FAILED:
			me.failed = true;
			break;
		case FILES_FROM:
			me.from = value;
			break;
		case LIMIT:
			if (!parse_rate(value, &me.limit_rate))
				cli_usage("--limit-rate: '%s' is no number of bytes, like 500K or 2M", value);
			break;
		case SHARED:
			me.group = value;
			break;
		case COMMIT:
			me.commit = true;
			break;
		case AGAIN:
			heard.again = options.again = true;
			break;
		case LIST:
		case FORGET:
			if (heard.action != HISTORY_IMPORT)
				cli_usage("--list and --forget do not go together");
			heard.action = key == LIST ? HISTORY_LIST : HISTORY_FORGET;
			break;
		case TYPE:
			heard.type = value;
			break;
		case ZONE:
			heard.zone = value;
			break;
		case USER:
			heard.user = value;
			break;
		case RESUME:
		case RETRY:
		case STATUS:
		case HISTORY:
		case PLAYED:
			if (me.way != 0 && me.way != key)
				cli_usage("--resume, --retry, --status, --history and --played are ways of "
					  "their own: use one of them");
			me.way = key;
			me.session = value;
			break;
		default:
			if (options_take(&options, cli_option_name(key), value, &e) != ERR_NONE)
				cli_usage("--%s: %s", cli_option_name(key), e.msg);
		}
	}
	if (me.way == HISTORY || me.way == PLAYED) {
		if (me.asked || me.group != NULL || me.from != NULL || me.commit || me.due ||
		    me.limit_rate != 0)
			cli_usage("--history and --played take no options of an import of audio");
		if (history_check(&heard, me.way == PLAYED, cli_noperands(), &e) != ERR_NONE)
			cli_usage("%s", e.msg);
		return;
	}
	me.asked = me.asked || heard.again;
	if (heard.action != HISTORY_IMPORT || heard.type != NULL || heard.zone != NULL || heard.user != NULL)
		cli_usage("--list, --forget, --type, --tz and --user go with --history");
	if (me.session != NULL && (cli_noperands() > 0 || me.asked || me.group != NULL))
		cli_usage("a session goes on with the paths and options that it began with");
	if (me.session != NULL && cli_dry_run())
		cli_usage("--dry-run is for a new import: --status tells what a session still has to do");
	if (me.commit && (me.way == STATUS || cli_dry_run()))
		cli_usage("there is nothing to commit with --status or --dry-run");
	if (me.due && me.way != RETRY)
		cli_usage("--due goes with --retry");
	if (me.failed && me.way != STATUS)
		cli_usage("--failed goes with --status");
	if (me.way == STATUS && (me.asked || me.group != NULL))
		cli_usage("--status takes sessions, no options of an import");
	if (me.way == 0 && cli_noperands() == 0 && me.from == NULL)
		cli_usage("nothing to import: name files or folders");
	if (cli_noperands() > 0 && me.from != NULL)
		cli_usage("paths and --files-from do not go together");
}

static void
log_session(int64_t session)
{
	char name[24];

	snprintf(name, sizeof name, "s%" PRId64, session);
	cli_log_session(name);
}

static enum err_code
import(struct err *e)
{
	struct import_run r = { .options = &options,
		.jobs = me.jobs,
		.limit_rate = me.limit_rate,
		.retry = me.way == RETRY,
		.progress = &progress,
		.due = me.due,
		.failed = cli_failed_at,
		.noted = look_notes,
		.note = cli_note };
	struct buf line = { 0 };
	char **roots = NULL;
	size_t n = 0;

	if (me.session != NULL && session_parse(me.session, &r.session, e) != ERR_NONE)
		goto out;
	if (me.session == NULL && (begin_roots(&options, me.from, &roots, &n, e) != ERR_NONE || n == 0))
		goto out;
	if (me.session == NULL && cli_dry_run()) {
		(void)look_ahead(&options, &progress, roots, n, e);
		goto out;
	}
	if (begin_session(&r, me.session != NULL, me.group, &options, &roots, &n, e) != ERR_NONE)
		goto out;
	if (r.retry && n == 0)
		cli_note("nothing of session s%" PRId64 " has failed", r.session);
	log_session(r.session);
	if (import_run(&r, roots, n, e) == ERR_NONE) {
		if (r.lacks[0] != '\0')
			cli_note("tags were read without %s: this kernel has none", r.lacks);
		look_summary(r.session, &r.counts);
		if (options.mode == COPY_MOVE && r.counts.unchanged > 0)
			cli_note("%" PRId64 " unchanged, in the library already: they stay where they are",
			    r.counts.unchanged);
		say_session(r.session, r.state, &r.counts, cli_json(), &line);
		buf_putc(&line, '\n');
		if (cli_print(&line, e) == ERR_NONE && me.commit)
			(void)commit_staged(r.db, r.session, &progress, e);
	} else if (e->code != ERR_STATE) {
		say_resumable(r.session, &r.counts, e);
	}
out:
	db_close(r.db);
	if (!r.held_up)
		paths_free(roots);
	return e->code;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	read_options(argc, argv);
	cli_catch_signals();
	progress.totals = cli_progress();
	if (me.way == HISTORY)
		(void)history_do(&heard, cli_operands(), &e);
	else if (me.way == PLAYED)
		(void)history_played(&heard, &e);
	else
		(void)(me.way == STATUS ? look_status(me.failed, &e) : import(&e));
	options_free(&options);
	return cli_finish(&e);
}
