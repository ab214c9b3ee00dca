/* lib-commit - make staged imports part of the library, and change what is there */
#include "base/cli.h"
#include "cmd/lib-commit/command.h"

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

/* What an option makes of a run; the first is what it is without any of them. */
enum { READS = 1 /* the library is not written to */, ALONE = 2 /* takes no operands */ };
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
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

struct command command = { .progress = { .stop = &cli_stop } };
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
choose(int key, const char *value)
{
	if (action->key != 0 && action->key != key)
		cli_usage(
		    "--%s and --%s do not go together", cli_option_name(action->key), cli_option_name(key));
	if (command.subject != NULL && value != NULL)
		cli_usage("the option takes one session; name further ones as operands");
	for (int i = 0; i < ACTIONS; i++)
		if (actions[i].key == key)
			action = &actions[i];
	command.subject = value;
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
		case O_CONFLICT:
			if (conflict_parse(value, &command.how.policy, &e) != ERR_NONE)
				cli_usage("--on-conflict: %s", e.msg);
			command.policy = true;
			break;
		default:
			choose(key, value);
		}
	}
	if ((action->flags & ALONE) != 0 && cli_noperands() > 0)
		cli_usage("--%s takes no operand", cli_option_name(action->key));
	command.progress.report = cli_progress() ? cli_progress_draw : NULL;
	command.how.progress = &command.progress;
	command.how.dry_run = cli_dry_run();
	command.reads = (action->flags & READS) != 0 || cli_dry_run();
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
