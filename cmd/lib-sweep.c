/* lib-sweep - clean up after crashes and age, and tell how a library is */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/progress.h"
#include "base/out.h"
#include "base/verb.h"
#include "store/sweep/health.h"
#include "store/sweep/sweep.h"
#include "text/parse.h"

enum { OPT_OLDER = CLI_LONG, OPT_GRACE, OPT_FORCE, OPT_ALL, OPT_SAMPLE, OPT_TIME, OPT_RATE };
enum { DAY = 86400, HEALTH = SWEEP_TASKS, MAX_TASKS = 32 };

static const struct opt opts[] = {
	{ OPT_OLDER, "older-than", "DAYS", "let unfinished sessions expire after so many days (30)" },
	{ OPT_GRACE, "grace", "DAYS", "keep files in trash/ for so many days (30)" },
	{ OPT_FORCE, "force", NULL, "even if more than 100 and 1 % of the blobs are orphans" },
	{ OPT_ALL, "all", NULL, "verify: from the beginning, though the last run was cut short" },
	{ OPT_SAMPLE, "sample", "PERCENT", "verify: so many of a hundred blobs, chosen by chance" },
	{ OPT_TIME, "time-limit", "TIME", "verify: end after so long, like 30min; the next run goes on" },
	{ OPT_RATE, "limit-rate", "BYTES", "verify: read at most so many bytes a second, like 20M" },
	{ 'j', "jobs", "N", "verify: read N blobs at a time (the number of cores)" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};

static const struct cli_verb verbs[] = {
	{ "stage", NULL, "clear staging of finished and old sessions" },
	{ "stuck", NULL, "put sessions and items back whose holder died" },
	{ "orphans", NULL, "move blobs that nothing names to trash/" },
	{ "trash", NULL, "delete what lies in trash/ longer than its grace" },
	{ "optimize", NULL, "refresh statistics, forget old events, truncate the WAL" },
	{ "verify", NULL, "compare every blob with its name, and the catalogue with itself" },
	{ "health", NULL, "print how the library is; changes nothing" },
	{ NULL, NULL, NULL },
};

static const struct cli cli = { "lib-sweep", "[TASK]...", "Clean up a library, and tell how it is.", opts,
	"Without a task: stage, stuck, orphans, trash, optimize.  Made for cron: silent when\n"
	"there was nothing to do.\n",
	false, verbs, "Tasks" };

static struct sweep sweep = { .older_than = 30 * DAY, .grace = 30 * DAY, .progress = cli_progress_draw };
static long long foreign;
static int worst;     /* status of a task */
static int scrub_key; /* the last option given that is verify's */

static void
print(struct buf *line)
{
	struct err e = { 0 };

	buf_putc(line, cli_separator());
	if (cli_print(line, &e) != ERR_NONE)
		cli_failed(&e);
}

static void
tell(const char *task, const char *action, const char *thing, int64_t bytes)
{
	struct buf b = { 0 };

	foreign += strcmp(action, "foreign") == 0;
	if (!cli_dry_run() && !cli_verbose())
		return;
	if (cli_json()) {
		json_open(&b, "action");
		json_text(&b, "task", task);
		json_text(&b, "action", action);
		json_bytes(&b, "thing", thing, strlen(thing));
		if (bytes >= 0)
			json_int(&b, "bytes", bytes);
		if (cli_dry_run())
			json_bool(&b, "dry_run", true);
		json_close(&b);
		print(&b);
		return;
	}
	out_printable(&b, thing, strlen(thing));
	if (bytes >= 0)
		buf_printf(&b, " (%lld bytes)", (long long)bytes);
	if (b.failed || !cli_dry_run()) {
		cli_note("%s: %s %s", task, action, b.failed ? thing : b.data);
		buf_free(&b);
		return;
	}
	printf("%s: %s%s ", task, strcmp(action, "foreign") != 0 ? "would " : "", action);
	print(&b);
}

static void
run_task(struct db *db, enum sweep_task task, struct err *e)
{
	struct sweep_report r;
	struct buf b = { 0 };

	foreign = 0;
	cli_progress_draw(NULL, sweep_name(task), 0, 0, 0);
	sweep_run(db, task, &sweep, &r, e);
	if (cli_json()) {
		sweep_json(&r, &b);
		print(&b);
	} else if (r.changed || sweep.dry_run || cli_verbose() ||
	    (task == SWEEP_VERIFY && cli_columns() > 0)) {
		sweep_text(&r, &b);
		print(&b);
	}
	if (foreign > 0 && !cli_verbose())
		cli_note("%s: %lld foreign, left alone; --verbose names them", sweep_name(task), foreign);
}

static void
run_health(struct db *db, struct err *e)
{
	struct health h = { 0 };
	struct buf out = { 0 }, why = { 0 };
	enum health_verdict verdict;

	if (health_read(db, &cli_stop, &h, e) != ERR_NONE)
		return;
	if (cli_json())
		health_json(db, &h, &out);
	else
		health_text(db, &h, &out);
	if (cli_json())
		buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
	verdict = health_judge(&h, &why);
	if (verdict != HEALTH_OK && buf_ok(&why, e) == ERR_NONE)
		err_set(e, verdict == HEALTH_BROKEN ? ERR_LIBRARY : ERR_ATTENTION, "%s", why.data);
	buf_free(&why);
}

/* All tasks get their turn, whatever became of the one before; only a signal ends it. */
static enum err_code
run_all(struct db *db, const int *tasks, int n, struct err *e)
{
	for (int i = 0; i < n; i++) {
		struct err one = { 0 };

		if (tasks[i] == HEALTH)
			run_health(db, &one);
		else
			run_task(db, (enum sweep_task)tasks[i], &one);
		if (one.code == ERR_INTERRUPTED) {
			*e = one;
			break;
		}
		if (one.code != ERR_NONE) {
			err_context(&one, "%s", verbs[tasks[i]].name);
			cli_warn("%s", one.msg);
			worst = err_worse(worst, err_status(one.code));
		}
	}
	return e->code;
}

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
		tasks[n++] = task;
	}
	for (int task = 0; cli_noperands() == 0 && task < SWEEP_VERIFY; task++)
		tasks[n++] = task;
	return n;
}

static int
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static void
scrub_option(int key, const char *value)
{
	struct sweep_scrub *o = &sweep.scrub;
	struct span v;

	scrub_key = key;
	if (key == OPT_ALL)
		o->all = true;
	else if (key == 'j')
		o->jobs = (int)cli_number("--jobs", value, 1, 64);
	else if (key == OPT_RATE && !parse_rate(value, &o->rate))
		cli_usage("--limit-rate: '%s' is no number of bytes, like 500K or 2M", value);
	else if (key == OPT_SAMPLE) {
		size_t len = strlen(value);

		if (!parse_number(value, len > 0 && value[len - 1] == '%' ? len - 1 : len, &v) ||
		    v.exact <= 0 || v.exact > 100)
			cli_usage("--sample: '%s' is no share of a hundred, like 5 or 0.5%%", value);
		o->sample = v.exact;
	} else if (key == OPT_TIME) {
		if (!parse_duration(value, strlen(value), 1000, &v) || v.exact <= 0)
			cli_usage("--time-limit: '%s' is no time, like 90s or 30min", value);
		o->time_limit_ms = (int64_t)v.exact;
	}
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct db *db = NULL;
	struct db_options o = { 0 };
	const char *value;
	int key, tasks[MAX_TASKS], n;
	bool reads = true, verifies = false;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		if (key == OPT_OLDER)
			sweep.older_than = cli_number("--older-than", value, 0, 36500) * DAY;
		else if (key == OPT_GRACE)
			sweep.grace = cli_number("--grace", value, 0, 36500) * DAY;
		else if (key == OPT_FORCE)
			sweep.force = true;
		else
			scrub_option(key, value);
	}
	n = choose(tasks);
	for (int i = 0; i < n; i++) {
		reads = reads && tasks[i] == HEALTH;
		verifies = verifies || tasks[i] == SWEEP_VERIFY;
	}
	if (scrub_key != 0 && !verifies)
		cli_usage("--%s belongs to the task verify", cli_option_name(scrub_key));
	cli_catch_signals();
	sweep.dry_run = cli_dry_run();
	sweep.stop = &cli_stop;
	sweep.action = tell;
	sweep.failed = cli_failed;
	if (sweep.scrub.jobs == 0)
		sweep.scrub.jobs = cores();
	o.wait_ms = cli_wait_ms();
	if (db_open(&db, cli_library(), reads ? DB_READ : DB_WRITE, &o, NULL, &e) == ERR_NONE &&
	    (reads || sweep.dry_run || sweep_lock(db, &e) == ERR_NONE))
		run_all(db, tasks, n, &e);
	db_close(db);
	return err_worse(cli_finish(&e), worst);
}
