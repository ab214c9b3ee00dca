/* SPDX-License-Identifier: MIT */
/* Tasks one after another: the library they need, the time that is left, what they end with. */
#include "base/buf.h"
#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-sweep/command.h"

static const char *
name_of(int task)
{
	return task == SWEEP_HEALTH ? "health" : sweep_name((enum sweep_task)task);
}

/* --time-limit is the whole run's: what of it is left becomes that of the next task.  verify ends by itself
 * between two blobs, the others as by a signal.  False where nothing is left. */
static bool
has_time(struct sweep *s, int64_t began, int64_t limit, int task)
{
	int64_t left = began + limit - time_monotonic_ms();

	if (limit == 0)
		return true;
	if (left <= 0)
		return false;
	s->scrub.time_limit_ms = left;
	cli_time_limit(task == SWEEP_VERIFY ? 0 : left);
	return true;
}

/* What the time did not do for. */
static void
tell_left(const int *tasks, int n)
{
	struct buf names = { 0 };

	for (int i = 0; i < n; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", name_of(tasks[i]));
	cli_note("the time is over; left for the next run: %s", names.failed ? "" : names.data);
	buf_free(&names);
}

/* All tasks get their turn, whatever became of the one before; only a signal, and the end of the time, ends
 * it. */
static enum err_code
run_all(struct db *db, const int *tasks, int n, struct sweep *s, int *worst, struct err *e)
{
	int64_t began = time_monotonic_ms(), limit = s->scrub.time_limit_ms;

	for (int i = 0; i < n; i++) {
		struct err one = { 0 };

		if (!has_time(s, began, limit, tasks[i])) {
			tell_left(tasks + i, n - i);
			break;
		}
		if (tasks[i] == SWEEP_HEALTH)
			sweep_health(db, &one);
		else
			sweep_one(db, (enum sweep_task)tasks[i], s, &one);
		if (one.code == ERR_INTERRUPTED) {
			if (cli_time_is_over())
				tell_left(tasks + i, n - i);
			else
				*e = one;
			break;
		}
		if (one.code != ERR_NONE) {
			err_context(&one, "%s", name_of(tasks[i]));
			cli_warn("%s", one.msg);
			*worst = err_worse(*worst, err_status(one.code));
		}
	}
	return e->code;
}

/* A clock that leapt may be wrong, and what it lets go does not come back. */
static enum err_code
look_at_clock(struct db *db, struct sweep *s, struct err *e)
{
	int64_t days = 0;

	if (sweep_leap(db, &days, e) == ERR_NONE && days > 0) {
		s->leapt = true;
		cli_note("the clock is %lld days ahead of the last sweep: nothing goes by its age this time",
		    (long long)days);
	}
	return e->code;
}

enum err_code
sweep_tasks(const int *tasks, int n, struct sweep *s, bool ages, int *worst, struct err *e)
{
	struct db_options o = { .wait_ms = cli_wait_ms() };
	struct db *db = NULL;
	bool acts = false;
	enum db_mode mode;

	for (int i = 0; i < n; i++)
		acts = acts || tasks[i] != SWEEP_HEALTH;
	mode = acts && !s->dry_run ? DB_WRITE : DB_READ;
	if (db_open(&db, cli_library(), mode, &o, NULL, e) == ERR_NONE &&
	    (mode == DB_READ || sweep_lock(db, e) == ERR_NONE) &&
	    (!acts || ages || look_at_clock(db, s, e) == ERR_NONE))
		run_all(db, tasks, n, s, worst, e);
	db_close(db);
	return e->code;
}
