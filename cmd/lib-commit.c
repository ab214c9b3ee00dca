/* SPDX-License-Identifier: MIT */
/* lib-commit - make staged imports part of the library, and change what is there */
#include "base/cli.h"
#include "cmd/lib-commit/command.h"

/* clang-format off */
enum {
	O_LIST = CLI_LONG, O_SHOW, O_REJECT, O_RETRY, O_ALL,
	O_AMEND, O_REMOVE, O_RESTORE, O_WRITE_TAGS, O_UNDO,
	O_FILES, O_ATTACH, O_DETACH,
	O_IDS, O_CONFLICT, O_GAIN
};
/* clang-format on */

static const struct opt opts[] = {
	{ O_LIST, "list", NULL, "list the sessions that are open" },
	{ O_SHOW, "show", NULL, "show what a commit would do, item by item: SESSION..." },
	{ O_REJECT, "reject", NULL, "give sessions up and clear their files: SESSION..." },
	{ O_RETRY, "retry", NULL, "commit sessions that failed: SESSION..." },
	{ O_ALL, "all", NULL, "commit every staged session" },
	{ O_AMEND, "amend", NULL, "set fields: TRACK... FIELD=VALUE... (+= adds, -= takes out)" },
	{ O_REMOVE, "remove", NULL, "take tracks out of the library: TRACK..." },
	{ O_RESTORE, "restore", NULL, "bring removed tracks back: TRACK..." },
	{ O_WRITE_TAGS, "write-tags", NULL, "write the library's tags into the files: TRACK..." },
	{ O_FILES, "files", NULL, "list the files of tracks: TRACK..." },
	{ O_ATTACH, "attach", NULL, "TRACK TRACK: the files of the first become the second's" },
	{ O_DETACH, "detach", NULL, "make files tracks of their own: FILE..., by SHA-256" },
	{ O_UNDO, "undo", NULL, "take back an edit: EVENT, or your own last one" },
	{ O_IDS, "ids", NULL, "print the ids of the tracks alone" },
	{ O_GAIN, "gain", NULL, "write-tags: also ReplayGain, as lib-analyze measured it" },
	{ O_CONFLICT, "on-conflict", "WHAT", "another file of a track: attach, fail, ignore or skip" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};
static const struct cli cli = {
	.name = "lib-commit",
	.operands = "[SESSION | TRACK | FIELD=VALUE | FILE]...",
	.summary = "Make staged imports part of the library, and change what is there.",
	.opts = opts,
	.more = "Without a SESSION they are read from standard input, one a line:\n"
		"  lib-import ~/Music | lib-commit\n"
		"A SESSION or TRACK of - stands for ids on standard input:\n"
		"  lib-search --ids genre:hose | lib-commit --amend - genre=House\n",
};

/* What an option makes of a run; the first is what it is without any of them. */
enum {
	READS = 1,  /* the library is not written to */
	WRITES = 2, /* a dry run does all of it, and takes it back */
	ALONE = 4   /* takes no operands */
};
static const struct action {
	int key;
	void (*run)(struct err *e);
	unsigned flags;
} actions[] = {
	{ 0, sessions_commit, 0 },
	{ O_LIST, sessions_list, READS | ALONE },
	{ O_SHOW, sessions_show, READS },
	{ O_REJECT, sessions_reject, 0 },
	{ O_RETRY, sessions_retry, 0 },
	{ O_ALL, sessions_all, ALONE },
	{ O_AMEND, edits_amend, WRITES },
	{ O_REMOVE, edits_remove, WRITES },
	{ O_RESTORE, edits_restore, WRITES },
	{ O_WRITE_TAGS, edits_write_tags, WRITES },
	{ O_FILES, edits_files, READS },
	{ O_ATTACH, edits_attach, WRITES },
	{ O_DETACH, edits_detach, WRITES },
	{ O_UNDO, edits_undo, WRITES },
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

struct command command = { .progress = { .report = cli_progress_draw, .stop = &cli_stop } };
static const struct action *action = &actions[0];
static struct db *library;

struct db *
command_library(struct err *e)
{
	struct db_options o = { .wait_ms = cli_wait_ms() };

	if (library == NULL)
		(void)db_open(&library, cli_library(), command.reads ? DB_READ : DB_WRITE, &o, NULL, e);
	return library;
}

enum err_code
command_print(struct buf *line, struct err *e)
{
	buf_putc(line, cli_separator());
	return cli_print(line, e);
}

static void
choose(int key)
{
	if (action->key != 0 && action->key != key)
		cli_usage(
		    "--%s and --%s do not go together", cli_option_name(action->key), cli_option_name(key));
	for (int i = 0; i < ACTIONS; i++)
		if (actions[i].key == key)
			action = &actions[i];
}

static void
read_options(int argc, char **argv)
{
	const char *value;
	struct err e = { 0 };
	int key;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		switch (key) {
		case O_IDS:
			command.ids = true;
			break;
		case O_GAIN:
			command.gain = true;
			break;
		case O_CONFLICT:
			if (conflict_parse(value, &command.how.policy, &e) != ERR_NONE)
				cli_usage("--on-conflict: %s", e.msg);
			command.policy = true;
			break;
		default:
			choose(key);
		}
	}
	if ((action->flags & ALONE) != 0 && cli_noperands() > 0)
		cli_usage("--%s takes no operand", cli_option_name(action->key));
	if (command.gain && action->key != O_WRITE_TAGS)
		cli_usage("--gain goes with --write-tags");
	command.how.progress = &command.progress;
	command.how.dry_run = cli_dry_run();
	command.reads = (action->flags & READS) != 0 || (cli_dry_run() && (action->flags & WRITES) == 0);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	read_options(argc, argv);
	cli_catch_signals();
	action->run(&e);
	db_close(library);
	return cli_finish(&e);
}
