/* SPDX-License-Identifier: MIT */
/* lib-sweep - clean up after crashes and age, and tell how a library is */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cli.h"
#include "base/progress.h"
#include "base/verb.h"
#include "cmd/lib-sweep/command.h"

enum { DAY = 86400, METRICS = SWEEP_HEALTH + 1, RESTORE, REBUILD, MAX_TASKS = 32 };

static const struct opt opts[] = {
	{ OPT_OLDER, "older-than", "DAYS", "let unfinished sessions expire after so many days (30)" },
	{ OPT_GRACE, "grace", "DAYS", "keep files in trash/ for so many days (30)" },
	{ OPT_FORCE, "force", NULL, "orphans, restore, rebuild: do it though it looks wrong" },
	{ OPT_ALL, "all", NULL, "verify: from the beginning, though the last run was cut short" },
	{ OPT_SAMPLE, "sample", "PERCENT", "verify: so many of a hundred blobs, chosen by chance" },
	{ OPT_TIME, "time-limit", "TIME", "end after so long, like 30min; the next run goes on" },
	{ OPT_RATE, "limit-rate", "BYTES", "verify: read at most so many bytes a second, like 20M" },
	{ OPT_ALONE, "blobs-alone", NULL, "rebuild: use no copy, and not the catalogue that is there" },
	{ OPT_JOBS, "jobs", "N", "verify, rebuild: read N blobs at a time (the number of cores)" },
	{ OPT_TO, "to", "DIR", "backup: copy the catalogue into this folder" },
	{ OPT_KEEP, "keep", "N", "backup: keep so many copies (some of each day, week and month)" },
	{ OPT_FROM, "from", "DIR", "repair: look for copies of lost blobs below this folder, too" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};

static const struct cli_verb verbs[] = {
	{ "stage", NULL, "clear staging of finished and old sessions" },
	{ "stuck", NULL, "put sessions and items back whose holder died" },
	{ "retry", NULL, "try files again whose import failed and that are due" },
	{ "orphans", NULL, "move blobs that nothing names to trash/" },
	{ "trash", NULL, "delete what lies in trash/ longer than its grace" },
	{ "optimize", NULL, "refresh statistics, forget old events, truncate the WAL" },
	{ "backup", NULL, "copy the catalogue into backup/; by itself once a day" },
	{ "verify", NULL, "compare every blob with its name, and the catalogue with itself" },
	{ "repair", NULL, "mend the catalogue, fetch lost blobs again from where copies are" },
	{ "schedules", NULL, "play, export and tell of playlists that are due" },
	{ "health", NULL, "print how the library is; changes nothing" },
	{ "metrics", "FILE", "write how the library is for Prometheus; changes nothing" },
	{ "restore", "FILE", "go back to a copy of the catalogue" },
	{ "rebuild", "[FILE]", "make a lost catalogue anew, from a copy and the blobs" },
	{ NULL, NULL, NULL },
};

static const struct cli cli = { "lib-sweep", "[TASK]...", "Clean up a library, and tell how it is.", opts,
	"Without a task: stage, stuck, retry, orphans, trash, optimize, backup when it is due, and "
	"schedules.\n"
	"Made for cron: silent when there was nothing to do.\n",
	false, verbs, "Tasks" };

static struct sweep sweep = {
	.older_than = 30 * DAY, .grace = 30 * DAY, .unknown = 365 * DAY, .progress = cli_progress_draw
};
static bool alone;     /* --blobs-alone */
static bool schedules; /* they hold no lock of a sweep, and come last: a player may take hours */
static int worst;      /* status of a task */
static int scrub_key;  /* the last option given that is verify's */
static bool ages;      /* an age was given: whoever says so means it */

static int
choose(int tasks[MAX_TASKS])
{
	int n = 0;

	for (char **word = cli_operands(); *word != NULL; word++) {
		const char *nearest;
		int task = verb_find(verbs, *word, &nearest);

		if (task < 0 && nearest != NULL)
			cli_usage("there is no task '%s'; did you mean '%s'?", *word, nearest);
		if (task < 0 || n == MAX_TASKS)
			cli_usage(task < 0 ? "there is no task '%s'" : "too many tasks: '%s'", *word);
		if (task == REBUILD)
			cli_usage("rebuild takes one FILE, or none, and stands alone");
		if (task == RESTORE || task == METRICS)
			cli_usage("%s takes FILE, and stands alone", verbs[task].name);
		if (task == SWEEP_SCHEDULES)
			schedules = true;
		else
			tasks[n++] = task;
	}
	schedules = schedules || cli_noperands() == 0;
	for (int task = 0; cli_noperands() == 0 && task < SWEEP_VERIFY; task++)
		tasks[n++] = task;
	return n;
}

static void
add_from(const char *folder)
{
	char **more = realloc(sweep.from, (sweep.nfrom + 1) * sizeof *more);

	if (more == NULL)
		cli_usage("--from %s: out of memory", folder);
	more[sweep.nfrom++] = (char *)(uintptr_t)folder;
	sweep.from = more;
}

static void
options(void)
{
	const char *value;
	int key;

	while ((key = cli_next(&value)) != 0) {
		ages = ages || key == OPT_OLDER || key == OPT_GRACE;
		if (key == OPT_OLDER)
			sweep.older_than = cli_number("--older-than", value, 0, 36500) * DAY;
		else if (key == OPT_GRACE)
			sweep.unknown = sweep.grace = cli_number("--grace", value, 0, 36500) * DAY;
		else if (key == OPT_FORCE)
			sweep.force = true;
		else if (key == OPT_TO)
			sweep.copies.to = value;
		else if (key == OPT_KEEP)
			sweep.copies.keep = (int)cli_number("--keep", value, 1, 100000);
		else if (key == OPT_ALONE)
			alone = true;
		else if (key == OPT_FROM)
			add_from(value);
		else {
			sweep_scrub_option(&sweep.scrub, key, value);
			scrub_key = key != OPT_TIME ? key : scrub_key;
		}
	}
}

/* Options that belong to a task want it to be named. */
static void
check_options(const int *tasks, int n)
{
	bool verifies = false, repairs = false;

	for (int i = 0; i < n; i++) {
		repairs = repairs || tasks[i] == SWEEP_REPAIR;
		verifies = verifies || tasks[i] == SWEEP_VERIFY;
		sweep.copies.asked = sweep.copies.asked || (tasks[i] == SWEEP_BACKUP && cli_noperands() > 0);
	}
	if (scrub_key != 0 && !verifies)
		cli_usage("--%s goes with the task verify", cli_option_name(scrub_key));
	if (sweep.nfrom > 0 && !repairs)
		cli_usage("--from goes with the task repair");
	if (sweep.copies.to != NULL && !sweep.copies.asked)
		cli_usage("--to goes with the task backup");
}

/* Is the command line this task and its file? */
static bool
takes_file(int task)
{
	return cli_noperands() == 2 && strcmp(cli_operands()[0], verbs[task].name) == 0;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 }, scheduled = { 0 };
	int tasks[MAX_TASKS], n;
	mode_t mask;

	cli_start(&cli, argc, argv);
	mask = umask(S_IRWXG | S_IRWXO); /* cron's may be anything */
	options();
	cli_catch_signals();
	sweep.dry_run = cli_dry_run();
	sweep.stop = &cli_stop;
	sweep.action = sweep_tell;
	sweep.failed = cli_failed;
	sweep.retry = sweep_try_again;
	if (takes_file(RESTORE)) {
		sweep_restore(cli_operands()[1], sweep.force, &e);
		return cli_finish(&e);
	}
	if (takes_file(METRICS)) {
		if (cli_json())
			cli_usage("metrics has its own form: leave out --json; lib-sweep --json health is "
				  "the same as JSON");
		sweep_metrics(cli_operands()[1], &e);
		return cli_finish(&e);
	}
	if (sweep.scrub.jobs == 0)
		sweep.scrub.jobs = sweep_cores();
	if (takes_file(REBUILD) ||
	    (cli_noperands() == 1 && strcmp(cli_operands()[0], verbs[REBUILD].name) == 0)) {
		sweep_rebuild(cli_operands()[1], alone, sweep.force, sweep.scrub.jobs, &e);
		return cli_finish(&e);
	}
	if (alone)
		cli_usage("--blobs-alone goes with the task rebuild");
	n = choose(tasks);
	check_options(tasks, n);
	if (n > 0)
		sweep_tasks(tasks, n, &sweep, ages, &worst, &e);
	(void)umask(mask); /* what playlists are written to is for others */
	if (schedules && (e.code == ERR_NONE || e.code == ERR_BUSY) && !cli_interrupted())
		sweep_schedules(&scheduled);
	if (scheduled.code != ERR_NONE) {
		err_context(&scheduled, "%s", verbs[SWEEP_SCHEDULES].name);
		cli_warn("%s", scheduled.msg);
		worst = err_worse(worst, err_status(scheduled.code));
	}
	return err_worse(cli_finish(&e), worst);
}
