/* SPDX-License-Identifier: MIT */
/* lib-analyze - listen to what is in the library, and keep what it sounds like */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/out.h"
#include "base/time.h"
#include "base/words.h"
#include "cmd/lib-analyze/command.h"
#include "store/query/query.h"
#include "store/session/session.h"
#include "store/sound/twins.h"
#include "text/parse.h"

enum { O_NEW = CLI_LONG, O_ALL, O_ONLY, O_TIME, O_PREFER, O_DUPLICATES, O_STAGED };

static const struct opt opts[] = {
	{ O_NEW, "new", NULL, "hear what is not known yet (the default)" },
	{ O_ALL, "all", NULL, "hear everything again" },
	{ O_ONLY, "only", "LIST", "of bpm, key, loudness, fingerprint, features, check these" },
	{ 'j', "jobs", "N", "decode N files at a time (half of the cores)" },
	{ O_TIME, "time-limit", "TIME",
	    "begin no other file after so long, like 30min; the next run goes on" },
	{ O_PREFER, "prefer", "WHAT", "analysis or tags: whose tempo and key hold; decodes nothing" },
	{ O_STAGED, "staged", NULL, "listen to what waits for its commit; operands are sessions" },
	{ O_DUPLICATES, "duplicates", NULL, "list tracks of one recording, the best file of each first" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};
static const struct cli cli = {
	.name = "lib-analyze",
	.operands = "[QUERY]...",
	.summary = "Find out tempo, key, loudness, fingerprint and damage of what is in the library.",
	.opts = opts,
	.more = "Without a QUERY it hears all tracks.  What is known is not decoded again.\n",
	.dashes_negate = true,
};

struct command command = { .wish = { .kinds = SOUND_ALL } };

static int
half_of_the_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN) / 2;

	return n < 1 ? 1 : n > 32 ? 32 : (int)n;
}

static void
only(const char *list)
{
	command.wish.kinds = 0;
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		enum sound_kind kind = sound_kind_find(at, len);

		if (kind == SOUND_KINDS)
			cli_usage(
			    "--only takes bpm, key, loudness, fingerprint, features and check, not '%.*s'",
			    (int)len, at);
		command.wish.kinds |= 1U << kind;
		at += len;
		if (*at == '\0')
			break;
	}
}

static void
read_options(void)
{
	const char *value;
	struct span v;
	int key;

	command.jobs = half_of_the_cores();
	while ((key = cli_next(&value)) != 0) {
		if (key == O_ALL || key == O_NEW)
			command.wish.again = key == O_ALL;
		else if (key == O_DUPLICATES)
			command.duplicates = true;
		else if (key == O_STAGED)
			command.staged = true;
		else if (key == O_ONLY)
			only(value);
		else if (key == 'j')
			command.jobs = (int)cli_number("--jobs", value, 1, 64);
		else if (key == O_PREFER && strcmp(value, "analysis") != 0 && strcmp(value, "tags") != 0)
			cli_usage("--prefer takes analysis or tags, not '%s'", value);
		else if (key == O_PREFER)
			command.prefer = value;
		else if (key == O_TIME) {
			if (!parse_duration(value, strlen(value), 1000, &v) || v.exact <= 0)
				cli_usage("--time-limit: '%s' is no time, like 90s or 30min", value);
			command.time_limit_ms = (int64_t)v.exact;
		}
	}
}

/* The tracks of the query, malloced; NULL where there is none. */
static enum err_code
choose(struct db *db, int64_t **ids, size_t *n, struct err *e)
{
	struct query *q = NULL;

	if (cli_noperands() == 0)
		return ERR_NONE;
	if (query_parse(&q, db, cli_operands(), e) != ERR_NONE)
		return e->code;
	if (query_note(q) != NULL)
		cli_note("%s", query_note(q));
	if (query_ids(q, db, -1, 0, ids, n, e) == ERR_NONE && *n == 0)
		err_set(e, ERR_NOMATCH, "%s", cli_quiet() ? "" : "nothing found");
	query_free(q);
	return e->code;
}

/* The sessions of --staged, malloced; NULL where none is named. */
static enum err_code
choose_sessions(int64_t **ids, size_t *n, struct err *e)
{
	char **words = NULL;
	size_t count = 0;

	if (cli_noperands() == 0 || words_read(cli_operands(), &words, &count, e) != ERR_NONE)
		return e->code;
	*ids = calloc(count + 1, sizeof **ids);
	if (*ids == NULL)
		err_memory(e);
	for (; *n < count && e->code == ERR_NONE; ++*n)
		session_parse(words[*n], &(*ids)[*n], e);
	words_free(words, count);
	return e->code;
}

static enum err_code
prefer(struct db *db, struct err *e)
{
	struct buf b = { 0 };
	int64_t changed = 0;

	if (sound_prefer(db, strcmp(command.prefer, "analysis") == 0, command.wish.tracks,
		command.wish.ntracks, &changed, e) != ERR_NONE)
		return e->code;
	if (!cli_json()) {
		cli_note("%lld track%s changed", (long long)changed, amount_s(changed));
		return ERR_NONE;
	}
	json_open(&b, "summary");
	json_int(&b, "changed", changed);
	json_close(&b);
	buf_putc(&b, cli_separator());
	return cli_print(&b, e);
}

static enum err_code
duplicates(struct db *db, struct err *e)
{
	struct twins_sum sum;
	struct buf b = { 0 };
	char size[AMOUNT_TEXT];

	if (twins_list(db, cli_json(), cli_separator(), cli_print_line, NULL, &sum, e) != ERR_NONE)
		return e->code;
	if (sum.groups == 0)
		return err_set(e, ERR_NOMATCH, "%s", cli_quiet() ? "" : "no duplicates are known");
	if (!cli_json()) {
		cli_note("%lld recording%s there more than once: %lld track%s of %s could go",
		    (long long)sum.groups, sum.groups == 1 ? " is" : "s are", (long long)sum.drops,
		    amount_s(sum.drops), amount_bytes(sum.bytes, size));
		return ERR_NONE;
	}
	json_open(&b, "summary");
	json_int(&b, "recordings", sum.groups);
	json_int(&b, "drop", sum.drops);
	json_int(&b, "drop_bytes", sum.bytes);
	json_close(&b);
	buf_putc(&b, cli_separator());
	return cli_print(&b, e);
}

int
main(int argc, char **argv)
{
	struct db_options o = { 0 };
	struct err e = { 0 };
	struct db *db = NULL;
	int64_t *ids = NULL;

	cli_start(&cli, argc, argv);
	read_options();
	if (command.duplicates && cli_noperands() > 0)
		cli_usage("--duplicates takes no operand");
	if (command.staged && (command.duplicates || command.prefer != NULL))
		cli_usage(
		    "--staged and --%s do not go together", command.duplicates ? "duplicates" : "prefer");
	if (command.prefer != NULL && cli_dry_run())
		cli_usage("--prefer and --dry-run do not go together");
	o.wait_ms = cli_wait_ms();
	cli_catch_signals();
	(void)setpriority(PRIO_PROCESS, 0, 19); /* whatever else is to be done comes first */
	if (db_open(&db, cli_library(), cli_dry_run() || command.duplicates ? DB_READ : DB_WRITE, &o, NULL,
		&e) == ERR_NONE &&
	    (command.staged ? choose_sessions(&ids, &command.nsessions, &e)
			    : choose(db, &ids, &command.wish.ntracks, &e)) == ERR_NONE) {
		if (command.staged)
			command.sessions = ids;
		else
			command.wish.tracks = ids;
		if (command.duplicates)
			duplicates(db, &e);
		else if (command.prefer != NULL)
			prefer(db, &e);
		else
			analyze(db, &e);
	}
	free(ids);
	db_close(db);
	return cli_finish(&e);
}
