/* SPDX-License-Identifier: MIT */
/* Running a task, counting, telling, and keeping its row. */
#include "store/sweep/sweep.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/amount.h"
#include "base/lock.h"
#include "base/out.h"
#include "base/time.h"
#include "store/owner.h"
#include "store/sweep/priv.h"

enum { NICE = 10 };

static const struct {
	const char *name;
	sweep_fn *run;
	const char *counts; /* that its report always has as JSON, be they 0 */
} tasks[SWEEP_TASKS] = {
	[SWEEP_STAGE] = { "stage", sweep_stage,
	    "cleared files bytes expired busy sources_removed sources_kept sources_left foreign" },
	[SWEEP_STUCK] = { "stuck", sweep_stuck, "rolled_back failed items items_failed busy" },
	[SWEEP_RETRY] = { "retry", sweep_retry, "due sessions staged failed dead resting busy not_retried" },
	[SWEEP_ORPHANS] = { "orphans", sweep_orphans, "moved bytes refused forced covers foreign" },
	[SWEEP_TRASH] = { "trash", sweep_trash, "deleted bytes kept adopted restored forgotten foreign" },
	[SWEEP_OPTIMIZE] = { "optimize", sweep_optimize, "events words packed wal_bytes" },
	[SWEEP_BACKUP] = { "backup", sweep_backup, "made bytes removed" },
	[SWEEP_VERIFY] = { "verify", sweep_verify,
	    "checked bytes left damaged missing faults unchecked tracks next_track" },
	[SWEEP_REPAIR] = { "repair", sweep_repair,
	    "fetched mended rows damaged missing faults moved bytes tracks next_track" },
};

const char *
sweep_name(enum sweep_task task)
{
	return tasks[task].name;
}

void
sweep_add(struct sweep_report *r, const char *name, int64_t n)
{
	size_t i = 0;

	while (i < r->n && strcmp(r->counts[i].name, name) != 0)
		i++;
	if (i == sizeof r->counts / sizeof r->counts[0])
		return;
	if (i == r->n) {
		r->counts[i].name = name;
		r->counts[i].n = 0;
		r->counts[i].quiet = false;
		r->n++;
	}
	r->counts[i].n += n;
}

void
sweep_note(struct sweep_report *r, const char *name, int64_t n)
{
	size_t before = r->n;

	sweep_add(r, name, n);
	if (r->n > before)
		r->counts[before].quiet = true;
}

int64_t
sweep_count(const struct sweep_report *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->counts[i].name, name) == 0)
			return r->counts[i].n;
	return 0;
}

void
sweep_act(
    const struct sweep *s, const struct sweep_report *r, const char *action, const char *thing, int64_t bytes)
{
	if (s->action != NULL)
		s->action(tasks[r->task].name, action, thing, bytes);
}

void
sweep_failed(const struct sweep *s, const struct err *e)
{
	if (s->failed != NULL)
		s->failed(e);
}

bool
sweep_stopped(const struct sweep *s)
{
	return s->stop != NULL && *s->stop != 0;
}

/* What plays or copies music goes first.  (IOPRIO_WHO_PROCESS, best effort, the last of its levels.) */
void
sweep_low_priority(void)
{
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	(void)syscall(SYS_ioprio_set, 1, 0, (2 << 13) | 7);
}

/* "3 moved", "1 source removed", "8.9 MB", "16 kB of the log".  Of the first words only nouns end with an s.
 */
static void
count_text(const char *name, int64_t n, struct buf *out)
{
	size_t first = strcspn(name, "_");
	char size[AMOUNT_TEXT];

	if (strcmp(name, "bytes") == 0) {
		buf_puts(out, amount_bytes(n, size));
		return;
	}
	if (strcmp(name, "wal_bytes") == 0) {
		buf_printf(out, "%s of the log", amount_bytes(n, size));
		return;
	}
	buf_printf(out, "%lld ", (long long)n);
	for (size_t i = 0; name[i] != '\0'; i++)
		if (n != 1 || i + 1 != first || name[i] != 's')
			buf_putc(out, name[i] == '_' ? ' ' : name[i]);
}

/* What was found wants attention, and is the task's status. */
void
sweep_sum_up(const struct sweep_report *r, struct err *e)
{
	static const char *const bad[] = { "damaged", "missing", "faults", "unchecked" };
	struct buf b = { 0 };
	bool mends = false;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t n = sweep_count(r, bad[i]);

		if (n == 0)
			continue;
		buf_puts(&b, b.len > 0 ? ", " : "");
		count_text(bad[i], n, &b);
		mends = mends || strcmp(bad[i], "unchecked") != 0;
	}
	if (mends && r->task == SWEEP_VERIFY)
		buf_puts(&b, ": lib-sweep repair mends what it can, and looks for copies of what is lost");
	if (b.len > 0 && e->code == ERR_NONE && buf_ok(&b, e) == ERR_NONE)
		err_set(e, ERR_ATTENTION, "%s", b.data);
	buf_free(&b);
}

void
sweep_foreign(void *context, const char *path)
{
	const struct sweep_foreign *f = context;

	sweep_add(f->r, "foreign", 1);
	sweep_act(f->s, f->r, "foreign", path, -1);
}

int64_t
sweep_before(const struct sweep *s, int64_t age)
{
	return s->leapt ? INT64_MIN : time_now() - age;
}

/* When the last sweep ended, 0: there was none.  What runs schedules looks at no age, and says nothing of the
 * clock. */
static enum err_code
last_sweep(struct db *db, int64_t *at, struct err *e)
{
	sql_number(db, "SELECT max(finished) FROM task WHERE name <> 'schedules'", NULL, 0, at, e);
	return e->code;
}

int64_t
sweep_stamp(struct db *db)
{
	struct err ignored = { 0 };
	int64_t now = time_now(), last = 0;

	(void)last_sweep(db, &last, &ignored);
	return last > now ? last : now;
}

enum err_code
sweep_leap(struct db *db, int64_t *days, struct err *e)
{
	enum { DAY = 86400, LEAP_DAYS = 300 };
	int64_t last = 0, ahead;

	*days = 0;
	if (last_sweep(db, &last, e) != ERR_NONE || last <= 0)
		return e->code;
	ahead = (time_now() - last) / DAY;
	*days = ahead > LEAP_DAYS ? ahead : 0;
	return ERR_NONE;
}

enum err_code
sweep_lock(struct db *db, struct err *e)
{
	if (owner_check_library(db, "sweep it", e) != ERR_NONE)
		return e->code;
	if (lock_take(db->lockfd, LOCK_SWEEP, LOCK_EXCLUSIVE, 0, e) == ERR_BUSY)
		err_set(e, ERR_BUSY, "another lib-sweep is at work on this library");
	return e->code;
}

static void
counts_json(const struct sweep_report *r, struct buf *out)
{
	for (size_t i = 0; i < r->n; i++)
		json_int(out, r->counts[i].name, r->counts[i].n);
}

/* The counts that it does not have, so that programs find the same keys in each run. */
static void
zeros_json(const struct sweep_report *r, struct buf *out)
{
	char name[32];

	for (const char *s = tasks[r->task].counts; *s != '\0';) {
		size_t len = strcspn(s, " ");
		bool there = false;

		snprintf(name, sizeof name, "%.*s", (int)len, s);
		for (size_t i = 0; i < r->n; i++)
			there |= strcmp(r->counts[i].name, name) == 0;
		if (!there)
			json_int(out, name, 0);
		s += len + strspn(s + len, " ");
	}
}

void
sweep_json(const struct sweep_report *r, struct buf *out)
{
	json_open(out, "report");
	json_text(out, "task", tasks[r->task].name);
	counts_json(r, out);
	zeros_json(r, out);
	if (r->dry_run)
		json_bool(out, "dry_run", true);
	json_close(out);
}

void
sweep_text(const struct sweep_report *r, struct buf *out)
{
	const char *comma = " ";

	buf_printf(out, "%s:", tasks[r->task].name);
	if (r->dry_run)
		buf_puts(out, " would be:");
	for (size_t i = 0; i < r->n; i++) {
		if (r->counts[i].n == 0 || r->counts[i].quiet)
			continue;
		buf_puts(out, comma);
		count_text(r->counts[i].name, r->counts[i].n, out);
		comma = ", ";
	}
	if (comma[0] == ' ')
		buf_puts(out, " nothing to do");
}

static enum err_code
save_task(struct db *db, const char *name, int64_t started, int status, const char *counts, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO task(name, started, finished, status, counts, succeeded)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, iif(?4 = 0, ?3, NULL)) ON CONFLICT(name) DO UPDATE SET"
	    " started = ?2, finished = ?3, status = ?4, counts = ?5, succeeded = iif(?4 = 0, ?3, succeeded)",
	    e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	sql_int(st, 2, started);
	sql_int(st, 3, time_now());
	sql_int(st, 4, status);
	sql_text(st, 5, counts);
	return sql_run(db, st, e);
}

/* The task's row; the event, where something was changed. */
static enum err_code
note_run(struct db *db, const struct sweep_report *r, int64_t started, int status, struct err *e)
{
	struct buf counts = { 0 }, data = { 0 };

	json_object_begin(&counts, NULL);
	counts_json(r, &counts);
	json_object_end(&counts);
	json_object_begin(&data, NULL);
	json_text(&data, "task", tasks[r->task].name);
	counts_json(r, &data);
	json_object_end(&data);
	if (buf_ok(&counts, e) != ERR_NONE || buf_ok(&data, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE)
		goto out;
	if (save_task(db, tasks[r->task].name, started, status, counts.data, e) != ERR_NONE ||
	    (r->changed && db_event(db, "sweep", "", data.data, e) != ERR_NONE) ||
	    sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
out:
	buf_free(&counts);
	buf_free(&data);
	return e->code;
}

enum err_code
sweep_note_run(
    struct db *db, const char *name, int64_t started, int status, const char *counts, struct err *e)
{
	if (sql_begin(db, e) == ERR_NONE &&
	    (save_task(db, name, started, status, counts, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	return e->code;
}

enum err_code
sweep_run(struct db *db, enum sweep_task task, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int64_t started = time_now();
	struct err noting = { 0 };

	*r = (struct sweep_report){ .task = task, .dry_run = s->dry_run };
	tasks[task].run(db, s, r, e);
	if (!s->dry_run && note_run(db, r, started, err_status(e->code), &noting) != ERR_NONE &&
	    e->code == ERR_NONE)
		*e = noting;
	return e->code;
}
